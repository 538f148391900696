// SPDX-License-Identifier: Apache-2.0
//
// Writer of Neo's wire format, the mirror of reader.h.
//
// Guarantee: what it writes, Reader reads back to the same values; lengths in the shortest varint.
// It checks no limit: the encoders above it do. Pure.
#pragma once

#include "base/bytes.h"

namespace nsl::neo {

class Writer {
 public:
  Writer& U8(uint8_t value) { return Little(value, 1); }
  Writer& U16(uint16_t value) { return Little(value, 2); }
  Writer& U32(uint32_t value) { return Little(value, 4); }
  Writer& U64(uint64_t value) { return Little(value, 8); }
  Writer& I64(int64_t value) { return Little(static_cast<uint64_t>(value), 8); }
  Writer& Bool(bool value) { return U8(value ? 1 : 0); }
  Writer& VarInt(uint64_t value) {
    if (value < 0xfd) return U8(static_cast<uint8_t>(value));
    if (value <= 0xffff) return U8(0xfd).Little(value, 2);
    if (value <= 0xffffffff) return U8(0xfe).Little(value, 4);
    return U8(0xff).Little(value, 8);
  }
  Writer& Raw(ByteView bytes) {
    out_.insert(out_.end(), bytes.begin(), bytes.end());
    return *this;
  }
  Writer& VarBytes(ByteView bytes) { return VarInt(bytes.size()).Raw(bytes); }

  size_t size() const { return out_.size(); }
  ByteView view() const { return out_; }
  Bytes Take() { return std::move(out_); }

 private:
  Writer& Little(uint64_t value, size_t size) {
    size_t at = out_.size();
    out_.resize(at + size);
    for (size_t i = 0; i < size; ++i) out_[at + i] = static_cast<uint8_t>(value >> (8 * i));
    return *this;
  }

  Bytes out_;
};

}  // namespace nsl::neo
