// SPDX-License-Identifier: Apache-2.0
//
// Keys that the tests of this room share: the private key i is SHA256("nsl key i").
#pragma once

#include <string>
#include <vector>

#include "crypto/hash.h"
#include "neo/public_key.h"

namespace nsl::neo {

inline Bytes Hex(std::string_view s) {
  auto bytes = FromHex(s);
  return bytes ? *bytes : ToBytes(std::string_view("not hexadecimal"));
}

inline crypto::P256PrivateKey TestKey(int i) {
  auto scalar = crypto::Sha256(AsBytes("nsl key " + std::to_string(i)));
  auto key = crypto::P256PrivateKey::FromScalar(scalar);
  NSL_CHECK(key.has_value());
  return *std::move(key);
}

inline PublicKey TestPublicKey(int i) { return PublicKey(TestKey(i).PublicKey()); }

inline std::vector<PublicKey> TestPublicKeys(int n) {
  std::vector<PublicKey> out;
  for (int i = 0; i < n; ++i) out.push_back(TestPublicKey(i));
  return out;
}

}  // namespace nsl::neo
