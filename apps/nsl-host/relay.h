// SPDX-License-Identifier: Apache-2.0
//
// Relay: carries the bytes between the runner and the vault, which the host cannot read.
//
// For each connection to the relay socket it opens one to the vault's socket, writes 'R', and
// copies both ways through one bounded buffer per direction: a side that does not read stops the
// other. When either side ends, both do. At most `connections` at a time. One thread.
#pragma once

#include <functional>
#include <memory>

#include "base/env.h"
#include "base/task_group.h"
#include "net/byte_stream.h"

namespace nsl::host {

class Relay {
 public:
  using Connect = std::function<Task<Result<std::unique_ptr<net::ByteStream>>>()>;

  Relay(Env env, Executor executor, Connect connect_vault, size_t connections);
  void Listen(std::unique_ptr<net::Listener> listener);
  Task<void> Shutdown();
  size_t connections() const { return open_; }

 private:
  struct Pair;
  Task<void> AcceptLoop(net::Listener* listener);
  Task<void> Serve(std::unique_ptr<net::ByteStream> runner);
  Task<void> Copy(std::shared_ptr<Pair> pair, net::ByteStream* from, net::ByteStream* to);

  Env env_;
  Connect connect_vault_;
  size_t max_connections_;
  size_t open_ = 0;
  std::vector<std::unique_ptr<net::Listener>> listeners_;
  Counter& bytes_;
  Gauge& open_gauge_;
  TaskGroup group_;
};

}  // namespace nsl::host
