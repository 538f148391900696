// SPDX-License-Identifier: Apache-2.0
#include "base/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value.hpp>
#include <boost/json/value_stack.hpp>
#include <charconv>
#include <cmath>
#include <optional>
#include <vector>

#include "base/log.h"

namespace nsl {
namespace {

namespace json = boost::json;

// Receives the events of the parser; builds the value unless kBuild is false.
template <bool kBuild>
class Handler {
 public:
  static constexpr size_t max_object_size = json::object::max_size();
  static constexpr size_t max_array_size = json::array::max_size();
  static constexpr size_t max_key_size = json::string::max_size();
  static constexpr size_t max_string_size = json::string::max_size();

  explicit Handler(json::storage_ptr storage) { stack_.reset(std::move(storage)); }

  json::value Release() { return stack_.release(); }
  const std::string& twice() const { return twice_; }

  bool on_document_begin(json::error_code&) { return true; }
  bool on_document_end(json::error_code&) { return true; }
  bool on_object_begin(json::error_code&) {
    frames_.push_back(keys_.size());
    return true;
  }
  bool on_object_end(size_t n, json::error_code& ec) {
    if (KeyTwice()) {
      ec = json::error::syntax;
      return false;
    }
    keys_.resize(frames_.back());
    text_.resize(keys_.empty() ? 0 : keys_.back().first + keys_.back().second);
    frames_.pop_back();
    if constexpr (kBuild) stack_.push_object(n);
    return true;
  }
  bool on_array_begin(json::error_code&) { return true; }
  bool on_array_end(size_t n, json::error_code&) {
    if constexpr (kBuild) stack_.push_array(n);
    return true;
  }
  bool on_key_part(json::string_view s, size_t, json::error_code&) {
    text_.append(s.data(), s.size());
    if constexpr (kBuild) stack_.push_chars(s);
    return true;
  }
  bool on_key(json::string_view s, size_t n, json::error_code&) {
    text_.append(s.data(), s.size());
    keys_.emplace_back(text_.size() - n, n);
    if constexpr (kBuild) stack_.push_key(s);
    return true;
  }
  bool on_string_part(json::string_view s, size_t, json::error_code&) {
    if constexpr (kBuild) stack_.push_chars(s);
    return true;
  }
  bool on_string(json::string_view s, size_t, json::error_code&) {
    if constexpr (kBuild) stack_.push_string(s);
    return true;
  }
  bool on_number_part(json::string_view s, json::error_code&) {
    number_.append(s.data(), s.size());
    return true;
  }
  bool on_int64(int64_t v, json::string_view, json::error_code&) {
    number_.clear();
    if constexpr (kBuild) stack_.push_int64(v);
    return true;
  }
  bool on_uint64(uint64_t v, json::string_view, json::error_code&) {
    number_.clear();
    if constexpr (kBuild) stack_.push_uint64(v);
    return true;
  }
  bool on_double(double v, json::string_view s, json::error_code&) {
    number_.append(s.data(), s.size());
    if constexpr (kBuild) stack_.push_double(Nearest(v));
    number_.clear();
    return true;
  }
  bool on_bool(bool v, json::error_code&) {
    if constexpr (kBuild) stack_.push_bool(v);
    return true;
  }
  bool on_null(json::error_code&) {
    if constexpr (kBuild) stack_.push_null();
    return true;
  }
  bool on_comment_part(json::string_view, json::error_code&) { return true; }
  bool on_comment(json::string_view, json::error_code&) { return true; }

 private:
  std::string_view Key(size_t i) const {
    return std::string_view(text_).substr(keys_[i].first, keys_[i].second);
  }

  bool KeyTwice() {
    size_t first = frames_.back();
    std::vector<std::string_view> sorted;
    sorted.reserve(keys_.size() - first);
    for (size_t i = first; i < keys_.size(); ++i) sorted.push_back(Key(i));
    std::ranges::sort(sorted);
    auto twice = std::ranges::adjacent_find(sorted);
    if (twice == sorted.end()) return false;
    twice_ = twice->substr(0, 128);
    seen_twice_ = true;
    return true;
  }

  // The parser's own conversion may be off in the last digit.
  double Nearest(double v) const {
    double exact = 0;
    const char* end = number_.data() + number_.size();
    auto [p, ec] = std::from_chars(number_.data(), end, exact);
    return ec == std::errc() && p == end ? exact : v;
  }

 public:
  bool seen_twice() const { return seen_twice_; }

