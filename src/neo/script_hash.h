// SPDX-License-Identifier: Apache-2.0
//
// Script hash of an account or contract: 20 bytes, kept in the order of the chain
// (RIPEMD160(SHA256(script)) as it comes). People see it as "0x" and 40 hex digits in reversed
// order, or, for accounts, as an address (base58check of version 0x35 and the 20 bytes). Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace nsl::neo {

inline constexpr uint8_t kAddressVersion = 0x35;

struct ScriptHash {
  ByteArray<20> bytes{};
  friend auto operator<=>(const ScriptHash&, const ScriptHash&) = default;
};

// Hash160 of a script, for example of a verification script.
ScriptHash HashOfScript(ByteView script);

// "0x" and 40 lower-case digits.
std::string ToText(const ScriptHash& hash);
std::string ToAddress(const ScriptHash& hash);

// chain.invalid with what is wrong. Display form with or without "0x", either case.
Result<ScriptHash> ScriptHashFromText(std::string_view text);
Result<ScriptHash> ScriptHashFromAddress(std::string_view text);
// Either form: an address is accepted wherever a script hash is.
Result<ScriptHash> ParseAccount(std::string_view text);

}  // namespace nsl::neo
