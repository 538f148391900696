// SPDX-License-Identifier: Apache-2.0
#include "metrics/registry.h"

#include "base/result.h"

namespace nsl::metrics {

Registry::Series& Registry::Get(Kind kind, std::string_view name, std::string_view help,
                                MetricLabels labels) {
  NSL_CHECK(IsMetricName(name));
  std::string rendered;
  for (const auto& [label, value] : labels) AppendLabel(rendered, label, value);
  std::lock_guard lock(mutex_);
  auto it = families_.find(name);
  if (it == families_.end()) {
    it = families_.emplace(std::string(name), Family{kind, std::string(help), {}}).first;
  }
  Family& family = it->second;
  NSL_CHECK(family.kind == kind);
  for (Series* series : family.series) {
    if (series->labels == rendered) return *series;
  }
  if (series_.size() >= kMaxSeries) {
    ++dropped_;
    return overflow_;
  }
  Series& made = series_.emplace_back();
  made.kind = kind;
  made.labels = std::move(rendered);
  family.series.push_back(&made);
  return made;
}

Counter& Registry::GetCounter(std::string_view name, std::string_view help, MetricLabels labels) {
  return Get(Kind::kCounter, name, help, labels).counter;
}
Gauge& Registry::GetGauge(std::string_view name, std::string_view help, MetricLabels labels) {
  return Get(Kind::kGauge, name, help, labels).gauge;
}
Histogram& Registry::GetHistogram(std::string_view name, std::string_view help,
                                  MetricLabels labels) {
  return Get(Kind::kHistogram, name, help, labels).histogram;
}

void Registry::AddCollector(std::function<void(TextWriter&)> collector) {
  std::lock_guard lock(mutex_);
  collectors_.push_back(std::move(collector));
}

std::string Registry::RenderText() const {
  std::string out;
  TextWriter writer(out);
  std::vector<std::function<void(TextWriter&)>> collectors;
  {
    std::lock_guard lock(mutex_);
    for (const auto& [name, family] : families_) {
      if (family.series.empty()) continue;
      writer.Family(name, family.help, family.kind);
      for (const Series* series : family.series) {
        switch (family.kind) {
          case Kind::kCounter:
            writer.Sample(name, series->labels, series->counter.value());
            break;
          case Kind::kGauge:
            writer.Sample(name, series->labels, series->gauge.value());
            break;
          case Kind::kHistogram:
            writer.Samples(name, series->labels, series->histogram);
            break;
        }
      }
    }
    writer.Family("nsl_metrics_dropped_series", "Requests for a series beyond the limit",
                  Kind::kCounter);
    writer.Sample("nsl_metrics_dropped_series", {}, dropped_);
    collectors = collectors_;
  }
  for (const auto& collector : collectors) collector(writer);
  return out;
}

}  // namespace nsl::metrics
