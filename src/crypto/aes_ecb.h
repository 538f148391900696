// SPDX-License-Identifier: Apache-2.0
//
// AES-256 on single blocks (NIST SP 800-38A §6.1), without chaining, nonce or tag.
//
// This hides nothing but the order of random bytes: equal blocks give equal ciphertext and an
// altered one opens to something else without a word. It stands here for NEP-2, which encrypts
// exactly one masked key this way. Everything of ours uses aead.h. Thread-safe.
#pragma once

#include "crypto/secret.h"

namespace nsl::crypto {

inline constexpr size_t kAesBlockBytes = 16;

// `key` has 32 bytes; the length of the data is a multiple of kAesBlockBytes.
Bytes Aes256EcbEncrypt(ByteView key, ByteView plaintext);
SecretBytes Aes256EcbDecrypt(ByteView key, ByteView ciphertext);

}  // namespace nsl::crypto
