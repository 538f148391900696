// SPDX-License-Identifier: Apache-2.0
//
// Strict reader of Neo's wire format: little-endian integers, varints and bounded byte strings.
//
// Guarantee: never reads past the view, never trusts a length before it is compared with its limit
// and with what is left, and takes the shortest varint alone, so bytes that are read through have
// one value and the value has these bytes. The first fault sticks: later reads give zeroes and
// empty views, and Finish() reports chain.invalid with the field and the byte offset. Pure.
#pragma once

#include <cstring>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace nsl::neo {

class Reader {
 public:
  // The view must outlive the reader and the views it hands out.
  explicit Reader(ByteView data) : data_(data) {}

  uint8_t U8(std::string_view field) { return static_cast<uint8_t>(Little(1, field)); }
  uint16_t U16(std::string_view field) { return static_cast<uint16_t>(Little(2, field)); }
  uint32_t U32(std::string_view field) { return static_cast<uint32_t>(Little(4, field)); }
  uint64_t U64(std::string_view field) { return Little(8, field); }
  int64_t I64(std::string_view field) { return static_cast<int64_t>(Little(8, field)); }
  // 00 or 01.
  bool Bool(std::string_view field);
  // At most `max`.
  uint64_t VarInt(std::string_view field, uint64_t max);
  // Exactly `size` bytes.
  ByteView Raw(std::string_view field, size_t size);
  // A varint of at most `max`, then so many bytes.
  ByteView VarBytes(std::string_view field, size_t max);
  // The same, and the bytes are UTF-8.
  std::string VarText(std::string_view field, size_t max);

  template <size_t N>
  ByteArray<N> Array(std::string_view field) {
    ByteArray<N> out{};
    ByteView raw = Raw(field, N);
    if (raw.size() == N) std::memcpy(out.data(), raw.data(), N);
    return out;
  }

  bool ok() const { return ok_; }
  size_t offset() const { return at_; }
  size_t left() const { return data_.size() - at_; }
  ByteView Since(size_t start) const { return data_.subspan(start, at_ - start); }

  // Says that what starts at `at` (by default: what comes next) is wrong. The first refusal counts.
  void Refuse(std::string_view field, std::string_view what) { Refuse(field, what, at_); }
  void Refuse(std::string_view field, std::string_view what, size_t at);
  // The first fault, if there was one.
  Status Check() const;
  // The same, and nothing may be left.
  Status Finish(std::string_view what);

 private:
  uint64_t Little(size_t size, std::string_view field);

  ByteView data_;
  size_t at_ = 0;
  bool ok_ = true;
  std::string fault_;
};

}  // namespace nsl::neo
