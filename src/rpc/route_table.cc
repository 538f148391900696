// SPDX-License-Identifier: Apache-2.0
#include "rpc/route_table.h"

#include <algorithm>
#include <set>

#include "base/cbor.h"
#include "base/result.h"

namespace nsl::rpc {
namespace {

constexpr size_t kMaxSegments = 16;

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Empty when there are too many.
std::vector<std::string_view> Split(std::string_view path) {
  std::vector<std::string_view> out;
  if (!path.starts_with('/')) return out;
  path.remove_prefix(1);
  for (;;) {
    size_t end = path.find('/');
    out.push_back(path.substr(0, end));
    if (out.size() > kMaxSegments) return {};
    if (end == std::string_view::npos) return out;
    path.remove_prefix(end + 1);
  }
}

}  // namespace

std::optional<std::string> PercentDecode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      bool whole = i + 2 < text.size();
      int high = whole ? HexDigit(text[i + 1]) : -1;
      int low = whole ? HexDigit(text[i + 2]) : -1;
      if (high < 0 || low < 0) return std::nullopt;
      c = static_cast<char>(high * 16 + low);
      i += 2;
    } else if (c == '+' && plus_is_space) {
      c = ' ';
    }
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return std::nullopt;
    out.push_back(c);
  }
  if (!IsUtf8(out)) return std::nullopt;
  return out;
}

std::vector<RouteTable::Segment> RouteTable::Parse(std::string_view path_template) {
  std::vector<Segment> out;
  for (std::string_view part : Split(path_template)) {
    Segment segment;
    size_t close = part.find('}');
    if (part.starts_with('{') && close != std::string_view::npos) {
      segment.parameter = true;
      segment.text = part.substr(1, close - 1);
      segment.action = part.substr(close + 1);
    } else {
      segment.text = part;
    }
    out.push_back(std::move(segment));
  }
  return out;
}

void RouteTable::Add(std::string_view verb, std::string_view path_template, size_t operation) {
  routes_.push_back({std::string(verb), Parse(path_template), operation});
}

bool RouteTable::Fits(const Route& route, const std::vector<std::string_view>& parts,
                      std::vector<std::pair<std::string, std::string>>& params) {
  if (route.segments.size() != parts.size()) return false;
  params.clear();
  for (size_t i = 0; i < parts.size(); ++i) {
    const Segment& segment = route.segments[i];
    std::string_view part = parts[i];
    if (!segment.parameter) {
      if (part != segment.text) return false;
      continue;
    }
    if (!part.ends_with(segment.action)) return false;
    part.remove_suffix(segment.action.size());
    std::optional<std::string> value = PercentDecode(part, false);
    bool good = value && !value->empty() && value->find_first_of("/:") == std::string::npos;
    if (!good) return false;
    params.emplace_back(segment.text, std::move(*value));
  }
  return true;
}

RouteMatch RouteTable::Match(std::string_view verb, std::string_view path) const {
  RouteMatch out;
  std::string_view wanted = verb == "HEAD" ? "GET" : verb;
  std::vector<std::string_view> parts = Split(path);
  if (parts.empty()) return out;
  std::set<std::string_view> verbs;
  std::vector<std::pair<std::string, std::string>> params;
  for (const Route& route : routes_) {
    if (!Fits(route, parts, params)) continue;
    if (route.verb == wanted && !out.operation) {
      out.operation = route.operation;
      out.params = params;
    }
    verbs.insert(route.verb);
    if (route.verb == "GET") verbs.insert("HEAD");
  }
  if (verbs.empty()) return out;
  verbs.insert("OPTIONS");
  for (std::string_view known : verbs) {
    if (!out.allow.empty()) out.allow += ", ";
    out.allow += known;
  }
  return out;
}

}  // namespace nsl::rpc
