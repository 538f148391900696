// SPDX-License-Identifier: Apache-2.0
//
// Time, handed in. Wall time is for people, tokens and documents; monotonic time is for leases,
// deadlines and measurement. FakeClock stands still until a test moves it.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>

namespace nsl {

// Milliseconds since the Unix epoch.
using UnixMillis = int64_t;
using MonoTime = std::chrono::steady_clock::time_point;

class Clock {
 public:
  virtual ~Clock() = default;
  virtual UnixMillis NowMs() const = 0;
  virtual MonoTime Mono() const = 0;
  // NowMs() as of the kernel's last tick, up to 10 ms old, for a fifth of the price: for stamps
  // that nobody compares with another clock, such as the time part of an id.
  virtual UnixMillis CoarseMs() const { return NowMs(); }
};

class SystemClock final : public Clock {
 public:
  UnixMillis NowMs() const override;
  MonoTime Mono() const override { return std::chrono::steady_clock::now(); }
  UnixMillis CoarseMs() const override;
};

class FakeClock final : public Clock {
 public:
  explicit FakeClock(UnixMillis now_ms = 1'700'000'000'000) : now_ms_(now_ms) {}
  UnixMillis NowMs() const override { return now_ms_; }
  MonoTime Mono() const override { return MonoTime(std::chrono::milliseconds(mono_ms_)); }
  void AdvanceMs(int64_t ms) {
    now_ms_ += ms;
    mono_ms_ += ms;
  }
  void SetWallMs(UnixMillis now_ms) { now_ms_ = now_ms; }

 private:
  std::atomic<int64_t> now_ms_;
  std::atomic<int64_t> mono_ms_{1'000'000};
};

// RFC 3339 UTC with milliseconds, for example 2026-11-24T10:00:00.000Z.
std::string ToRfc3339(UnixMillis ms);

}  // namespace nsl
