// SPDX-License-Identifier: Apache-2.0
//
// Signal: lets coroutines wait until other code of the same thread says that something changed.
// Notify() wakes all that wait now; it is not remembered, so waiters check their condition in a
// loop. Cancelling the coroutine ends the wait.
#pragma once

#include <boost/asio/steady_timer.hpp>

#include "base/task.h"

namespace nsl::net {

class Signal {
 public:
  explicit Signal(Executor executor)
      : timer_(executor, std::chrono::steady_clock::time_point::max()) {}
  Task<void> Wait();
  // False when the time passed first.
  Task<bool> WaitFor(std::chrono::milliseconds limit);
  void Notify() { timer_.cancel(); }

 private:
  asio::basic_waitable_timer<std::chrono::steady_clock,
                             asio::wait_traits<std::chrono::steady_clock>, Executor>
      timer_;
};

}  // namespace nsl::net
