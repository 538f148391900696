// SPDX-License-Identifier: Apache-2.0
//
// X25519 key agreement (RFC 7748). The key object is immutable: const members are thread-safe.
#pragma once

#include "base/random.h"
#include "base/result.h"
#include "crypto/openssl_ptr.h"
#include "crypto/secret.h"

namespace nsl::crypto {

class X25519PrivateKey {
 public:
  static X25519PrivateKey Generate(Random& random);
  // 32 bytes; request.invalid for another length.
  static Result<X25519PrivateKey> FromBytes(ByteView scalar);

  const ByteArray<32>& PublicKey() const { return public_; }
  SecretBytes Scalar() const { return scalar_.Clone(); }
  // The shared secret; request.invalid for a peer of another length or of small order, whose secret
  // would be all zero (RFC 7748 §6.1).
  Result<SecretBytes> Agree(ByteView peer_public) const;

 private:
  X25519PrivateKey(PkeyPtr pkey, SecretBytes scalar, const ByteArray<32>& public_key)
      : pkey_(std::move(pkey)), scalar_(std::move(scalar)), public_(public_key) {}

  PkeyPtr pkey_;
  SecretBytes scalar_;
  ByteArray<32> public_;
};

}  // namespace nsl::crypto
