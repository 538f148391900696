// SPDX-License-Identifier: Apache-2.0
//
// AES-256-GCM (NIST SP 800-38D). A sealed text is ciphertext || 16-byte tag.
//
// A nonce must never be used twice with one key: channels count, records draw a fresh key. Opening
// gives nothing at all unless the tag is right.
#pragma once

#include "base/result.h"
#include "crypto/openssl_ptr.h"
#include "crypto/secret.h"

namespace nsl::crypto {

inline constexpr size_t kAesKeyBytes = 32;
inline constexpr size_t kAesNonceBytes = 12;
inline constexpr size_t kAesTagBytes = 16;
using AesNonce = ByteArray<kAesNonceBytes>;

// One key, expanded once, for many messages: channels. One thread.
class AesGcm {
 public:
  // `key` has 32 bytes.
  explicit AesGcm(ByteView key);
  AesGcm(AesGcm&&) noexcept = default;
  AesGcm& operator=(AesGcm&&) noexcept = default;

  // Appends the sealed text.
  void Seal(const AesNonce& nonce, ByteView aad, ByteView plaintext, Bytes& out);
  // Appends the plaintext. platform.integrity, with `out` as it was, for anything not sealed so.
  Status Open(const AesNonce& nonce, ByteView aad, ByteView sealed, Bytes& out);
  // The same into locked memory.
  Result<SecretBytes> OpenSecret(const AesNonce& nonce, ByteView aad, ByteView sealed);

 private:
  bool OpenInto(const AesNonce& nonce, ByteView aad, ByteView sealed, uint8_t* plaintext);

  CipherCtxPtr seal_;
  CipherCtxPtr open_;
};

// One message.
Bytes AesGcmSeal(ByteView key, const AesNonce& nonce, ByteView aad, ByteView plaintext);
Result<Bytes> AesGcmOpen(ByteView key, const AesNonce& nonce, ByteView aad, ByteView sealed);

}  // namespace nsl::crypto
