// SPDX-License-Identifier: Apache-2.0
//
// setTimeout and setInterval: callbacks by due time, at most 10,000. A timer belongs to the call
// that set it and goes with it: no code of a function runs while nobody pays for it. One thread.
#pragma once

#include <v8.h>

#include <chrono>
#include <cstdint>
#include <map>

namespace nsl::js {

using TimePoint = std::chrono::steady_clock::time_point;

struct Timer {
  uint32_t id = 0;
  // The call it belongs to; 0 for the module's top level.
  uint32_t owner = 0;
  v8::Global<v8::Function> callback;
  double interval_ms = 0;
  bool repeat = false;
};

class Timers {
 public:
  static constexpr size_t kMax = 10'000;
  // 0 when there are too many.
  uint32_t Add(v8::Isolate* isolate, v8::Local<v8::Function> callback, double ms, bool repeat,
               uint32_t owner);
  void Clear(uint32_t id);
  // The timers that are due now; repeating ones are put back.
  bool TakeDue(v8::Isolate* isolate, TimePoint now, v8::Local<v8::Function>& callback,
               uint32_t& owner);
  void DropOf(uint32_t owner);
  int NextMs(TimePoint now) const;
  bool empty() const { return by_time_.empty(); }

 private:
  std::multimap<TimePoint, Timer> by_time_;
  uint32_t next_ = 0;
};

}  // namespace nsl::js
