// SPDX-License-Identifier: Apache-2.0
#include "metrics/text.h"

#include <fmt/format.h>

#include <charconv>

namespace nsl::metrics {
namespace {

std::string_view TextOf(Kind kind) {
  switch (kind) {
    case Kind::kCounter:
      return "counter";
    case Kind::kGauge:
      return "gauge";
    case Kind::kHistogram:
      break;
  }
  return "histogram";
}

void AppendEscaped(std::string& out, std::string_view text, bool quote) {
  for (char c : text) {
    if (c == '\\') {
      out += "\\\\";
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '"' && quote) {
      out += "\\\"";
    } else {
      out.push_back(c);
    }
  }
}

// Shortest text that reads back as the same number.
std::string NumberText(double value) {
  char buffer[32];
  auto [end, failed] = std::to_chars(buffer, buffer + sizeof buffer, value);
  return failed == std::errc() ? std::string(buffer, end) : std::string("NaN");
}

}  // namespace

void TextWriter::Family(std::string_view name, std::string_view help, Kind kind) {
  out_ += "# HELP ";
  out_ += name;
  out_.push_back(' ');
  AppendEscaped(out_, help, false);
  out_ += "\n# TYPE ";
  out_ += name;
  out_.push_back(' ');
  out_ += TextOf(kind);
  out_.push_back('\n');
}

void TextWriter::Line(std::string_view name, std::string_view suffix, std::string_view labels,
                      std::string_view more, std::string_view value) {
  out_ += name;
  out_ += suffix;
  if (!labels.empty() || !more.empty()) {
    out_.push_back('{');
    out_ += labels;
    if (!labels.empty() && !more.empty()) out_.push_back(',');
    out_ += more;
    out_.push_back('}');
  }
  out_.push_back(' ');
  out_ += value;
  out_.push_back('\n');
}

void TextWriter::Sample(std::string_view name, std::string_view labels, int64_t value) {
  Line(name, {}, labels, {}, fmt::format_int(value).str());
}
void TextWriter::Sample(std::string_view name, std::string_view labels, uint64_t value) {
  Line(name, {}, labels, {}, fmt::format_int(value).str());
}
void TextWriter::Sample(std::string_view name, std::string_view labels, double value) {
  Line(name, {}, labels, {}, NumberText(value));
}

void TextWriter::Samples(std::string_view name, std::string_view labels,
                         const Histogram& histogram) {
  bool seconds = name.ends_with("_seconds");
  uint64_t count = 0;
  // Values are whole microseconds, so "below 2^i" is "at most 2^i - 1"; the last bucket has no
  // upper bound.
  for (size_t i = 0; i + 1 < Histogram::kBuckets; ++i) {
    count += histogram.bucket(i);
    uint64_t bound = (uint64_t{1} << i) - 1;
    std::string le = seconds ? NumberText(static_cast<double>(bound) / 1e6) : std::to_string(bound);
    Line(name, "_bucket", labels, "le=\"" + le + "\"", fmt::format_int(count).str());
  }
  count += histogram.bucket(Histogram::kBuckets - 1);
  std::string total = fmt::format_int(count).str();
  Line(name, "_bucket", labels, "le=\"+Inf\"", total);
  uint64_t sum = histogram.sum();
  Line(name, "_sum", labels, {},
       seconds ? NumberText(static_cast<double>(sum) / 1e6) : std::to_string(sum));
  Line(name, "_count", labels, {}, total);
}

void AppendLabel(std::string& labels, std::string_view name, std::string_view value) {
  if (!labels.empty()) labels.push_back(',');
  labels += name;
  labels += "=\"";
  AppendEscaped(labels, value, true);
  labels.push_back('"');
}

bool IsMetricName(std::string_view name) {
  if (name.empty() || (name[0] >= '0' && name[0] <= '9')) return false;
  for (char c : name) {
    bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                c == '_' || c == ':';
    if (!good) return false;
  }
  return true;
}

}  // namespace nsl::metrics
