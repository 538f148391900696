// SPDX-License-Identifier: Apache-2.0
#include "neo/reader.h"

#include "base/cbor.h"

namespace nsl::neo {

void Reader::Refuse(std::string_view field, std::string_view what, size_t at) {
  if (!ok_) return;
  ok_ = false;
  fault_ = std::string(field) + " at byte " + std::to_string(at) + ": " + std::string(what);
}

ByteView Reader::Raw(std::string_view field, size_t size) {
  if (!ok_) return {};
  if (size > left()) {
    Refuse(field,
           "needs " + std::to_string(size) + " bytes, " + std::to_string(left()) + " are left");
    return {};
  }
  ByteView out = data_.subspan(at_, size);
  at_ += size;
  return out;
}

uint64_t Reader::Little(size_t size, std::string_view field) {
  ByteView raw = Raw(field, size);
  uint64_t value = 0;
  for (size_t i = 0; i < raw.size(); ++i) value |= uint64_t{raw[i]} << (8 * i);
  return value;
}

bool Reader::Bool(std::string_view field) {
  size_t start = at_;
  uint8_t value = U8(field);
  if (value > 1) Refuse(field, "a flag is 00 or 01", start);
  return ok_ && value == 1;
}

uint64_t Reader::VarInt(std::string_view field, uint64_t max) {
  size_t start = at_;
  uint64_t value = U8(field);
  uint64_t least = 0;
  if (value == 0xfd) {
    value = U16(field);
    least = 0xfd;
  } else if (value == 0xfe) {
    value = U32(field);
    least = 0x10000;
  } else if (value == 0xff) {
    value = U64(field);
    least = uint64_t{1} << 32;
  }
  if (value < least) Refuse(field, "the length is not written in its shortest form", start);
  if (value > max) {
    Refuse(field, std::to_string(value) + " is more than " + std::to_string(max), start);
  }
  return ok_ ? value : 0;
}

ByteView Reader::VarBytes(std::string_view field, size_t max) {
  uint64_t size = VarInt(field, max);
  return Raw(field, size);
}

std::string Reader::VarText(std::string_view field, size_t max) {
  size_t start = at_;
  ByteView raw = VarBytes(field, max);
  if (!IsUtf8(AsText(raw))) Refuse(field, "the text is not UTF-8", start);
  return ok_ ? std::string(AsText(raw)) : std::string();
}

Status Reader::Check() const {
  if (ok_) return {};
  return Fail(Reason::kChainInvalid, fault_);
}

Status Reader::Finish(std::string_view what) {
  if (left() != 0) Refuse(what, std::to_string(left()) + " bytes are left over");
  return Check();
}

}  // namespace nsl::neo
