// SPDX-License-Identifier: Apache-2.0
//
// Metrics as the rooms see them; the registry behind it is handed in by main.
//
// Names are nsl_<room>_<what>_<unit>. Labels are few and bounded. A handle is made once, in a
// constructor, and used without a lock afterwards.
#pragma once

#include <atomic>
#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <utility>

namespace nsl {

using MetricLabels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

class Counter {
 public:
  void Add(uint64_t n = 1) { value_.fetch_add(n, std::memory_order_relaxed); }
  uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> value_{0};
};

class Gauge {
 public:
  void Set(int64_t v) { value_.store(v, std::memory_order_relaxed); }
  void Add(int64_t n) { value_.fetch_add(n, std::memory_order_relaxed); }
  int64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<int64_t> value_{0};
};

// Microseconds in powers of two: bucket i counts values below 2^i, up to about 67 s.
class Histogram {
 public:
  static constexpr size_t kBuckets = 27;
  void Record(uint64_t micros) {
    size_t i = micros == 0 ? 0 : 64 - static_cast<size_t>(__builtin_clzll(micros));
    if (i >= kBuckets) i = kBuckets - 1;
    buckets_[i].fetch_add(1, std::memory_order_relaxed);
    sum_.fetch_add(micros, std::memory_order_relaxed);
  }
  uint64_t bucket(size_t i) const { return buckets_[i].load(std::memory_order_relaxed); }
  uint64_t sum() const { return sum_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> buckets_[kBuckets]{};
  std::atomic<uint64_t> sum_{0};
};

class Metrics {
 public:
  virtual ~Metrics() = default;
  // The same name and labels give the same handle, valid as long as the registry.
  virtual Counter& GetCounter(std::string_view name, std::string_view help,
                              MetricLabels labels = {}) = 0;
  virtual Gauge& GetGauge(std::string_view name, std::string_view help,
                          MetricLabels labels = {}) = 0;
  virtual Histogram& GetHistogram(std::string_view name, std::string_view help,
                                  MetricLabels labels = {}) = 0;
};

}  // namespace nsl
