// SPDX-License-Identifier: Apache-2.0
//
// Poller: readiness of many sockets through one epoll set of its own, which Asio sees as a single
// descriptor. One wake-up asks once which sockets are ready and tells each; a socket is read once
// per request, without the second read that comes back empty and without an operation of Asio for
// each read. Level-triggered: a target that does not read what is there is told again, so it takes
// its interest away when it cannot. One per io_context, on its thread.
#pragma once

#include <sys/epoll.h>

#include <array>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <optional>

#include "base/task.h"
#include "net/fd.h"

namespace nsl::net {

class PollTarget {
 public:
  PollTarget() = default;
  PollTarget(const PollTarget&) = delete;
  PollTarget& operator=(const PollTarget&) = delete;
  // EPOLLIN, EPOLLOUT, EPOLLERR, EPOLLHUP. May end the target.
  virtual void OnReady(uint32_t events) = 0;

 protected:
  ~PollTarget() = default;

 private:
  friend class Poller;
  uint32_t interest_ = 0;
};

class Poller final : public asio::execution_context::service {
 public:
  static asio::execution_context::id id;
  explicit Poller(asio::execution_context& context);
  static Poller& For(const Executor& executor);

  // What the target wants to know of from now on; 0 = nothing, which must be said before the
  // descriptor is closed. False when the kernel has no memory for it.
  bool Set(PollTarget& target, int fd, uint32_t interest);

 private:
  using Descriptor = asio::posix::basic_stream_descriptor<Executor>;
  static constexpr size_t kBatch = 128;

  void shutdown() override;
  void Arm();
  void Collect();

  asio::io_context& context_;
  Fd set_;
  std::optional<Descriptor> descriptor_;
  size_t watched_ = 0;
  bool armed_ = false;
  std::array<epoll_event, kBatch> events_;
  size_t next_event_ = 0;
  size_t event_count_ = 0;
};

}  // namespace nsl::net
