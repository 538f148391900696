// SPDX-License-Identifier: Apache-2.0
#include "base/ids.h"

#include <cstring>

namespace nsl {
namespace {
constexpr char kAlphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";
}

std::string IdBody(UnixMillis ms, const ByteArray<10>& random) {
  std::string out(kIdBodyLength, '0');
  uint64_t time = static_cast<uint64_t>(ms) & 0xffff'ffff'ffff;
  for (int i = 9; i >= 0; --i) {
    out[static_cast<size_t>(i)] = kAlphabet[time & 31];
    time >>= 5;
  }
  uint64_t acc = 0;
  int have = 0;
  size_t at = 10;
  for (uint8_t byte : random) {
    acc = (acc << 8) | byte;
    have += 8;
    while (have >= 5) {
      have -= 5;
      out[at++] = kAlphabet[(acc >> have) & 31];
    }
    acc &= (1u << have) - 1;
  }
  return out;
}

std::string IdMaker::Make(std::string_view prefix) {
  if (used_ + 10 > pool_.size()) {
    random_.Fill(pool_);
    used_ = 0;
  }
  ByteArray<10> random;
  std::memcpy(random.data(), pool_.data() + used_, random.size());
  used_ += random.size();
  std::string out(prefix);
  out += IdBody(clock_.NowMs(), random);
  return out;
}

bool IsId(std::string_view prefix, std::string_view text) {
  if (text.size() != prefix.size() + kIdBodyLength || !text.starts_with(prefix)) return false;
  for (char c : text.substr(prefix.size())) {
    if (std::strchr(kAlphabet, c) == nullptr || c == '\0') return false;
  }
  return true;
}

}  // namespace nsl
