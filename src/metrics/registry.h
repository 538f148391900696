// SPDX-License-Identifier: Apache-2.0
//
// Registry: the Metrics of a program, and its Prometheus text (exposition format 0.0.4).
//
// Guarantee: the same name and labels give the same handle, valid as long as the registry; a name
// keeps the kind it was made with, asking for another is a bug. At most kMaxSeries series: a label
// that turns out to be unbounded costs a counter, not the memory of the program. Thread-safe.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "base/metrics.h"
#include "metrics/text.h"

namespace nsl::metrics {

class Registry final : public Metrics {
 public:
  static constexpr size_t kMaxSeries = 4096;

  Registry() = default;
  Counter& GetCounter(std::string_view name, std::string_view help, MetricLabels labels) override;
  Gauge& GetGauge(std::string_view name, std::string_view help, MetricLabels labels) override;
  Histogram& GetHistogram(std::string_view name, std::string_view help,
                          MetricLabels labels) override;

  // Writes further families whenever the text is rendered. Called with no lock held.
  void AddCollector(std::function<void(TextWriter&)> collector);
  std::string RenderText() const;

 private:
  struct Series {
    Kind kind;
    // Rendered label pairs without braces, for example `code="200",verb="GET"`.
    std::string labels;
    Counter counter;
    Gauge gauge;
    Histogram histogram;
  };
  struct Family {
    Kind kind;
    std::string help;
    std::vector<Series*> series;
  };

  Series& Get(Kind kind, std::string_view name, std::string_view help, MetricLabels labels);

  mutable std::mutex mutex_;
  std::map<std::string, Family, std::less<>> families_;
  // A deque never moves its elements: handles stay valid.
  std::deque<Series> series_;
  Series overflow_{};
  uint64_t dropped_ = 0;
  std::vector<std::function<void(TextWriter&)>> collectors_;
};

}  // namespace nsl::metrics
