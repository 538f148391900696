// SPDX-License-Identifier: Apache-2.0
//
// The time by which an answer is needed. Travels with a call, is inherited and never extended.
#pragma once

#include <algorithm>
#include <chrono>

#include "base/clock.h"

namespace nsl {

class Deadline {
 public:
  Deadline() = default;
  explicit Deadline(MonoTime at) : at_(at) {}
  static Deadline In(const Clock& clock, std::chrono::milliseconds d) {
    return Deadline(clock.Mono() + d);
  }
  static Deadline Never() { return Deadline(); }

  MonoTime at() const { return at_; }
  bool never() const { return at_ == MonoTime::max(); }
  bool Passed(const Clock& clock) const { return clock.Mono() >= at_; }
  // Whole milliseconds left, at least 0; 2^31 when there is no deadline.
  int64_t RemainingMs(const Clock& clock) const {
    if (never()) return int64_t{1} << 31;
    auto left = std::chrono::duration_cast<std::chrono::milliseconds>(at_ - clock.Mono()).count();
    return std::max<int64_t>(left, 0);
  }
  Deadline Earlier(Deadline other) const { return Deadline(std::min(at_, other.at_)); }

 private:
  MonoTime at_ = MonoTime::max();
};

}  // namespace nsl
