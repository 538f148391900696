// SPDX-License-Identifier: Apache-2.0
//
// Integer of the NeoVM: -2^255 up to 2^255 - 1, kept as 32 bytes, two's complement, little-endian.
//
// Guarantee: one value has one decimal text and one shortest byte form (none for zero, as the VM
// has it); anything outside the range is refused with chain.invalid. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace nsl::neo {

class Integer {
 public:
  Integer() = default;
  // Implicit: a number is an Integer wherever one is meant.
  Integer(int64_t value);
  static Integer FromUnsigned(uint64_t value);
  // Digits with an optional '-'; no '+', no leading zero, no "-0".
  static Result<Integer> FromText(std::string_view text);
  // At most 32 bytes, sign-extended.
  static Result<Integer> FromBytes(ByteView little_endian);

  bool negative() const { return (bytes_[31] & 0x80) != 0; }
  const ByteArray<32>& bytes() const { return bytes_; }
  // The fewest bytes that sign-extend to the value.
  Bytes Shortest() const;
  std::string ToText() const;
  // Nothing outside int64.
  std::optional<int64_t> ToInt64() const;

  friend bool operator==(const Integer&, const Integer&) = default;

 private:
  void Negate();

  ByteArray<32> bytes_{};
};

}  // namespace nsl::neo
