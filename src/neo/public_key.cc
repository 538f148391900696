// SPDX-License-Identifier: Apache-2.0
#include "neo/public_key.h"

#include <algorithm>

namespace nsl::neo {

PublicKey::PublicKey(const crypto::P256PublicKey& key)
    : key_(key.Clone()), compressed_(key.Compressed()) {}

PublicKey& PublicKey::operator=(const PublicKey& other) {
  if (this != &other) {
    key_ = other.key_.Clone();
    compressed_ = other.compressed_;
  }
  return *this;
}

Result<PublicKey> PublicKey::FromBytes(ByteView compressed) {
  if (compressed.size() != kPublicKeyBytes) {
    return Fail(Reason::kChainInvalid,
                "a public key has 33 bytes, these are " + std::to_string(compressed.size()));
  }
  auto key = crypto::P256PublicKey::FromCompressed(compressed);
  if (!key) {
    return Fail(Reason::kChainInvalid,
                "'" + ToHex(compressed) + "' is no public key: it is not a point of secp256r1");
  }
  return PublicKey(*key);
}

Result<PublicKey> PublicKey::FromText(std::string_view hex) {
  std::optional<Bytes> raw;
  if (hex.size() == 2 * kPublicKeyBytes) raw = FromHex(hex);
  if (!raw) {
    return Fail(Reason::kChainInvalid,
                "a public key is 66 hexadecimal digits that start with 02 or 03");
  }
  return FromBytes(*raw);
}

std::strong_ordering CompareByPoint(const PublicKey& a, const PublicKey& b) {
  // 04 || x || y: comparing the bytes compares X, then Y.
  return a.ecdsa().Uncompressed() <=> b.ecdsa().Uncompressed();
}

std::strong_ordering CompareByEncoding(const PublicKey& a, const PublicKey& b) {
  return a.bytes() <=> b.bytes();
}

}  // namespace nsl::neo
