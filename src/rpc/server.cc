// SPDX-License-Identifier: Apache-2.0
#include "rpc/server.h"

#include <algorithm>

namespace nsl::rpc {
namespace {

constexpr std::chrono::milliseconds kAcceptPause{100};
constexpr std::chrono::milliseconds kFirstRetry{50};
constexpr std::chrono::milliseconds kLastRetry{2'000};

}  // namespace

Server::Server(Env env, Executor executor, Handlers& handlers, PeerLimits limits,
               size_t connections)
    : env_(env),
      handlers_(handlers),
      limits_(limits),
      max_connections_(connections),
      pause_(executor),
      group_(executor) {}

void Server::Listen(std::unique_ptr<net::Listener> listener) {
  listeners_.push_back(std::move(listener));
  group_.Spawn(AcceptLoop(listeners_.back().get()));
}

Task<void> Server::AcceptLoop(net::Listener* listener) {
  while (!group_.closed()) {
    Result<std::unique_ptr<net::ByteStream>> stream = co_await listener->Accept();
    if (stream) {
      Adopt(std::move(*stream));
      continue;
    }
    if (stream.error().reason == Reason::kPlatformCancelled) co_return;
    env_.log.Warn("rpc_accept_failed", {{"detail", stream.error().detail}});
    // A refused user costs the next one nothing; no descriptors left is worth a pause.
    if (stream.error().reason == Reason::kPlatformUnavailable)
      co_await pause_.WaitFor(kAcceptPause);
  }
}

void Server::Adopt(std::unique_ptr<net::ByteStream> stream) {
  if (peers_.size() >= max_connections_) return stream->Close();
  PeerPtr peer = Peer::Create(env_, std::move(stream), handlers_, limits_);
  if (on_connect_) on_connect_(*peer);
  peers_.push_back(peer);
  if (!group_.Spawn(Serve(peer))) peers_.pop_back();
}

Task<void> Server::Serve(PeerPtr peer) {
  co_await peer->Run();
  peers_.remove(peer);
}

Task<void> Server::Shutdown() {
  for (auto& listener : listeners_) listener->Close();
  std::vector<PeerPtr> open(peers_.begin(), peers_.end());
  for (const PeerPtr& peer : open) peer->Close();
  group_.Close();
  co_await group_.Wait();
  peers_.clear();
}

Link::Link(Env env, Executor executor, Handlers& handlers, Connect connect, PeerLimits limits)
    : env_(env),
      handlers_(handlers),
      connect_(std::move(connect)),
      limits_(limits),
      changed_(executor),
      pause_(executor),
      group_(executor) {}

void Link::Start() { group_.Spawn(Loop()); }

Task<void> Link::Loop() {
  std::chrono::milliseconds pause = kFirstRetry;
  while (!group_.closed()) {
    Result<std::unique_ptr<net::ByteStream>> stream = co_await connect_();
    if (stream) {
      pause = kFirstRetry;
      peer_ = Peer::Create(env_, std::move(*stream), handlers_, limits_);
      PeerPtr running = peer_;
      if (on_connect_) on_connect_(*running);
      changed_.Notify();
      co_await running->Run();
      env_.log.Warn("rpc_link_lost", {{"peer", running->info().text}});
    } else {
      env_.log.Debug("rpc_link_connect_failed", {{"detail", stream.error().detail}});
    }
    if (group_.closed()) co_return;
    co_await pause_.WaitFor(pause);
    pause = std::min(2 * pause, kLastRetry);
  }
}

Task<Status> Link::WaitConnected(std::chrono::milliseconds limit) {
  auto end = std::chrono::steady_clock::now() + limit;
  while (Current() == nullptr) {
    auto left =
        std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    if (left.count() <= 0) {
      co_return Fail(Reason::kPlatformUnavailable, "the service is not connected");
    }
    co_await changed_.WaitFor(left);
  }
  co_return Status();
}

Task<void> Link::Shutdown() {
  group_.Close();
  if (peer_) peer_->Close();
  co_await group_.Wait();
  peer_.reset();
}

}  // namespace nsl::rpc
