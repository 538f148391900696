// SPDX-License-Identifier: Apache-2.0
//
// Key derivation: HKDF-SHA-256 (RFC 5869), scrypt (RFC 7914) and, for BIP-39 alone, PBKDF2 with
// HMAC-SHA-512 (RFC 8018). Thread-safe.
#pragma once

#include "base/result.h"
#include "crypto/secret.h"

namespace nsl::crypto {

SecretBytes HkdfExtract(ByteView salt, ByteView key_material);
// At most 255 * 32 bytes.
SecretBytes HkdfExpand(ByteView pseudo_random_key, ByteView info, size_t length);
// Extract, then expand.
SecretBytes HkdfSha256(ByteView key_material, ByteView salt, ByteView info, size_t length);

struct ScryptParams {
  // Cost, a power of two; block size; parallel lanes.
  uint64_t n = 16'384;
  uint32_t r = 8;
  uint32_t p = 1;
};

// Memory that one derivation may take: 128 * n * r bytes.
inline constexpr uint64_t kScryptMaxMemory = uint64_t{256} << 20;

// Slow by design (tens of milliseconds): run it on a BlockingPool. request.invalid for parameters
// that are no scrypt parameters, need more than kScryptMaxMemory or have p above 64.
Result<SecretBytes> Scrypt(ByteView password, ByteView salt, const ScryptParams& params,
                           size_t length);

// RFC 8018 §5.2 with HMAC-SHA-512. At least one round; up to 64 bytes, which is one block.
SecretBytes Pbkdf2HmacSha512(ByteView password, ByteView salt, uint32_t iterations, size_t length);

}  // namespace nsl::crypto
