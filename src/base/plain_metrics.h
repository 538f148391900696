// SPDX-License-Identifier: Apache-2.0
//
// Metrics of a program that shows them to nobody: the enclaves count for themselves and send listed
// numbers by RPC. Handles live as long as the object. Thread-safe.
#pragma once

#include <map>
#include <mutex>
#include <string>

#include "base/metrics.h"

namespace nsl {

class PlainMetrics final : public Metrics {
 public:
  Counter& GetCounter(std::string_view name, std::string_view help, MetricLabels labels) override {
    return Find(counters_, name, help, labels);
  }
  Gauge& GetGauge(std::string_view name, std::string_view help, MetricLabels labels) override {
    return Find(gauges_, name, help, labels);
  }
  Histogram& GetHistogram(std::string_view name, std::string_view help,
                          MetricLabels labels) override {
    return Find(histograms_, name, help, labels);
  }

 private:
  template <class T>
  T& Find(std::map<std::string, T>& handles, std::string_view name, std::string_view,
          MetricLabels labels) {
    std::lock_guard lock(mutex_);
    std::string key(name);
    for (const auto& [label, value] : labels) {
      key += '\n';
      key += label;
      key += '=';
      key += value;
    }
    return handles[key];
  }
  std::mutex mutex_;
  std::map<std::string, Counter> counters_;
  std::map<std::string, Gauge> gauges_;
  std::map<std::string, Histogram> histograms_;
};

}  // namespace nsl
