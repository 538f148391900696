// SPDX-License-Identifier: Apache-2.0
//
// Byte strings and their text forms.
//
// Bytes owns, ByteView borrows for the call. Decoders are strict: they return nothing for any
// character outside the alphabet, for a wrong length and for non-zero padding bits, so one value
// has exactly one accepted text form.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace nsl {

using Bytes = std::vector<uint8_t>;
using ByteView = std::span<const uint8_t>;
template <size_t N>
using ByteArray = std::array<uint8_t, N>;
using Hash256 = ByteArray<32>;

inline ByteView AsBytes(std::string_view s) {
  return {reinterpret_cast<const uint8_t*>(s.data()), s.size()};
}
inline std::string_view AsText(ByteView b) {
  return {reinterpret_cast<const char*>(b.data()), b.size()};
}
inline Bytes ToBytes(std::string_view s) { return Bytes(s.begin(), s.end()); }
inline Bytes ToBytes(ByteView b) { return Bytes(b.begin(), b.end()); }

// Lower-case hexadecimal. Decoding accepts both cases.
std::string ToHex(ByteView b);
std::optional<Bytes> FromHex(std::string_view s);

// RFC 4648 §4 with padding.
std::string ToBase64(ByteView b);
std::optional<Bytes> FromBase64(std::string_view s);

// RFC 4648 §5 without padding.
std::string ToBase64Url(ByteView b);
std::optional<Bytes> FromBase64Url(std::string_view s);

// RFC 4648 §6 alphabet in lower case, without padding.
std::string ToBase32(ByteView b);
std::optional<Bytes> FromBase32(std::string_view s);

// Copies a view of exactly N bytes; nothing for another length.
template <size_t N>
std::optional<ByteArray<N>> ToArray(ByteView b) {
  if (b.size() != N) return std::nullopt;
  ByteArray<N> out;
  for (size_t i = 0; i < N; ++i) out[i] = b[i];
  return out;
}

// Comparison whose time does not depend on where two equally long strings differ.
bool ConstantTimeEqual(ByteView a, ByteView b);

}  // namespace nsl
