// SPDX-License-Identifier: Apache-2.0
//
// RunLoop: runs an io_context on the calling thread, with an adaptive spin.
//
// A thread that sleeps between two requests pays for being woken: on a virtual machine more than a
// small request costs. So while events follow each other within kClose, the loop looks for the next
// one for kSpin before it sleeps. It never does so while `busy` says that another process has work
// of this one in its hands, because on one shared core that process would have to wait; and it
// rests for kRest after kMisses looks in a row that found nothing. Timers of an idle process lie
// further apart than kClose, so an idle process does not spin at all.
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>

namespace nsl::net {

class RunLoop {
 public:
  static constexpr std::chrono::microseconds kSpin{60};
  static constexpr std::chrono::microseconds kClose{500};
  static constexpr std::chrono::milliseconds kRest{20};
  static constexpr int kMisses = 4;

  RunLoop(boost::asio::io_context& io, std::function<bool()> busy)
      : io_(io), busy_(std::move(busy)) {}

  // Until the io_context stops or has nothing left to wait for.
  void Run();

 private:
  using Clock = std::chrono::steady_clock;
  // True when something came and was handled.
  bool Spin(Clock::time_point now);

  boost::asio::io_context& io_;
  std::function<bool()> busy_;
  int misses_ = 0;
  Clock::time_point last_event_{};
  Clock::time_point rest_until_{};
};

}  // namespace nsl::net
