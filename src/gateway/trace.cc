// SPDX-License-Identifier: Apache-2.0
#include "gateway/trace.h"

#include <algorithm>
#include <cstring>

namespace nsl::gateway {
namespace {

bool IsLowerHex(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool IsZero(std::string_view text) { return text.find_first_not_of('0') == std::string_view::npos; }

void PutHex(char* out, uint64_t value) {
  constexpr char kDigits[] = "0123456789abcdef";
  for (int i = 15; i >= 0; --i) {
    out[i] = kDigits[value & 15];
    value >>= 4;
  }
}

}  // namespace

bool IsTraceparent(std::string_view text) {
  if (text.size() != kTraceparentLength || !text.starts_with("00-")) return false;
  std::string_view trace = text.substr(3, 32);
  std::string_view parent = text.substr(36, 16);
  return text[35] == '-' && text[52] == '-' && IsLowerHex(trace) && IsLowerHex(parent) &&
         IsLowerHex(text.substr(53)) && !IsZero(trace) && !IsZero(parent);
}

uint64_t TraceMaker::Next() {
  // splitmix64.
  uint64_t z = (state_ += 0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return (z ^ (z >> 31)) | 1;
}

Traceparent TraceMaker::Continue(std::string_view incoming) {
  Traceparent out;
  if (IsTraceparent(incoming)) {
    std::memcpy(out.data(), incoming.data(), out.size());
  } else {
    std::memcpy(out.data(), "00-", 3);
    PutHex(out.data() + 3, Next());
    PutHex(out.data() + 19, Next());
    out[35] = '-';
    std::memcpy(out.data() + 52, "-00", 3);
  }
  PutHex(out.data() + 36, Next());
  return out;
}

}  // namespace nsl::gateway
