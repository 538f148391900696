// SPDX-License-Identifier: Apache-2.0
//
// A P-256 public key as Neo writes it: 33 bytes, 02 or 03 and the X coordinate.
//
// Guarantee: an object of this class is a point of the curve other than infinity, so scripts made
// from it can be spent from. A value: copying is cheap (it shares the immutable OpenSSL key).
// Thread-safe once made. Pure.
#pragma once

#include <compare>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "crypto/ecdsa.h"

namespace nsl::neo {

inline constexpr size_t kPublicKeyBytes = 33;

class PublicKey {
 public:
  explicit PublicKey(const crypto::P256PublicKey& key);
  PublicKey(const PublicKey& other) : PublicKey(other.key_) {}
  PublicKey& operator=(const PublicKey& other);
  PublicKey(PublicKey&&) noexcept = default;
  PublicKey& operator=(PublicKey&&) noexcept = default;

  // chain.invalid unless these are 33 bytes that name a point of the curve.
  static Result<PublicKey> FromBytes(ByteView compressed);
  // 66 hexadecimal digits of either case.
  static Result<PublicKey> FromText(std::string_view hex);

  const ByteArray<kPublicKeyBytes>& bytes() const { return compressed_; }
  // 66 lower-case digits.
  std::string ToText() const { return ToHex(compressed_); }
  const crypto::P256PublicKey& ecdsa() const { return key_; }

  friend bool operator==(const PublicKey& a, const PublicKey& b) {
    return a.compressed_ == b.compressed_;
  }

 private:
  crypto::P256PublicKey key_;
  ByteArray<kPublicKeyBytes> compressed_;
};

// The two orders in use. They differ: of 03 || 1.. and 02 || 2.. the first is less by coordinates
// and greater by bytes. Neither has a default operator, so that a caller must say which it means.
//
// By X, then by Y: how the chain, its committee and every current wallet sort multi-signature keys.
std::strong_ordering CompareByPoint(const PublicKey& a, const PublicKey& b);
// By the 33 bytes: for sets and maps, and to recognise accounts of tools that sort this way.
std::strong_ordering CompareByEncoding(const PublicKey& a, const PublicKey& b);

}  // namespace nsl::neo
