// SPDX-License-Identifier: Apache-2.0
//
// Digests and HMAC over OpenSSL EVP.
//
// The algorithms are fetched once per process and the contexts of the one-shot functions live one
// per thread, because an implicit fetch costs more than hashing a short message. Thread-safe; a
// Digest object belongs to one thread.
#pragma once

#include <initializer_list>

#include "base/bytes.h"
#include "crypto/openssl_ptr.h"

namespace nsl::crypto {

enum class DigestKind : uint8_t { kSha256, kSha384, kSha512, kRipemd160, kSha1 };

// Bytes of the digest.
constexpr size_t DigestSize(DigestKind kind) {
  return kind == DigestKind::kSha256   ? 32
         : kind == DigestKind::kSha384 ? 48
         : kind == DigestKind::kSha512 ? 64
                                       : 20;
}

ByteArray<32> Sha256(ByteView data);
ByteArray<48> Sha384(ByteView data);
ByteArray<64> Sha512(ByteView data);
ByteArray<20> Ripemd160(ByteView data);
// The same as Sha256, by the name that says it is meant for hot paths.
inline ByteArray<32> Sha256Fast(ByteView data) { return Sha256(data); }
// Over the parts one after another, without joining them.
ByteArray<32> Sha256(std::initializer_list<ByteView> parts);
// RIPEMD160(SHA256(x)) and SHA256(SHA256(x)), as Neo hashes scripts and messages.
ByteArray<20> Hash160(ByteView data);
ByteArray<32> Hash256(ByteView data);

ByteArray<32> HmacSha256(ByteView key, ByteView data);
ByteArray<32> HmacSha256(ByteView key, std::initializer_list<ByteView> parts);
ByteArray<64> HmacSha512(ByteView key, ByteView data);
// For one-time passwords alone (RFC 6238): authenticator apps know no other.
ByteArray<20> HmacSha1(ByteView key, ByteView data);

template <DigestKind kKind>
class Digest {
 public:
  using Value = ByteArray<DigestSize(kKind)>;

  Digest();
  Digest& Update(ByteView data);
  // The digest of everything so far; the object starts anew.
  Value Finish();

 private:
  MdCtxPtr ctx_;
};

using Sha256Digest = Digest<DigestKind::kSha256>;
using Sha384Digest = Digest<DigestKind::kSha384>;
using Sha512Digest = Digest<DigestKind::kSha512>;
using Ripemd160Digest = Digest<DigestKind::kRipemd160>;

}  // namespace nsl::crypto
