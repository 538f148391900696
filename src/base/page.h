// SPDX-License-Identifier: Apache-2.0
//
// Pages of lists (requirements §0): an opaque cursor and a bounded limit. Pure.
#pragma once

#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace nsl {

inline constexpr uint32_t kPageLimit = 50;
inline constexpr uint32_t kMaxPageLimit = 500;
inline constexpr size_t kMaxCursor = 512;

inline std::string EncodeCursor(std::string_view position) {
  return ToBase64Url(AsBytes(position));
}

// The position after which the page starts; empty for the first page.
inline Result<std::string> DecodeCursor(const std::optional<std::string>& cursor) {
  if (!cursor) return std::string();
  std::optional<Bytes> raw;
  if (cursor->size() <= kMaxCursor) raw = FromBase64Url(*cursor);
  if (!raw || raw->empty()) {
    return Fail(Error(Reason::kRequestInvalid, "the cursor is not one of this list")
                    .WithField("/cursor", "must be the cursor of the page before, unchanged"));
  }
  return std::string(AsText(*raw));
}

inline Result<uint32_t> PageLimit(const std::optional<uint32_t>& limit) {
  if (!limit) return kPageLimit;
  if (*limit == 0 || *limit > kMaxPageLimit) {
    return Fail(Error(Reason::kRequestInvalid, "the limit is out of range")
                    .WithField("/limit", "must be 1 to 500, not " + std::to_string(*limit)));
  }
  return *limit;
}

}  // namespace nsl
