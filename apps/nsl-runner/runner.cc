// SPDX-License-Identifier: Apache-2.0
#include "runner.h"

#include <boost/asio/redirect_error.hpp>

#include "base/release.h"
#include "net/unix.h"
#include "rpc/channel.h"

namespace nsl::runner_app {
namespace {

using Timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                         asio::wait_traits<std::chrono::steady_clock>, Executor>;

constexpr size_t kMaxInvokeFrame = 2 << 20;

net::UnixOptions Allow(int64_t uid) {
  net::UnixOptions options;
  if (uid >= 0) options.allowed_uids.push_back(static_cast<uid_t>(uid));
  return options;
}

enclave::AttestedKeys KeysOf(const enclave::TrustedSettings& settings,
                             const crypto::P256PrivateKey& key, const Bytes& boot_id) {
  enclave::AttestedKeys keys;
  keys.role = enclave::kRunnerRole;
  keys.release = kRelease;
  keys.boot_id = boot_id;
  keys.signing_key = ToBytes(key.PublicKey().Compressed());
  keys.config_hash = ToBytes(enclave::SettingsHash(settings));
  keys.anchor = enclave::AnchorLevel::kRun;
  return keys;
}

function_runner::BuilderConfig BuilderConfigOf() {
  function_runner::BuilderConfig config;
  config.release = kRelease;
  config.toolchain = "v8";
  return config;
}

}  // namespace

Runner::Runner(Env env, asio::io_context& io, const Options& options,
               enclave::TrustedSettings settings, Module module,
               std::unique_ptr<function_runner::BlankPool> blanks)
    : env_(env),
      io_(io),
      options_(options),
      settings_(std::move(settings)),
      module_(std::move(module)),
      key_(crypto::P256PrivateKey::Generate(env.random)),
      boot_id_(env.random.Draw(16)),
      identity_(*module_.module, KeysOf(settings_, key_, boot_id_)),
      sealer_(env.random, settings_, identity_),
      blanks_(std::move(blanks)),
      tasks_(io.get_executor()),
      stopping_(io.get_executor()),
      host_(env, host_source_),
      vault_link_(env, io.get_executor(), vault_handlers_, [this] { return ConnectVault(); }),
      vault_(env, vault_link_),
      wallets_(env, vault_link_),
      receipts_(env.clock, key_, boot_id_),
      dispatcher_(env, {}, vault_, wallets_, host_, sealer_, *blanks_, receipts_, tasks_),
      builder_(BuilderConfigOf(), *blanks_, key_, io.get_executor()),
      service_({dispatcher_, builder_, *blanks_, vault_, sealer_,
                [this](ByteView nonce) { return identity_.Document(nonce); }, kRelease,
                identity_.simulated(), boot_id_}),
      revocations_(dispatcher_),
      host_dispatcher_(env, io.get_executor(), host_handlers_),
      vault_dispatcher_(env, io.get_executor(), vault_handlers_),
      server_(env, io.get_executor(), host_handlers_) {
  host_handlers_.OnRaw(
      function_runner::kInvokeMethod,
      [this](rpc::RawCall&& call) { dispatcher_.OnInvoke(std::move(call)); }, kMaxInvokeFrame,
      kMaxInvokeFrame);
  host_dispatcher_.Bind<function_runner::RunnerApi>(service_);
  vault_dispatcher_.Bind<account::RevocationApi>(revocations_);
  server_.OnConnect([this](rpc::Peer& peer) {
    host_source_.Opened(peer);
    peer.OnBatchEnd([this] { dispatcher_.FramesHandled(); });
    env_.log.Info("host_connected", {{"peer", peer.info().text}});
  });
}

Status Runner::Start() {
  NSL_TRY(auto listener,
          net::ListenUnix(io_.get_executor(), options_.listen, Allow(settings_.host_uid)));
  server_.Listen(std::move(listener));
  vault_link_.Start();
  tasks_.Spawn(TickLoop());
  tasks_.Spawn(HousekeepLoop());
  return {};
}

Task<Result<std::unique_ptr<net::ByteStream>>> Runner::ConnectVault() {
  Result<std::unique_ptr<net::ByteStream>> relay =
      co_await net::ConnectUnix(options_.relay, Allow(settings_.host_uid));
  if (!relay) co_return std::unexpected(std::move(relay.error()));
  rpc::ChannelOptions channel;
  channel.end = rpc::ChannelEnd::kInitiator;
  channel.role = enclave::kRunnerRole;
  channel.peer_role = enclave::kVaultRole;
  channel.name_space = enclave::ChannelName(settings_);
  enclave::ChannelAttester attester(
      identity_,
      enclave::PeerPolicy{module_.root_der, module_.module->simulated(), settings_.vault_pcr0},
      env_.clock);
  Result<std::unique_ptr<net::ByteStream>> opened =
      co_await rpc::OpenChannel(std::move(*relay), channel, attester, env_.random);
  if (!opened) {
    env_.log.Warn("vault_channel_failed",
                  {{"reason", TextOf(opened.error().reason)}, {"detail", opened.error().detail}});
    co_return opened;
  }
  const std::string& vault_says = attester.peer()->keys.name_space;
  if (!identity_.keys().name_space.empty() && identity_.keys().name_space != vault_says) {
    co_return Fail(Reason::kAttestRole, "the vault of another installation answered");
  }
  identity_.SetNamespace(vault_says);
  // Leases of an earlier vault are worth nothing now, and receipts name the installation.
  dispatcher_.admission().DropAll();
  Result<Bytes> document = identity_.Document({});
  if (!document) co_return std::unexpected(std::move(document.error()));
  receipts_.SetAttestation(std::move(*document));
  env_.log.Info("vault_connected");
  co_return opened;
}

// 5 ms while something runs, so that a limit is noticed in time; 50 ms when idle.
Task<void> Runner::TickLoop() {
  Timer timer(io_.get_executor());
  while (!tasks_.closed()) {
    timer.expires_after(std::chrono::milliseconds(dispatcher_.busy() ? 5 : 20));
    boost::system::error_code ended;
    co_await timer.async_wait(asio::redirect_error(kUseTask, ended));
    if (ended) co_return;
    dispatcher_.Tick();
  }
}

Task<void> Runner::HousekeepLoop() {
  Timer timer(io_.get_executor());
  while (!tasks_.closed()) {
    timer.expires_after(std::chrono::seconds(1));
    boost::system::error_code ended;
    co_await timer.async_wait(asio::redirect_error(kUseTask, ended));
    if (ended) co_return;
    dispatcher_.Housekeep();
    blanks_->Housekeep();
  }
}

void Runner::Stop() { stopping_.Spawn(StopTask()); }

Task<void> Runner::StopTask() {
  env_.log.Info("stopping");
  dispatcher_.Stop();
  co_await server_.Shutdown();
  co_await vault_link_.Shutdown();
  co_await host_dispatcher_.Shutdown();
  co_await vault_dispatcher_.Shutdown();
  blanks_->Stop();
  tasks_.Close();
  co_await tasks_.Wait();
  io_.stop();
}

}  // namespace nsl::runner_app
