// SPDX-License-Identifier: Apache-2.0
#include "crypto/hash.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

#include <algorithm>
#include <span>

#include "base/result.h"

namespace nsl::crypto {
namespace {

// Fetched once and never freed: the process ends with them.
const EVP_MD* Algorithm(DigestKind kind) {
  static EVP_MD* const sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  static EVP_MD* const sha384 = EVP_MD_fetch(nullptr, "SHA384", nullptr);
  static EVP_MD* const sha512 = EVP_MD_fetch(nullptr, "SHA512", nullptr);
  static EVP_MD* const ripemd160 = EVP_MD_fetch(nullptr, "RIPEMD160", nullptr);
  static EVP_MD* const sha1 = EVP_MD_fetch(nullptr, "SHA1", nullptr);
  EVP_MD* md = kind == DigestKind::kSha256   ? sha256
               : kind == DigestKind::kSha384 ? sha384
               : kind == DigestKind::kSha512 ? sha512
               : kind == DigestKind::kSha1   ? sha1
                                             : ripemd160;
  NSL_CHECK(md != nullptr);
  return md;
}

// The context keeps its algorithm: starting anew with none given skips its set-up.
void Start(EVP_MD_CTX* ctx, DigestKind kind) {
  bool fresh = EVP_MD_CTX_get0_md(ctx) == nullptr;
  NSL_CHECK(EVP_DigestInit_ex2(ctx, fresh ? Algorithm(kind) : nullptr, nullptr) == 1);
}

template <DigestKind kKind>
EVP_MD_CTX* ThreadContext() {
  thread_local MdCtxPtr ctx(EVP_MD_CTX_new());
  NSL_CHECK(ctx != nullptr);
  return ctx.get();
}

template <DigestKind kKind>
ByteArray<DigestSize(kKind)> OneShot(std::span<const ByteView> parts) {
  EVP_MD_CTX* ctx = ThreadContext<kKind>();
  Start(ctx, kKind);
  for (ByteView part : parts) NSL_CHECK(EVP_DigestUpdate(ctx, part.data(), part.size()) == 1);
  ByteArray<DigestSize(kKind)> out;
  NSL_CHECK(EVP_DigestFinal_ex(ctx, out.data(), nullptr) == 1);
  return out;
}

// The functions below EVP, whose dispatch costs as much as hashing 64 bytes: SHA-256 is in every
// path that is hot. They are what EVP's own provider calls; OpenSSL 3 marks them deprecated.
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wdeprecated-declarations"
template <>
ByteArray<32> OneShot<DigestKind::kSha256>(std::span<const ByteView> parts) {
  SHA256_CTX ctx;
  SHA256_Init(&ctx);
  for (ByteView part : parts) SHA256_Update(&ctx, part.data(), part.size());
  ByteArray<32> out;
  SHA256_Final(out.data(), &ctx);
  OPENSSL_cleanse(&ctx, sizeof ctx);
  return out;
}
#pragma clang diagnostic pop

// RFC 2104, over the one-shot digests: EVP_MAC sets up its contexts anew for each key, which costs
// several times the hashing itself.
template <DigestKind kKind>
ByteArray<DigestSize(kKind)> Hmac(ByteView key, std::initializer_list<ByteView> parts) {
  constexpr size_t kBlock = kKind == DigestKind::kSha512 ? 128 : 64;
  ByteArray<kBlock> pad{};
  if (key.size() > kBlock) {
    auto short_key = OneShot<kKind>({&key, 1});
    std::ranges::copy(short_key, pad.begin());
    OPENSSL_cleanse(short_key.data(), short_key.size());
  } else {
    std::ranges::copy(key, pad.begin());
  }
  EVP_MD_CTX* ctx = ThreadContext<kKind>();
  for (uint8_t& b : pad) b ^= 0x36;
  Start(ctx, kKind);
  NSL_CHECK(EVP_DigestUpdate(ctx, pad.data(), pad.size()) == 1);
  for (ByteView part : parts) NSL_CHECK(EVP_DigestUpdate(ctx, part.data(), part.size()) == 1);
  ByteArray<DigestSize(kKind)> out;
  NSL_CHECK(EVP_DigestFinal_ex(ctx, out.data(), nullptr) == 1);
  for (uint8_t& b : pad) b ^= 0x36 ^ 0x5c;
  ByteView outer[] = {pad, out};
  out = OneShot<kKind>(outer);
  OPENSSL_cleanse(pad.data(), pad.size());
  return out;
}

}  // namespace

ByteArray<32> Sha256(ByteView data) { return OneShot<DigestKind::kSha256>({&data, 1}); }
ByteArray<48> Sha384(ByteView data) { return OneShot<DigestKind::kSha384>({&data, 1}); }
ByteArray<64> Sha512(ByteView data) { return OneShot<DigestKind::kSha512>({&data, 1}); }
ByteArray<20> Ripemd160(ByteView data) { return OneShot<DigestKind::kRipemd160>({&data, 1}); }

ByteArray<32> Sha256(std::initializer_list<ByteView> parts) {
  return OneShot<DigestKind::kSha256>({parts.begin(), parts.size()});
}

ByteArray<20> Hash160(ByteView data) { return Ripemd160(Sha256(data)); }
ByteArray<32> Hash256(ByteView data) { return Sha256(Sha256(data)); }

ByteArray<32> HmacSha256(ByteView key, std::initializer_list<ByteView> parts) {
  return Hmac<DigestKind::kSha256>(key, parts);
}

ByteArray<32> HmacSha256(ByteView key, ByteView data) { return HmacSha256(key, {data}); }

ByteArray<64> HmacSha512(ByteView key, ByteView data) {
  return Hmac<DigestKind::kSha512>(key, {data});
}

ByteArray<20> HmacSha1(ByteView key, ByteView data) { return Hmac<DigestKind::kSha1>(key, {data}); }

template <DigestKind kKind>
Digest<kKind>::Digest() : ctx_(EVP_MD_CTX_new()) {
  NSL_CHECK(ctx_ != nullptr);
  Start(ctx_.get(), kKind);
}

template <DigestKind kKind>
Digest<kKind>& Digest<kKind>::Update(ByteView data) {
  NSL_CHECK(EVP_DigestUpdate(ctx_.get(), data.data(), data.size()) == 1);
  return *this;
}

template <DigestKind kKind>
Digest<kKind>::Value Digest<kKind>::Finish() {
  Value out;
  NSL_CHECK(EVP_DigestFinal_ex(ctx_.get(), out.data(), nullptr) == 1);
  Start(ctx_.get(), kKind);
  return out;
}

template class Digest<DigestKind::kSha256>;
template class Digest<DigestKind::kSha384>;
template class Digest<DigestKind::kSha512>;
template class Digest<DigestKind::kRipemd160>;

}  // namespace nsl::crypto
