// SPDX-License-Identifier: Apache-2.0
#include "host.h"

#include <sys/stat.h>

#include <boost/asio/post.hpp>
#include <filesystem>
#include <fstream>

#include "base/release.h"
#include "crypto/hash.h"
#include "net/tcp.h"
#include "net/unix.h"
#include "storage/sqlite/sqlite_database.h"

namespace nsl::host {
namespace {

namespace fs = std::filesystem;

constexpr size_t kPoolThreads = 2;
constexpr size_t kPoolQueue = 256;
constexpr std::chrono::milliseconds kFirstProbes{3'000};
constexpr std::chrono::milliseconds kHttpGrace{2'000};
constexpr std::chrono::milliseconds kOwnerPoll{100};
constexpr std::chrono::milliseconds kWatchVault{1'000};
constexpr std::chrono::milliseconds kWatchVaultStarting{20};
constexpr std::chrono::milliseconds kCollectEvery{3'600'000};
constexpr uint8_t kHostByte = 'H';
constexpr uint8_t kRunnerByte = 'R';

Status MakeFolder(const std::string& path) {
  std::error_code failed;
  fs::create_directories(path, failed);
  if (failed) {
    return Fail(Reason::kPlatformConfig, "cannot make '" + path + "': " + failed.message());
  }
  ::chmod(path.c_str(), 0700);
  return {};
}

// Atomic, so that a reader sees the old file or the new one.
Status WriteListenFile(const std::string& path, const std::string& text) {
  std::string temporary = path + ".new";
  std::ofstream file(temporary, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  ::chmod(temporary.c_str(), 0644);
  if (!file || ::rename(temporary.c_str(), path.c_str()) != 0) {
    return Fail(Reason::kPlatformConfig, "cannot write '" + path + "'");
  }
  return {};
}

std::optional<uint32_t> OwnerOf(const std::string& path) {
  struct stat info{};
  if (::stat(path.c_str(), &info) != 0) return std::nullopt;
  return info.st_uid;
}

net::UnixOptions Allow(std::optional<uint32_t> uid) {
  net::UnixOptions options;
  if (uid) options.allowed_uids.push_back(*uid);
  return options;
}

std::string PortOf(const std::string& address) { return address.substr(address.rfind(':') + 1); }

chain::PoolConfig PoolConfigOf(const ChainConfig& config) {
  chain::PoolConfig out;
  out.network = config.network;
  out.magic = config.magic;
  out.urls = config.nodes;
  return out;
}

std::vector<gateway::LimitView> LimitViews(const HostLimits& limits) {
  std::vector<gateway::LimitView> out;
  for (const HostLimitRow& row : kHostLimits) {
    out.push_back({"host." + std::string(row.name), limits.*row.member, row.minimum, row.maximum,
                   std::string(row.unit), std::string(row.reason)});
  }
  return out;
}

}  // namespace

Host::Host(Env env, metrics::Registry& registry, asio::io_context& io, HostConfig config)
    : env_(env),
      io_(io),
      config_(std::move(config)),
      transport_(curl_),
      pool_("host", kPoolThreads, kPoolQueue),
      chain_(std::make_unique<chain::NodePool>(env, io.get_executor(), transport_,
                                               PoolConfigOf(config_.chain))),
      vault_dispatcher_(env, io.get_executor(), vault_handlers_),
      runner_dispatcher_(env, io.get_executor(), runner_handlers_),
      vault_link_(env, io.get_executor(), vault_handlers_,
                  [this] { return ConnectVault(kHostByte); }),
      runner_link_(env, io.get_executor(), runner_handlers_, [this] { return ConnectRunner(); }),
      vault_(env, vault_link_),
      wallets_(env, vault_link_),
      policies_(env, vault_link_),
      runner_(env, runner_link_),
      relay_(
          env, io.get_executor(), [this] { return ConnectVault(kRunnerByte); },
          config_.limits.relay_connections),
      access_(env, io.get_executor(), vault_),
      metrics_handler_(std::make_unique<gateway::MetricsHandler>(registry)),
      tasks_(io.get_executor()),
      stop_tasks_(io.get_executor()) {}

Host::~Host() = default;

Result<std::unique_ptr<Host>> Host::Open(Env env, metrics::Registry& registry, asio::io_context& io,
                                         HostConfig config) {
  std::unique_ptr<Host> host(new Host(env, registry, io, std::move(config)));
  NSL_TRY_VOID(host->OpenStorage());
  host->Build(registry);
  return host;
}

Status Host::OpenStorage() {
  NSL_TRY_VOID(MakeFolder(config_.data_dir));
  NSL_TRY_VOID(MakeFolder(config_.data_dir + "/blobs"));
  storage::SqliteConfig sqlite;
  sqlite.path = config_.data_dir + "/nsl.db";
  auto on_fatal = [this](const Error& error) {
    // On the writer's thread: what was acknowledged is safe, nothing more can be.
    env_.log.Error("storage_failed", {{"detail", error.detail}});
    asio::post(io_, [this] {
      healthy_ = false;
      Stop();
    });
  };
  NSL_TRY(database_, storage::OpenSqlite(std::move(sqlite), env_, on_fatal));
  NSL_TRY_VOID(database_->Migrate(
      {storage::KvStore::Migrations(), storage::BlobStore::Migrations(),
       storage::RecordStore::Migrations(), function_store::FunctionStore::Migrations(),
       orchestrator::Runs::Migrations(), orchestrator::Transactions::Migrations(),
       gateway::IdempotencyStore::Migrations()}));
  return {};
}

void Host::Build(metrics::Registry&) {
  storage::BlobConfig blob_config;
  blob_config.folder = config_.data_dir + "/blobs";
  blobs_ = std::make_unique<storage::BlobStore>(
      *database_, pool_, env_, [](ByteView data) { return crypto::Sha256(data); }, blob_config);
  storage::KvLimits kv_limits;
  kv_limits.default_quota_bytes = static_cast<int64_t>(config_.limits.kv_project_bytes);
  kv_ = std::make_unique<storage::KvStore>(*database_, env_.clock, kv_limits);
  record_store_ = std::make_unique<storage::RecordStore>(*database_);
  records_ = std::make_unique<RecordsService>(*record_store_);
  chain_facts_ = std::make_unique<ChainFactsService>(*chain_, *chain_);
  vault_dispatcher_.Bind<enclave::RecordsApi>(*records_);
  vault_dispatcher_.Bind<wallet::ChainFactsApi>(*chain_facts_);

  functions_ = std::make_unique<function_store::FunctionStore>(
      env_, function_store::StoreParts{*database_, *blobs_, pool_, access_, vault_, runner_});
  usage_ = std::make_unique<orchestrator::UsageTracker>(*database_);
  orchestrator::RunLimits run_limits;
  run_limits.in_flight = config_.limits.in_flight;
  run_limits.in_flight_per_project = config_.limits.in_flight_per_project;
  run_service_ = std::make_unique<orchestrator::RunService>(env_, io_.get_executor(), runner_link_,
                                                            *database_, *usage_, run_limits);
  orchestrator::RunRetention retention;
  retention.age = std::chrono::hours(24 * config_.limits.kept_runs_days);
  retention.per_project = static_cast<int64_t>(config_.limits.kept_runs_per_project);
  runs_ = std::make_unique<orchestrator::Runs>(env_, io_.get_executor(), *database_, access_,
                                               runner_, *usage_, retention);
  sender_ =
      std::make_unique<chain::TransactionSender>(env_, io_.get_executor(), *chain_, transport_);
  transactions_ = std::make_unique<orchestrator::Transactions>(
      env_, io_.get_executor(),
      orchestrator::TransactionParts{*database_, access_, wallets_, *chain_, *sender_});
  runner_host_ = std::make_unique<RunnerHostService>(*blobs_, *kv_, *chain_, *transactions_);
  runner_dispatcher_.Bind<function_runner::RunnerHostApi>(*runner_host_);
  idempotency_ = std::make_unique<gateway::IdempotencyStore>(env_, *database_);
  system_ = std::make_unique<gateway::SystemService>(
      env_, *database_, *chain_, *this, config_.gateway_limits, LimitViews(config_.limits));
  gateway_ = std::make_unique<gateway::Gateway>(
      env_, io_.get_executor(),
      gateway::GatewayParts{access_, *run_service_, *functions_, *idempotency_},
      config_.gateway_limits);
  gateway_->MountApi<account::AccountApi>(vault_);
  gateway_->MountApi<function_store::FunctionStoreApi>(*functions_);
  gateway_->MountApi<orchestrator::RunsApi>(*runs_);
  gateway_->MountApi<wallet::WalletApi>(wallets_);
  gateway_->MountApi<wallet::PolicyApi>(policies_);
  gateway_->MountApi<wallet::TransactionsApi>(*transactions_);
  gateway_->MountApi<gateway::SystemApi>(*system_);
  gateway_->Seal(kRelease);
  net::HttpLimits http;
  http.connections = config_.limits.connections;
  api_server_ = std::make_unique<net::HttpServer>(env_, io_.get_executor(), *gateway_, http);
  metrics_server_ = std::make_unique<net::HttpServer>(env_, io_.get_executor(), *metrics_handler_);
}

// --- Start --------------------------------------------------------------------------------------

void Host::Boot(std::function<void(Status)> done) { tasks_.Spawn(BootAndTell(std::move(done))); }

Task<void> Host::BootAndTell(std::function<void(Status)> done) {
  Status booted = co_await BootTask();
  done(std::move(booted));
}

Task<Status> Host::BootTask() {
  NSL_CO_TRY_VOID(idempotency_->ForgetRunning());
  NSL_CO_TRY_VOID(runs_->EndLost());
  chain_->Start();
  co_await chain_->WaitProbed(kFirstProbes);
  NSL_CO_TRY_VOID(chain_->NetworkStatus());
  vault_link_.OnConnect([this](rpc::Peer& peer) {
    env_.log.Info("vault_connected", {{"peer", peer.info().text}});
    access_.Clear();
    vault_serves_ = false;
  });
  runner_link_.OnConnect([this](rpc::Peer& peer) {
    env_.log.Info("runner_connected", {{"peer", peer.info().text}});
    usage_->OnConnected();
    tasks_.Spawn(LearnRunner());
  });
  vault_link_.Start();
  runner_link_.Start();
  tasks_.Spawn(ListenForRunner());
  tasks_.Spawn(WatchVault());
  tasks_.Spawn(CollectBlobs());
  runs_->Start();
  transactions_->Start();
  gateway_->Start();
  co_return Listen();
}

Status Host::Listen() {
  NSL_TRY(auto api,
          net::ListenTcp(io_.get_executor(), config_.listen.address, config_.listen.port));
  NSL_TRY(auto metrics, net::ListenTcp(io_.get_executor(), config_.metrics_listen.address,
                                       config_.metrics_listen.port));
  std::string api_address = api->address();
  std::string metrics_address = metrics->address();
  api_server_->Listen(std::move(api));
  metrics_server_->Listen(std::move(metrics));
  NSL_TRY_VOID(WriteListenFile(
      config_.data_dir + "/listen.json",
      "{\"api\":" + PortOf(api_address) + ",\"metrics\":" + PortOf(metrics_address) + "}\n"));
  env_.log.Info("ready", {{"release", kRelease},
                          {"listen", api_address},
                          {"metrics", metrics_address},
                          {"network", config_.chain.network}});
  return {};
}

Task<void> Host::ListenForRunner() {
  Executor executor = co_await asio::this_coro::executor;
  net::Signal pause(executor);
  std::optional<uint32_t> uid = config_.runner_uid;
  while (!uid && !tasks_.closed()) {
    uid = OwnerOf(config_.runner_socket);
    if (!uid) co_await pause.WaitFor(kOwnerPoll);
  }
  Result<std::unique_ptr<net::Listener>> listener =
      net::ListenUnix(executor, config_.relay_socket, Allow(uid));
  if (listener) {
    relay_.Listen(std::move(*listener));
    co_return;
  }
  env_.log.Error("relay_not_listening", {{"detail", listener.error().detail}});
  healthy_ = false;
  Stop();
}

Task<void> Host::LearnRunner() {
  rpc::CallContext context;
  context.deadline = Deadline::In(env_.clock, std::chrono::seconds(5));
  Result<function_runner::RunnerInfo> info = co_await runner_.Info(std::move(context), {});
  if (!info) {
    env_.log.Warn("runner_info_failed", {{"detail", info.error().detail}});
    co_return;
  }
  runner_info_ = std::move(*info);
  // The counters of the life before are settled before new ones grow.
  Status synced = co_await runs_->SyncUsage();
  if (!synced) env_.log.Warn("usage_not_stored", {{"detail", synced.error().detail}});
}

Task<void> Host::WatchVault() {
  Executor executor = co_await asio::this_coro::executor;
  net::Signal pause(executor);
  while (!tasks_.closed()) {
    if (vault_link_.Current() == nullptr) {
      vault_serves_ = false;
    } else {
      rpc::CallContext context;
      context.deadline = Deadline::In(env_.clock, std::chrono::seconds(2));
      // Nobody's credential: a vault that has read its records says so, any other cannot tell.
      context.credential = "nobody";
      Result<account::Principal> asked = co_await vault_.Authenticate(std::move(context), {});
      vault_serves_ = asked || asked.error().reason == Reason::kAuthInvalid;
    }
    co_await pause.WaitFor(vault_serves_ ? kWatchVault : kWatchVaultStarting);
  }
}

Task<void> Host::CollectBlobs() {
  Executor executor = co_await asio::this_coro::executor;
  net::Signal pause(executor);
  while (!tasks_.closed()) {
    co_await pause.WaitFor(kCollectEvery);
    Result<storage::BlobCollected> collected = co_await blobs_->Collect();
    if (!collected) env_.log.Warn("blobs_not_collected", {{"detail", collected.error().detail}});
  }
}

Task<Result<std::unique_ptr<net::ByteStream>>> Host::ConnectVault(uint8_t first) {
  std::optional<uint32_t> uid =
      config_.vault_uid ? config_.vault_uid : OwnerOf(config_.vault_socket);
  auto stream = co_await net::ConnectUnix(config_.vault_socket, Allow(uid));
  // The relay writes its own byte.
  if (!stream || first == kRunnerByte) co_return stream;
  ByteArray<1> kind = {first};
  Status written = co_await (*stream)->WriteAll(kind);
  if (!written) co_return std::unexpected(std::move(written.error()));
  co_return stream;
}

Task<Result<std::unique_ptr<net::ByteStream>>> Host::ConnectRunner() {
  std::optional<uint32_t> uid =
      config_.runner_uid ? config_.runner_uid : OwnerOf(config_.runner_socket);
  auto stream = co_await net::ConnectUnix(config_.runner_socket, Allow(uid));
  co_return stream;
}

// --- What it says about itself ------------------------------------------------------------------

gateway::Component Host::Vault() const {
  if (const_cast<Host*>(this)->vault_link_.Current() == nullptr) {
    return {"vault", false, "the vault is not connected"};
  }
  return {"vault", vault_serves_,
          vault_serves_ ? "" : "the vault has not accepted its records; its log says why"};
}

gateway::Component Host::Runner() const {
  bool ready = const_cast<Host*>(this)->runner_link_.Current() != nullptr && runner_info_;
  return {"runner", ready, ready ? "" : "the runner is not connected"};
}

std::optional<bool> Host::Simulated() const {
  if (!runner_info_) return std::nullopt;
  return runner_info_->simulated;
}

std::string Host::Isolation() const { return runner_info_ ? runner_info_->isolation : ""; }

// --- Stop ---------------------------------------------------------------------------------------

void Host::Stop() {
  if (std::exchange(stopping_, true)) return;
  env_.log.Info("stopping");
  stop_tasks_.Spawn(StopTask());
}

Task<void> Host::StopTask() {
  co_await api_server_->Shutdown(kHttpGrace);
  co_await metrics_server_->Shutdown(std::chrono::milliseconds(0));
  co_await gateway_->Shutdown();
  co_await runs_->Shutdown();
  co_await sender_->Shutdown();
  co_await transactions_->Shutdown();
  co_await run_service_->Shutdown();
  co_await relay_.Shutdown();
  tasks_.Close();
  co_await runner_link_.Shutdown();
  co_await vault_link_.Shutdown();
  co_await runner_dispatcher_.Shutdown();
  co_await vault_dispatcher_.Shutdown();
  co_await chain_->Shutdown();
  co_await tasks_.Wait();
  pool_.Stop();
  env_.log.Info("stopped");
  io_.stop();
}

}  // namespace nsl::host
