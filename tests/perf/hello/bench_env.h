// SPDX-License-Identifier: Apache-2.0
//
// What a benchmark program hands to the parts: real time, no log, counters that nobody reads.
#pragma once

#include <sys/resource.h>

#include <chrono>

#include "base/env.h"

namespace nsl::bench {

class NullMetrics final : public Metrics {
 public:
  Counter& GetCounter(std::string_view, std::string_view, MetricLabels) override {
    return counter_;
  }
  Gauge& GetGauge(std::string_view, std::string_view, MetricLabels) override { return gauge_; }
  Histogram& GetHistogram(std::string_view, std::string_view, MetricLabels) override {
    return histogram_;
  }

 private:
  Counter counter_;
  Gauge gauge_;
  Histogram histogram_;
};

struct RealEnv {
  SystemClock clock;
  SystemRandom random;
  NullLog log;
  NullMetrics metrics;
  Env env{clock, random, log, metrics};
};

// Microseconds of CPU that this process has used.
inline double CpuMicros() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  auto micros = [](const timeval& t) {
    return 1e6 * static_cast<double>(t.tv_sec) + double(t.tv_usec);
  };
  return micros(usage.ru_utime) + micros(usage.ru_stime);
}

}  // namespace nsl::bench
