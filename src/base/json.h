// SPDX-License-Identifier: Apache-2.0
//
// JSON text (RFC 8259) to boost::json::value and back, strict and bounded.
//
// Guarantee: size and depth are capped, a key that occurs twice in one object is refused, invalid
// UTF-8 is refused, and a refusal says line and column. Typed reading stands in codec.h.
#pragma once

#include <boost/json/fwd.hpp>
#include <boost/json/storage_ptr.hpp>
#include <string>
#include <string_view>

#include "base/result.h"

namespace nsl {

struct JsonLimits {
  size_t bytes = size_t{1} << 20;
  // Arrays and objects inside each other.
  size_t depth = 64;
};

// request.too_large, or request.malformed with line and column. The value lives in `storage`.
Result<boost::json::value> ParseJson(std::string_view text, JsonLimits limits = {},
                                     boost::json::storage_ptr storage = {});

// The same checks without building a value.
Status CheckJson(std::string_view text, JsonLimits limits = {});

// No spaces; of a number the shortest digits that give it back. A number that is not finite: null.
void AppendJson(const boost::json::value& value, std::string& out);
void AppendJsonNumber(double value, std::string& out);

// One step of a JSON pointer (RFC 6901): "/" and the escaped name.
void AppendJsonPointer(std::string& pointer, std::string_view name);

// The candidate that differs least from `name`; empty when none is close.
template <class Names>
std::string_view NearestName(std::string_view name, const Names& candidates);
// Insertions, deletions, replacements and swaps of neighbours; capped at 64 characters.
size_t EditDistance(std::string_view a, std::string_view b);

template <class Names>
std::string_view NearestName(std::string_view name, const Names& candidates) {
  std::string_view best;
  size_t least = name.size() < 4 ? 2 : 4;
  for (std::string_view candidate : candidates) {
    size_t d = EditDistance(name, candidate);
    if (d < least) {
      least = d;
      best = candidate;
    }
  }
  return best;
}

}  // namespace nsl
