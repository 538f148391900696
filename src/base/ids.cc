// SPDX-License-Identifier: Apache-2.0
#include "base/ids.h"

namespace nsl {
namespace {
constexpr char kAlphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";
}

namespace {

void PutIdBody(UnixMillis ms, const uint8_t* random, char* out) {
  uint64_t time = static_cast<uint64_t>(ms) & 0xffff'ffff'ffff;
  for (size_t i = 10; i-- > 0;) {
    out[i] = kAlphabet[time & 31];
    time >>= 5;
  }
  // Five bytes are eight characters.
  for (size_t half = 0; half < 2; ++half) {
    uint64_t bits = 0;
    for (size_t i = 0; i < 5; ++i) bits = bits << 8 | random[half * 5 + i];
    for (size_t i = 8; i-- > 0;) {
      out[10 + half * 8 + i] = kAlphabet[bits & 31];
      bits >>= 5;
    }
  }
}

}  // namespace

std::string IdBody(UnixMillis ms, const ByteArray<10>& random) {
  std::string out(kIdBodyLength, '0');
  PutIdBody(ms, random.data(), out.data());
  return out;
}

std::string IdMaker::Make(std::string_view prefix) {
  constexpr size_t kRandomBytes = 10;
  if (used_ + kRandomBytes > pool_.size()) {
    random_.Fill(pool_);
    used_ = 0;
  }
  std::string out;
  out.reserve(prefix.size() + kIdBodyLength);
  out += prefix;
  out.resize(prefix.size() + kIdBodyLength);
  PutIdBody(clock_.CoarseMs(), pool_.data() + used_, out.data() + prefix.size());
  used_ += kRandomBytes;
  return out;
}

bool IsId(std::string_view prefix, std::string_view text) {
  if (text.size() != prefix.size() + kIdBodyLength || !text.starts_with(prefix)) return false;
  for (char c : text.substr(prefix.size())) {
    // kAlphabet: digits, and small letters without i, l, o, u.
    bool digit = c >= '0' && c <= '9';
    bool letter = c >= 'a' && c <= 'z' && c != 'i' && c != 'l' && c != 'o' && c != 'u';
    if (!digit && !letter) return false;
  }
  return true;
}

}  // namespace nsl
