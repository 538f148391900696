// SPDX-License-Identifier: Apache-2.0
#include "function_runner/js/timers.h"

#include <algorithm>

namespace nsl::js {
namespace {

constexpr double kMaxMs = 24.0 * 3600 * 1000;

std::chrono::microseconds Micros(double ms) {
  return std::chrono::microseconds(static_cast<int64_t>(std::clamp(ms, 0.0, kMaxMs) * 1000));
}

}  // namespace

uint32_t Timers::Add(v8::Isolate* isolate, v8::Local<v8::Function> callback, double ms, bool repeat,
                     uint32_t owner) {
  if (by_time_.size() >= kMax) return 0;
  Timer timer;
  timer.id = ++next_;
  timer.owner = owner;
  timer.callback.Reset(isolate, callback);
  // An interval of nothing would never let the worker read its socket.
  timer.interval_ms = repeat ? std::max(ms, 1.0) : ms;
  timer.repeat = repeat;
  auto due = std::chrono::steady_clock::now() + Micros(timer.interval_ms);
  uint32_t id = timer.id;
  by_time_.emplace(due, std::move(timer));
  return id;
}

void Timers::Clear(uint32_t id) {
  for (auto it = by_time_.begin(); it != by_time_.end(); ++it) {
    if (it->second.id != id) continue;
    by_time_.erase(it);
    return;
  }
}

void Timers::DropOf(uint32_t owner) {
  std::erase_if(by_time_, [owner](const auto& entry) { return entry.second.owner == owner; });
}

bool Timers::TakeDue(v8::Isolate* isolate, TimePoint now, v8::Local<v8::Function>& callback,
                     uint32_t& owner) {
  if (by_time_.empty() || by_time_.begin()->first > now) return false;
  auto node = by_time_.extract(by_time_.begin());
  callback = node.mapped().callback.Get(isolate);
  owner = node.mapped().owner;
  if (node.mapped().repeat) {
    node.key() = now + Micros(node.mapped().interval_ms);
    by_time_.insert(std::move(node));
  }
  return true;
}

int Timers::NextMs(TimePoint now) const {
  if (by_time_.empty()) return -1;
  auto left = std::chrono::ceil<std::chrono::milliseconds>(by_time_.begin()->first - now).count();
  return static_cast<int>(std::clamp<int64_t>(left, 0, 60'000));
}

}  // namespace nsl::js
