// SPDX-License-Identifier: Apache-2.0
//
// Hash of a transaction or block: 32 bytes, kept in the order of the wire. People see it as "0x"
// and 64 hex digits in reversed order. Pure.
//
// Guarantee: one value has one written text; reading takes it with or without "0x", either case.
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace nsl::neo {

struct Uint256 {
  ByteArray<32> bytes{};
  friend auto operator<=>(const Uint256&, const Uint256&) = default;
};

// "0x" and 64 lower-case digits.
std::string ToText(const Uint256& hash);
// chain.invalid with what is wrong.
Result<Uint256> Uint256FromText(std::string_view text);

}  // namespace nsl::neo
