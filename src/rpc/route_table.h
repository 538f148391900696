// SPDX-License-Identifier: Apache-2.0
//
// Which operation a verb and a path mean.
//
// Templates are those of the method tables: "/v1/functions/{function}/aliases/{name}", with an
// optional action behind a parameter: "/v1/functions/{function}:invoke". A parameter is one path
// segment, percent-decoded, not empty, without control characters, slash or colon. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace nsl::rpc {

struct RouteMatch {
  // Index given to Add; nothing when the path is known but not with this verb.
  std::optional<size_t> operation;
  // Template names and decoded values.
  std::vector<std::pair<std::string, std::string>> params;
  // Verbs that the path knows, "GET, POST"; empty when the path is unknown.
  std::string allow;
};

class RouteTable {
 public:
  void Add(std::string_view verb, std::string_view path_template, size_t operation);
  // HEAD is answered by GET.
  RouteMatch Match(std::string_view verb, std::string_view path) const;

 private:
  struct Segment {
    // A literal, or the name of a parameter.
    std::string text;
    bool parameter = false;
    // ":invoke" behind a parameter.
    std::string action;
  };
  struct Route {
    std::string verb;
    std::vector<Segment> segments;
    size_t operation = 0;
  };
  static std::vector<Segment> Parse(std::string_view path_template);
  static bool Fits(const Route& route, const std::vector<std::string_view>& parts,
                   std::vector<std::pair<std::string, std::string>>& params);

  std::vector<Route> routes_;
};

// %XX alone; nothing for a wrong escape, a control character or invalid UTF-8. `plus_is_space` for
// queries.
std::optional<std::string> PercentDecode(std::string_view text, bool plus_is_space);

}  // namespace nsl::rpc
