// SPDX-License-Identifier: Apache-2.0
//
// NEF3, the executable file of a contract.
//
// Guarantee: decoding refuses another magic, padding or reserved bytes that are not zero, tokens
// beyond their limits, an empty script, a checksum that is wrong and trailing bytes; encoding
// writes the checksum and applies the same rules. Errors are chain.invalid with field and byte.
// Pure.
#pragma once

#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "neo/script_hash.h"

namespace nsl::neo {

inline constexpr size_t kMaxNefBytes = 131070;
inline constexpr size_t kMaxNefTokens = 128;

// A contract method that the script calls with CALLT.
struct MethodToken {
  ScriptHash contract;
  std::string method;
  uint16_t parameters = 0;
  bool returns = false;
  // Bits of CallFlags.
  uint8_t call_flags = 0;

  bool operator==(const MethodToken&) const = default;
};

struct Nef {
  // At most 64 bytes.
  std::string compiler;
  // Where the source is; at most 256 bytes.
  std::string source;
  std::vector<MethodToken> tokens;
  Bytes script;

  bool operator==(const Nef&) const = default;
};

Result<Nef> DecodeNef(ByteView raw);
Result<Bytes> EncodeNef(const Nef& nef);
// The last four bytes of the file as a number.
uint32_t ChecksumOf(const Nef& nef);

}  // namespace nsl::neo
