// SPDX-License-Identifier: Apache-2.0
#include "neo/base58.h"

#include <algorithm>

#include "base/result.h"
#include "crypto/hash.h"

namespace nsl::neo {
namespace {

constexpr std::string_view kAlphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
constexpr size_t kChecksum = 4;
constexpr size_t kMaxPayload = 80;

std::string Encode(ByteView raw) {
  std::string digits;
  for (uint8_t byte : raw) {
    unsigned carry = byte;
    for (char& digit : digits) {
      carry += static_cast<unsigned>(static_cast<uint8_t>(digit)) << 8;
      digit = static_cast<char>(carry % 58);
      carry /= 58;
    }
    for (; carry > 0; carry /= 58) digits.push_back(static_cast<char>(carry % 58));
  }
  std::string out;
  for (uint8_t byte : raw) {
    if (byte != 0) break;
    out.push_back(kAlphabet[0]);
  }
  for (size_t i = digits.size(); i > 0; --i) {
    out.push_back(kAlphabet[static_cast<uint8_t>(digits[i - 1])]);
  }
  return out;
}

std::optional<Bytes> Decode(std::string_view text) {
  Bytes reversed;
  for (char c : text) {
    size_t digit = kAlphabet.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    unsigned carry = static_cast<unsigned>(digit);
    for (uint8_t& byte : reversed) {
      carry += 58u * byte;
      byte = static_cast<uint8_t>(carry & 0xff);
      carry >>= 8;
    }
    for (; carry > 0; carry >>= 8) reversed.push_back(static_cast<uint8_t>(carry & 0xff));
  }
  size_t zeros = 0;
  while (zeros < text.size() && text[zeros] == kAlphabet[0]) ++zeros;
  Bytes out(zeros, 0);
  out.insert(out.end(), reversed.rbegin(), reversed.rend());
  return out;
}

}  // namespace

std::string ToBase58Check(ByteView payload) {
  NSL_CHECK(payload.size() <= kMaxPayload);
  Hash256 hash = crypto::Hash256(payload);
  Bytes raw(payload.begin(), payload.end());
  raw.insert(raw.end(), hash.begin(), hash.begin() + kChecksum);
  return Encode(raw);
}

std::optional<Bytes> FromBase58Check(std::string_view text) {
  if (text.empty() || text.size() > kMaxBase58Text) return std::nullopt;
  std::optional<Bytes> raw = Decode(text);
  if (!raw || raw->size() < kChecksum) return std::nullopt;
  size_t length = raw->size() - kChecksum;
  Hash256 hash = crypto::Hash256(ByteView(*raw).first(length));
  if (!std::equal(hash.begin(), hash.begin() + kChecksum, raw->begin() + length)) {
    return std::nullopt;
  }
  raw->resize(length);
  return raw;
}

}  // namespace nsl::neo