 private:
  json::value_stack stack_;
  // Text of the keys of all open objects; where each lies; where each open object's keys begin.
  std::string text_;
  std::vector<std::pair<size_t, size_t>> keys_;
  std::vector<size_t> frames_;
  std::string number_;
  std::string twice_;
  bool seen_twice_ = false;
};

std::unexpected<Error> Malformed(std::string_view text, size_t at, const std::string& what) {
  std::string_view before = text.substr(0, std::min(at, text.size()));
  auto line = 1 + std::ranges::count(before, '\n');
  size_t start = before.rfind('\n');
  size_t column = start == std::string_view::npos ? before.size() + 1 : before.size() - start;
  return Fail(Reason::kRequestMalformed,
              fmt::format("JSON, line {} column {}: {}", line, column, what));
}

template <bool kBuild>
Result<json::value> Parse(std::string_view text, const JsonLimits& limits,
                          json::storage_ptr storage) {
  if (text.size() > limits.bytes) {
    return Fail(Reason::kRequestTooLarge,
                fmt::format("the JSON text has {} bytes; at most {}", text.size(), limits.bytes));
  }
  json::parse_options options;
  options.max_depth = limits.depth;
  json::basic_parser<Handler<kBuild>> parser(options, std::move(storage));
  json::error_code ec;
  size_t used = parser.write_some(false, text.data(), text.size(), ec);
  if (parser.handler().seen_twice()) {
    return Malformed(
        text, used,
        "the object that ends here has the key '" + parser.handler().twice() + "' twice");
  }
  if (ec == json::error::too_deep) {
    return Malformed(text, used, fmt::format("deeper than {} levels", limits.depth));
  }
  if (ec) return Malformed(text, used, ec.message());
  if (used != text.size()) return Malformed(text, used, "text after the value");
  if constexpr (kBuild) {
    return parser.handler().Release();
  } else {
    return json::value();
  }
}

void AppendObject(const json::object& object, std::string& out) {
  out.push_back('{');
  bool first = true;
  for (const auto& entry : object) {
    if (!first) out.push_back(',');
    first = false;
    AppendJsonString(out, std::string_view(entry.key().data(), entry.key().size()));
    out.push_back(':');
    AppendJson(entry.value(), out);
  }
  out.push_back('}');
}

}  // namespace

Result<json::value> ParseJson(std::string_view text, JsonLimits limits, json::storage_ptr storage) {
  return Parse<true>(text, limits, std::move(storage));
}

Status CheckJson(std::string_view text, JsonLimits limits) {
  auto value = Parse<false>(text, limits, {});
  if (!value) return std::unexpected(std::move(value.error()));
  return {};
}

void AppendJsonNumber(double value, std::string& out) {
  if (value == 0) {
    // Minus zero too: read again it would be the integer 0.
    out.push_back('0');
  } else if (std::isfinite(value)) {
    fmt::format_to(std::back_inserter(out), "{}", value);
  } else {
    out += "null";
  }
}

void AppendJson(const json::value& value, std::string& out) {
  switch (value.kind()) {
    case json::kind::null:
      out += "null";
      return;
    case json::kind::bool_:
      out += value.get_bool() ? "true" : "false";
      return;
    case json::kind::int64:
      out += std::to_string(value.get_int64());
      return;
    case json::kind::uint64:
      out += std::to_string(value.get_uint64());
      return;
    case json::kind::double_:
      return AppendJsonNumber(value.get_double(), out);
    case json::kind::string:
      return AppendJsonString(
          out, std::string_view(value.get_string().data(), value.get_string().size()));
    case json::kind::array: {
      out.push_back('[');
      const json::array& array = value.get_array();
      for (size_t i = 0; i < array.size(); ++i) {
        if (i > 0) out.push_back(',');
        AppendJson(array[i], out);
      }
      out.push_back(']');
      return;
    }
    case json::kind::object:
      return AppendObject(value.get_object(), out);
  }
}

void AppendJsonPointer(std::string& pointer, std::string_view name) {
  pointer.push_back('/');
  for (char c : name) {
    if (c == '~') {
      pointer += "~0";
    } else if (c == '/') {
      pointer += "~1";
    } else {
      pointer.push_back(c);
    }
  }
}

size_t EditDistance(std::string_view a, std::string_view b) {
  constexpr size_t kMax = 64;
  a = a.substr(0, kMax);
  b = b.substr(0, kMax);
  std::array<std::array<uint8_t, kMax + 1>, 3> rows{};
  for (size_t k = 0; k <= b.size(); ++k) rows[0][k] = static_cast<uint8_t>(k);
  for (size_t i = 1; i <= a.size(); ++i) {
    auto& row = rows[i % 3];
    const auto& up = rows[(i + 2) % 3];
    const auto& up2 = rows[(i + 1) % 3];
    row[0] = static_cast<uint8_t>(i);
    for (size_t k = 1; k <= b.size(); ++k) {
      int change = a[i - 1] == b[k - 1] ? 0 : 1;
      int best = std::min({up[k] + 1, row[k - 1] + 1, up[k - 1] + change});
      if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1]) {
        best = std::min(best, up2[k - 2] + 1);
      }
      row[k] = static_cast<uint8_t>(best);
    }
  }
  return rows[a.size() % 3][b.size()];
}

}  // namespace nsl
