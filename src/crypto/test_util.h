// SPDX-License-Identifier: Apache-2.0
//
// What the tests of this room share.
#pragma once

#include <fstream>
#include <iterator>

#include "base/bytes.h"

namespace nsl::crypto {

inline Bytes Hex(std::string_view s) {
  auto bytes = FromHex(s);
  return bytes ? *bytes : ToBytes(std::string_view("not hexadecimal"));
}

inline Bytes ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return Bytes(std::istreambuf_iterator<char>(in), {});
}

// The message with one bit of one byte changed.
inline Bytes Flipped(ByteView message, size_t at, uint8_t bit = 0x01) {
  Bytes out = ToBytes(message);
  out[at] ^= bit;
  return out;
}

}  // namespace nsl::crypto
