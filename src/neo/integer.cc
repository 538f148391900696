// SPDX-License-Identifier: Apache-2.0
#include "neo/integer.h"

#include <algorithm>

namespace nsl::neo {

Integer::Integer(int64_t value) {
  bytes_.fill(value < 0 ? 0xff : 0);
  for (size_t i = 0; i < 8; ++i) {
    bytes_[i] = static_cast<uint8_t>(static_cast<uint64_t>(value) >> (8 * i));
  }
}

Integer Integer::FromUnsigned(uint64_t value) {
  Integer out;
  for (size_t i = 0; i < 8; ++i) out.bytes_[i] = static_cast<uint8_t>(value >> (8 * i));
  return out;
}

void Integer::Negate() {
  unsigned carry = 1;
  for (uint8_t& b : bytes_) {
    carry += static_cast<uint8_t>(~b);
    b = static_cast<uint8_t>(carry);
    carry >>= 8;
  }
}

Result<Integer> Integer::FromText(std::string_view text) {
  auto refused = [&](const char* why) {
    return Fail(Reason::kChainInvalid,
                "'" + std::string(text.substr(0, 80)) + "' is no integer: " + why);
  };
  bool minus = text.starts_with('-');
  std::string_view digits = text.substr(minus ? 1 : 0);
  if (digits.empty()) return refused("it has no digits");
  if (digits[0] == '0' && (digits.size() > 1 || minus)) return refused("it starts with a zero");
  Integer out;
  for (char c : digits) {
    if (c < '0' || c > '9') return refused("only digits and a leading '-' are allowed");
    unsigned carry = static_cast<unsigned>(c - '0');
    for (uint8_t& b : out.bytes_) {
      carry += b * 10u;
      b = static_cast<uint8_t>(carry);
      carry >>= 8;
    }
    if (carry != 0) return refused("it needs more than 32 bytes");
  }
  if (minus) {
    out.Negate();
    if (!out.negative()) return refused("it needs more than 32 bytes");
  } else if (out.negative()) {
    return refused("it needs more than 32 bytes");
  }
  return out;
}

Result<Integer> Integer::FromBytes(ByteView raw) {
  if (raw.size() > 32) {
    return Fail(Reason::kChainInvalid,
                "an integer has at most 32 bytes, not " + std::to_string(raw.size()));
  }
  Integer out;
  if (!raw.empty() && (raw.back() & 0x80) != 0) out.bytes_.fill(0xff);
  std::copy(raw.begin(), raw.end(), out.bytes_.begin());
  return out;
}

Bytes Integer::Shortest() const {
  uint8_t fill = negative() ? 0xff : 0;
  size_t size = 32;
  while (size > 0 && bytes_[size - 1] == fill) --size;
  bool sign = size > 0 && (bytes_[size - 1] & 0x80) != 0;
  if (sign != negative()) ++size;
  return Bytes(bytes_.begin(), bytes_.begin() + static_cast<ptrdiff_t>(size));
}

std::string Integer::ToText() const {
  Integer rest = *this;
  if (negative()) rest.Negate();
  std::string out;
  do {
    unsigned digit = 0;
    for (size_t i = 32; i-- > 0;) {
      digit = digit * 256 + rest.bytes_[i];
      rest.bytes_[i] = static_cast<uint8_t>(digit / 10);
      digit %= 10;
    }
    out.push_back(static_cast<char>('0' + digit));
  } while (rest != Integer());
  if (negative()) out.push_back('-');
  std::reverse(out.begin(), out.end());
  return out;
}

std::optional<int64_t> Integer::ToInt64() const {
  uint64_t low = 0;
  for (size_t i = 0; i < 8; ++i) low |= uint64_t{bytes_[i]} << (8 * i);
  auto value = static_cast<int64_t>(low);
  if (Integer(value) != *this) return std::nullopt;
  return value;
}

}  // namespace nsl::neo
