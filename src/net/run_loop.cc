// SPDX-License-Identifier: Apache-2.0
#include "net/run_loop.h"

namespace nsl::net {

void RunLoop::Run() {
  while (io_.run_one() > 0) {
    io_.poll();
    Clock::time_point now = Clock::now();
    bool close = now - last_event_ < kClose;
    last_event_ = now;
    while (close && now >= rest_until_ && !io_.stopped() && !busy_() && Spin(now)) {
      now = last_event_ = Clock::now();
    }
  }
}

bool RunLoop::Spin(Clock::time_point now) {
  Clock::time_point end = now + kSpin;
  do {
    if (io_.poll() > 0) {
      misses_ = 0;
      return true;
    }
    if (io_.stopped()) return false;
    now = Clock::now();
  } while (now < end);
  if (++misses_ >= kMisses) {
    misses_ = 0;
    rest_until_ = now + kRest;
  }
  return false;
}

}  // namespace nsl::net
