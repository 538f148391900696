// SPDX-License-Identifier: Apache-2.0
#include "vault.h"

#include "base/release.h"
#include "net/unix.h"
#include "rpc/channel.h"

namespace nsl::vault_app {
namespace {

using Timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                         asio::wait_traits<std::chrono::steady_clock>, Executor>;

constexpr size_t kMaxConnections = 64;
constexpr std::chrono::milliseconds kFirstByte{2'000};
constexpr std::chrono::milliseconds kAcceptPause{100};
constexpr std::chrono::milliseconds kLoadRetry{250};
constexpr std::chrono::milliseconds kLoadRetryMost{5'000};
constexpr size_t kBootIdBytes = 16;

enclave::AttestedKeys KeysOf(Env env, const account::VaultKeys& keys,
                             const enclave::TrustedSettings& settings) {
  enclave::AttestedKeys out;
  out.role = enclave::kVaultRole;
  out.release = kRelease;
  out.boot_id = env.random.Draw(kBootIdBytes);
  out.hpke_key = ToBytes(ByteView(keys.hpke.PublicKey()));
  out.signing_key = ToBytes(ByteView(keys.signing.PublicKey().Compressed()));
  out.config_hash = ToBytes(ByteView(enclave::SettingsHash(settings)));
  out.anchor = enclave::AnchorLevel::kRun;
  return out;
}

enclave::StoreOptions StoreOptionsOf(const enclave::TrustedSettings& settings) {
  enclave::StoreOptions options;
  options.environment = settings.environment;
  return options;
}

}  // namespace

class Vault::RunnerLink final : public account::RevocationApi {
 public:
  RunnerLink(Env env, rpc::PeerPtr peer) : peer_(std::move(peer)), stub_(env, *peer_) {}
  Task<Result<rpc::Empty>> Revoke(rpc::CallContext c, account::RevokeRequest q) override {
    return stub_.Revoke(std::move(c), std::move(q));
  }

 private:
  rpc::PeerPtr peer_;
  account::RevocationStub stub_;
};

Result<std::unique_ptr<Vault>> Vault::Make(Env env, asio::io_context& io, const Options& options,
                                           enclave::TrustedSettings settings, Module module) {
  NSL_TRY(crypto::SecretBytes root, module.module->SealingRoot());
  NSL_TRY(account::VaultKeys keys, account::VaultKeys::Derive(root, env.random));
  return std::unique_ptr<Vault>(
      new Vault(env, io, options, std::move(settings), std::move(module), root, std::move(keys)));
}

Vault::Vault(Env env, asio::io_context& io, const Options& options,
             enclave::TrustedSettings settings, Module module, ByteView sealing_root,
             account::VaultKeys keys)
    : env_(env),
      io_(io),
      listen_(options.listen),
      settings_(std::move(settings)),
      module_(std::move(module)),
      keys_(std::move(keys)),
      identity_(*module_.module, KeysOf(env, keys_, settings_)),
      records_(env, host_),
      store_(env, io.get_executor(), records_, sealing_root, StoreOptionsOf(settings_)),
      service_(env, io.get_executor(), store_, identity_, keys_,
               account::AccountService::Options{settings_.network, settings_.magic}),
      chain_facts_(MakeChainFacts(env, host_)),
      wallet_keys_(env, sealing_root, *module_.module),
      spend_book_(store_),
      policies_(env, store_, service_, spend_book_),
      wallets_(env, store_, service_, wallet_keys_, policies_, spend_book_,
               wallet::ChainEvidence{chain_facts_.get(), "host"},
               wallet::WalletNetwork{settings_.network, settings_.magic}),
      host_dispatcher_(env, io.get_executor(), host_handlers_),
      runner_dispatcher_(env, io.get_executor(), runner_handlers_),
      load_signal_(io.get_executor()),
      tasks_(io.get_executor()),
      stopping_(io.get_executor()) {
  host_dispatcher_.Bind<account::AccountApi>(service_);
  host_dispatcher_.Bind<wallet::WalletApi>(wallets_);
  host_dispatcher_.Bind<wallet::PolicyApi>(policies_);
  runner_dispatcher_.Bind<account::AdmissionApi>(service_);
  runner_dispatcher_.Bind<wallet::FunctionWalletApi>(wallets_);
}

Status Vault::Start() {
  net::UnixOptions allow;
  if (settings_.host_uid >= 0) allow.allowed_uids = {static_cast<uid_t>(settings_.host_uid)};
  NSL_TRY(listener_, net::ListenUnix(io_.get_executor(), listen_, allow));
  tasks_.Spawn(AcceptLoop());
  tasks_.Spawn(LoadLoop());
  return {};
}

Task<void> Vault::AcceptLoop() {
  Timer pause(io_.get_executor());
  while (!tasks_.closed()) {
    auto stream = co_await listener_->Accept();
    if (stream) {
      bool room = connections_ < kMaxConnections;
      if (room) tasks_.Spawn(Serve(std::move(*stream)));
      // Said once until there is room again, so that a flood of connections is none of log lines.
      if (!room && !full_) env_.log.Warn("too_many_connections", {{"limit", kMaxConnections}});
      full_ = !room;
      continue;
    }
    if (stream.error().reason == Reason::kPlatformCancelled) co_return;
    env_.log.Warn("accept_failed", {{"reason", TextOf(stream.error().reason)}});
    pause.expires_after(kAcceptPause);
    co_await pause.async_wait(kUseTask);
  }
}

Task<void> Vault::Serve(std::unique_ptr<net::ByteStream> stream) {
  struct Count {
    size_t& n;
    explicit Count(size_t& c) : n(c) { ++n; }
    ~Count() { --n; }
  } count(connections_);
  auto kind = co_await ReadKind(stream.get());
  if (!kind) co_return;
  if (*kind == 'H') {
    co_await ServeHost(std::move(stream));
  } else if (*kind == 'R') {
    co_await ServeRunner(std::move(stream));
  } else {
    env_.log.Warn("unknown_connection", {{"first_byte", uint32_t{*kind}}});
  }
}

Task<Result<uint8_t>> Vault::ReadKind(net::ByteStream* stream) {
  // Shared with the timer's handler, which may still run after the byte has come.
  auto open = std::make_shared<net::ByteStream*>(stream);
  Timer timer(io_.get_executor(), kFirstByte);
  timer.async_wait([open](const boost::system::error_code& failed) {
    if (!failed && *open != nullptr) (*open)->Close();
  });
  struct Release {
    std::shared_ptr<net::ByteStream*> open;
    ~Release() { *open = nullptr; }
  } release{open};
  uint8_t kind = 0;
  Status read = co_await stream->ReadAll({&kind, 1});
  if (!read) co_return std::unexpected(std::move(read.error()));
  co_return kind;
}

Task<void> Vault::ServeHost(std::unique_ptr<net::ByteStream> stream) {
  rpc::PeerPtr peer = rpc::Peer::Create(env_, std::move(stream), host_handlers_);
  env_.log.Info("host_connected", {{"peer", peer->info().text}});
  host_.Opened(peer);
  load_due_ = true;
  load_signal_.Notify();
  co_await peer->Run();
  host_.Closed(peer);
  env_.log.Info("host_gone");
}

Task<void> Vault::ServeRunner(std::unique_ptr<net::ByteStream> stream) {
  // The document of the handshake names the namespace, which the records tell.
  if (!store_.ready()) co_return;
  enclave::ChannelAttester attester(
      identity_,
      enclave::PeerPolicy{module_.root_der, module_.module->simulated(), settings_.runner_pcr0},
      env_.clock);
  rpc::ChannelOptions options;
  options.end = rpc::ChannelEnd::kResponder;
  options.role = enclave::kVaultRole;
  options.peer_role = enclave::kRunnerRole;
  options.name_space = enclave::ChannelName(settings_);
  auto channel = co_await rpc::OpenChannel(std::move(stream), options, attester, env_.random);
  if (!channel) {
    env_.log.Warn("runner_refused",
                  {{"reason", TextOf(channel.error().reason)}, {"detail", channel.error().detail}});
    co_return;
  }
  auto key = crypto::P256PublicKey::FromCompressed(attester.peer()->keys.signing_key);
  if (!key) {
    env_.log.Warn("runner_refused", {{"reason", "its attested signing key is none"}});
    co_return;
  }
  rpc::PeerPtr peer = rpc::Peer::Create(env_, std::move(*channel), runner_handlers_);
  struct Registered {
    account::RunnerLinks& links;
    uint64_t id;
    ~Registered() { links.Remove(id); }
  } registered{service_.runners(),
               service_.runners().Add(std::move(*key), std::make_shared<RunnerLink>(env_, peer))};
  env_.log.Info("runner_connected", {{"module", attester.peer()->module_id},
                                     {"release", attester.peer()->keys.release}});
  co_await peer->Run();
  env_.log.Info("runner_gone");
}

Task<void> Vault::LoadLoop() {
  auto pause = kLoadRetry;
  while (!tasks_.closed()) {
    bool due = host_.Current() != nullptr && (load_due_ || !store_.ready());
    if (!due) {
      // Also looks by itself: a write of unknown result stops the store without a new connection.
      co_await load_signal_.WaitFor(kLoadRetry);
      continue;
    }
    load_due_ = false;
    Status loaded = co_await store_.Load();
    if (loaded) {
      identity_.SetNamespace(store_.name_space());
      env_.log.Info("vault_serves", {{"namespace", store_.name_space()}, {"anchor", "run"}});
      pause = kLoadRetry;
      continue;
    }
    load_due_ = true;
    env_.log.Error("vault_records_refused",
                   {{"reason", TextOf(loaded.error().reason)}, {"detail", loaded.error().detail}});
    co_await load_signal_.WaitFor(pause);
    pause = std::min(pause * 2, kLoadRetryMost);
  }
}

void Vault::Stop() { stopping_.Spawn(StopTask()); }

Task<void> Vault::StopTask() {
  env_.log.Info("stopping");
  listener_->Close();
  co_await host_dispatcher_.Shutdown();
  co_await runner_dispatcher_.Shutdown();
  co_await service_.Shutdown();
  co_await store_.Shutdown();
  tasks_.Close();
  co_await tasks_.Wait();
  io_.stop();
}

}  // namespace nsl::vault_app
