// SPDX-License-Identifier: Apache-2.0
//
// Server: accepts connections and runs a Peer for each. Link: keeps one connection to an address.
// One thread each.
#pragma once

#include <functional>
#include <list>

#include "base/task_group.h"
#include "net/signal.h"
#include "rpc/peer.h"

namespace nsl::rpc {

class Server {
 public:
  Server(Env env, Executor executor, Handlers& handlers, PeerLimits limits = {},
         size_t connections = 64);
  void Listen(std::unique_ptr<net::Listener> listener);
  // Serves one connection that was made elsewhere; closes it when there are too many.
  void Adopt(std::unique_ptr<net::ByteStream> stream);
  // Called for each new connection, before its first frame is read.
  void OnConnect(std::function<void(Peer&)> callback) { on_connect_ = std::move(callback); }
  Task<void> Shutdown();
  size_t connections() const { return peers_.size(); }

 private:
  Task<void> AcceptLoop(net::Listener* listener);
  Task<void> Serve(PeerPtr peer);

  Env env_;
  Handlers& handlers_;
  PeerLimits limits_;
  size_t max_connections_;
  std::function<void(Peer&)> on_connect_;
  std::list<std::unique_ptr<net::Listener>> listeners_;
  std::list<PeerPtr> peers_;
  net::Signal pause_;
  TaskGroup group_;
};

// Connects again after a loss, 50 ms to 2 s apart. Calls made while there is no connection fail at
// once with platform.unavailable.
class Link final : public PeerSource {
 public:
  using Connect = std::function<Task<Result<std::unique_ptr<net::ByteStream>>>()>;
  Link(Env env, Executor executor, Handlers& handlers, Connect connect, PeerLimits limits = {});
  void Start();
  // Called for each new connection, before its first frame is read.
  void OnConnect(std::function<void(Peer&)> callback) { on_connect_ = std::move(callback); }
  Peer* Current() override { return peer_ && !peer_->closed() ? peer_.get() : nullptr; }
  // platform.unavailable when there is no connection after `limit`.
  Task<Status> WaitConnected(std::chrono::milliseconds limit);
  Task<void> Shutdown();

 private:
  Task<void> Loop();

  Env env_;
  Handlers& handlers_;
  Connect connect_;
  PeerLimits limits_;
  std::function<void(Peer&)> on_connect_;
  PeerPtr peer_;
  net::Signal changed_;
  net::Signal pause_;
  TaskGroup group_;
};

}  // namespace nsl::rpc
