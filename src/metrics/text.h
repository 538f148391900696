// SPDX-License-Identifier: Apache-2.0
//
// Writer of the Prometheus text format 0.0.4. One thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/metrics.h"

namespace nsl::metrics {

enum class Kind : uint8_t { kCounter, kGauge, kHistogram };

inline constexpr std::string_view kTextContentType = "text/plain; version=0.0.4; charset=utf-8";

class TextWriter {
 public:
  explicit TextWriter(std::string& out) : out_(out) {}

  // The HELP and TYPE lines of a family; its series follow.
  void Family(std::string_view name, std::string_view help, Kind kind);
  // `labels` are rendered pairs without braces, empty for none.
  void Sample(std::string_view name, std::string_view labels, int64_t value);
  void Sample(std::string_view name, std::string_view labels, uint64_t value);
  void Sample(std::string_view name, std::string_view labels, double value);
  void Samples(std::string_view name, std::string_view labels, const Histogram& histogram);

 private:
  void Line(std::string_view name, std::string_view suffix, std::string_view labels,
            std::string_view more, std::string_view value);
  std::string& out_;
};

// `name="value"` with backslash, quote and line feed of the value escaped; comma-separated.
void AppendLabel(std::string& labels, std::string_view name, std::string_view value);
// [a-zA-Z_:][a-zA-Z0-9_:]*
bool IsMetricName(std::string_view name);

}  // namespace nsl::metrics
