// SPDX-License-Identifier: Apache-2.0
#include "relay.h"

#include "net/signal.h"

namespace nsl::host {
namespace {

constexpr size_t kBuffer = 64 << 10;
constexpr std::chrono::milliseconds kAcceptPause{100};
constexpr uint8_t kRunnerByte = 'R';

}  // namespace

// Shared by the two copying coroutines: whichever ends first closes both streams, the last one
// frees them.
struct Relay::Pair {
  Relay& relay;
  std::unique_ptr<net::ByteStream> runner;
  std::unique_ptr<net::ByteStream> vault;

  Pair(Relay& r, std::unique_ptr<net::ByteStream> a, std::unique_ptr<net::ByteStream> b)
      : relay(r), runner(std::move(a)), vault(std::move(b)) {}
  ~Pair() { relay.open_gauge_.Set(static_cast<int64_t>(--relay.open_)); }
  void Close() {
    runner->Close();
    vault->Close();
  }
};

Relay::Relay(Env env, Executor executor, Connect connect_vault, size_t connections)
    : env_(env),
      connect_vault_(std::move(connect_vault)),
      max_connections_(connections),
      bytes_(env.metrics.GetCounter("nsl_host_relayed_bytes_total",
                                    "Bytes carried between runner and vault")),
      open_gauge_(env.metrics.GetGauge("nsl_host_relay_connections",
                                       "Connections of the runner to the vault")),
      group_(executor) {}

void Relay::Listen(std::unique_ptr<net::Listener> listener) {
  listeners_.push_back(std::move(listener));
  group_.Spawn(AcceptLoop(listeners_.back().get()));
}

Task<void> Relay::Shutdown() {
  for (auto& listener : listeners_) listener->Close();
  group_.Close();
  co_await group_.Wait();
}

Task<void> Relay::AcceptLoop(net::Listener* listener) {
  Executor executor = co_await asio::this_coro::executor;
  net::Signal pause(executor);
  while (!group_.closed()) {
    Result<std::unique_ptr<net::ByteStream>> stream = co_await listener->Accept();
    if (stream) {
      if (open_ >= max_connections_) {
        (*stream)->Close();
      } else {
        group_.Spawn(Serve(std::move(*stream)));
      }
      continue;
    }
    if (stream.error().reason == Reason::kPlatformCancelled) co_return;
    env_.log.Warn("relay_accept_failed", {{"detail", stream.error().detail}});
    if (stream.error().reason == Reason::kPlatformUnavailable) co_await pause.WaitFor(kAcceptPause);
  }
}

Task<void> Relay::Serve(std::unique_ptr<net::ByteStream> runner) {
  open_gauge_.Set(static_cast<int64_t>(++open_));
  struct Count {
    Relay* relay;
    ~Count() {
      if (relay != nullptr) relay->open_gauge_.Set(static_cast<int64_t>(--relay->open_));
    }
  } count{this};
  Result<std::unique_ptr<net::ByteStream>> vault = co_await connect_vault_();
  if (!vault) {
    env_.log.Info("relay_without_vault", {{"detail", vault.error().detail}});
    co_return;
  }
  ByteArray<1> first = {kRunnerByte};
  Status written = co_await (*vault)->WriteAll(first);
  if (!written) co_return;
  count.relay = nullptr;
  auto pair = std::make_shared<Pair>(*this, std::move(runner), std::move(*vault));
  group_.Spawn(Copy(pair, pair->vault.get(), pair->runner.get()));
  co_await Copy(pair, pair->runner.get(), pair->vault.get());
}

Task<void> Relay::Copy(std::shared_ptr<Pair> pair, net::ByteStream* from, net::ByteStream* to) {
  struct AtEnd {
    Pair& pair;
    ~AtEnd() { pair.Close(); }
  } at_end{*pair};
  Bytes buffer(kBuffer);
  for (;;) {
    Result<size_t> got = co_await from->ReadSome(buffer);
    if (!got || *got == 0) co_return;
    bytes_.Add(*got);
    Status written = co_await to->WriteAll(ByteView(buffer).first(*got));
    if (!written) co_return;
  }
}

}  // namespace nsl::host
