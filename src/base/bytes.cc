// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.h"

#include <cstring>

namespace nsl {
namespace {

constexpr char kHex[] = "0123456789abcdef";
constexpr char kB64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr char kB64Url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr char kB32[] = "abcdefghijklmnopqrstuvwxyz234567";

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

constexpr std::array<int8_t, 256> Inverse(std::string_view alphabet) {
  std::array<int8_t, 256> table{};
  for (auto& v : table) v = -1;
  for (size_t i = 0; i < alphabet.size(); ++i) {
    table[static_cast<uint8_t>(alphabet[i])] = static_cast<int8_t>(i);
  }
  return table;
}

std::string Encode(ByteView b, const char* alphabet, int bits) {
  std::string out;
  out.reserve((b.size() * 8 + bits - 1) / bits);
  uint32_t acc = 0;
  int have = 0;
  for (uint8_t byte : b) {
    acc = (acc << 8) | byte;
    have += 8;
    while (have >= bits) {
      have -= bits;
      out.push_back(alphabet[(acc >> have) & ((1u << bits) - 1)]);
    }
    acc &= (1u << have) - 1;
  }
  if (have > 0) out.push_back(alphabet[(acc << (bits - have)) & ((1u << bits) - 1)]);
  return out;
}

std::optional<Bytes> Decode(std::string_view s, const std::array<int8_t, 256>& table, int bits) {
  Bytes out;
  out.reserve(s.size() * bits / 8);
  uint32_t acc = 0;
  int have = 0;
  for (char c : s) {
    int v = table[static_cast<uint8_t>(c)];
    if (v < 0) return std::nullopt;
    acc = (acc << bits) | static_cast<uint32_t>(v);
    have += bits;
    if (have >= 8) {
      have -= 8;
      out.push_back(static_cast<uint8_t>(acc >> have));
    }
    acc &= (1u << have) - 1;
  }
  // What is left must be padding of less than one symbol, all zero.
  if (have >= bits || acc != 0) return std::nullopt;
  return out;
}

constexpr auto kB64Inverse = Inverse(std::string_view(kB64, 64));
constexpr auto kB64UrlInverse = Inverse(std::string_view(kB64Url, 64));
constexpr auto kB32Inverse = Inverse(std::string_view(kB32, 32));

}  // namespace

std::string ToHex(ByteView b) {
  std::string out;
  out.reserve(b.size() * 2);
  for (uint8_t v : b) {
    out.push_back(kHex[v >> 4]);
    out.push_back(kHex[v & 15]);
  }
  return out;
}

std::optional<Bytes> FromHex(std::string_view s) {
  if (s.size() % 2 != 0) return std::nullopt;
  Bytes out;
  out.reserve(s.size() / 2);
  for (size_t i = 0; i < s.size(); i += 2) {
    int hi = HexValue(s[i]);
    int lo = HexValue(s[i + 1]);
    if (hi < 0 || lo < 0) return std::nullopt;
    out.push_back(static_cast<uint8_t>(hi << 4 | lo));
  }
  return out;
}

std::string ToBase64(ByteView b) {
  std::string out = Encode(b, kB64, 6);
  while (out.size() % 4 != 0) out.push_back('=');
  return out;
}

std::optional<Bytes> FromBase64(std::string_view s) {
  if (s.size() % 4 != 0) return std::nullopt;
  size_t pad = 0;
  while (pad < 2 && !s.empty() && s.back() == '=') {
    s.remove_suffix(1);
    ++pad;
  }
  return Decode(s, kB64Inverse, 6);
}

std::string ToBase64Url(ByteView b) { return Encode(b, kB64Url, 6); }
std::optional<Bytes> FromBase64Url(std::string_view s) { return Decode(s, kB64UrlInverse, 6); }
std::string ToBase32(ByteView b) { return Encode(b, kB32, 5); }
std::optional<Bytes> FromBase32(std::string_view s) { return Decode(s, kB32Inverse, 5); }

bool ConstantTimeEqual(ByteView a, ByteView b) {
  if (a.size() != b.size()) return false;
  uint64_t diff = 0;
  size_t at = 0;
  for (; at + sizeof diff <= a.size(); at += sizeof diff) {
    uint64_t x;
    uint64_t y;
    std::memcpy(&x, a.data() + at, sizeof x);
    std::memcpy(&y, b.data() + at, sizeof y);
    diff |= x ^ y;
    // The compiler must not learn that one difference decides.
    asm volatile("" : "+r"(diff));
  }
  for (; at < a.size(); ++at) diff |= static_cast<uint64_t>(a[at] ^ b[at]);
  asm volatile("" : "+r"(diff));
  return diff == 0;
}

}  // namespace nsl
