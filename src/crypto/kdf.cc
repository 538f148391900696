// SPDX-License-Identifier: Apache-2.0
#include "crypto/kdf.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <memory>

#include "crypto/hash.h"

namespace nsl::crypto {
namespace {

constexpr uint32_t kMaxLanes = 64;

struct FreeKdf {
  void operator()(EVP_KDF_CTX* p) const { EVP_KDF_CTX_free(p); }
};

OSSL_PARAM Octets(const char* name, ByteView value) {
  // OpenSSL wants a pointer also for an empty one.
  static uint8_t empty = 0;
  auto* data = value.empty() ? &empty : const_cast<uint8_t*>(value.data());
  return OSSL_PARAM_construct_octet_string(name, data, value.size());
}

SecretBytes KeepAndWipe(ByteArray<32>& value) {
  SecretBytes out = SecretBytes::CopyOf(value);
  WipeMemory(value);
  return out;
}

}  // namespace

SecretBytes HkdfExtract(ByteView salt, ByteView key_material) {
  ByteArray<32> prk = HmacSha256(salt, key_material);
  return KeepAndWipe(prk);
}

SecretBytes HkdfExpand(ByteView pseudo_random_key, ByteView info, size_t length) {
  NSL_CHECK(length <= 255 * 32);
  SecretBytes out(length);
  ByteArray<32> block{};
  size_t done = 0;
  for (uint8_t i = 1; done < length; ++i) {
    ByteView before = i == 1 ? ByteView() : ByteView(block);
    block = HmacSha256(pseudo_random_key, {before, info, ByteView(&i, 1)});
    size_t n = std::min(length - done, block.size());
    std::memcpy(out.Writable().data() + done, block.data(), n);
    done += n;
  }
  WipeMemory(block);
  return out;
}

SecretBytes HkdfSha256(ByteView key_material, ByteView salt, ByteView info, size_t length) {
  return HkdfExpand(HkdfExtract(salt, key_material).view(), info, length);
}

Result<SecretBytes> Scrypt(ByteView password, ByteView salt, const ScryptParams& params,
                           size_t length) {
  bool sound = params.n > 1 && std::has_single_bit(params.n) && params.r > 0 && params.p > 0 &&
               params.p <= kMaxLanes && params.r <= kScryptMaxMemory / 128 &&
               params.n <= kScryptMaxMemory / (uint64_t{128} * params.r) && length > 0 &&
               length <= 1'024;
  if (!sound) {
    return Fail(Reason::kRequestInvalid,
                "scrypt: n must be a power of two above 1, r and p from 1, p at most 64 and "
                "128 * n * r at most 256 MiB");
  }
  static EVP_KDF* const kdf = EVP_KDF_fetch(nullptr, "SCRYPT", nullptr);
  NSL_CHECK(kdf != nullptr);
  std::unique_ptr<EVP_KDF_CTX, FreeKdf> ctx(EVP_KDF_CTX_new(kdf));
  NSL_CHECK(ctx != nullptr);
  uint64_t n = params.n;
  uint32_t r = params.r;
  uint32_t p = params.p;
  // Room for the lanes and the working block beside the big array.
  uint64_t memory = kScryptMaxMemory + uint64_t{128} * r * (p + 2) + (1 << 20);
  OSSL_PARAM list[] = {Octets(OSSL_KDF_PARAM_PASSWORD, password),
                       Octets(OSSL_KDF_PARAM_SALT, salt),
                       OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_N, &n),
                       OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_SCRYPT_R, &r),
                       OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_SCRYPT_P, &p),
                       OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_MAXMEM, &memory),
                       OSSL_PARAM_construct_end()};
  SecretBytes out(length);
  if (EVP_KDF_derive(ctx.get(), out.Writable().data(), out.size(), list) != 1) {
    return Fail(Reason::kPlatformInternal, "scrypt could not run, most likely for want of memory");
  }
  return out;
}

SecretBytes Pbkdf2HmacSha512(ByteView password, ByteView salt, uint32_t iterations, size_t length) {
  NSL_CHECK(iterations > 0 && length > 0 && length <= 64);
  static EVP_KDF* const kdf = EVP_KDF_fetch(nullptr, "PBKDF2", nullptr);
  NSL_CHECK(kdf != nullptr);
  std::unique_ptr<EVP_KDF_CTX, FreeKdf> ctx(EVP_KDF_CTX_new(kdf));
  NSL_CHECK(ctx != nullptr);
  char digest[] = "SHA512";
  // 1: no lower limits of SP 800-132 for salt and password.
  int rfc_limits = 1;
  OSSL_PARAM list[] = {OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
                       Octets(OSSL_KDF_PARAM_PASSWORD, password),
                       Octets(OSSL_KDF_PARAM_SALT, salt),
                       OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_ITER, &iterations),
                       OSSL_PARAM_construct_int(OSSL_KDF_PARAM_PKCS5, &rfc_limits),
                       OSSL_PARAM_construct_end()};
  SecretBytes out(length);
  NSL_CHECK(EVP_KDF_derive(ctx.get(), out.Writable().data(), out.size(), list) == 1);
  return out;
}

}  // namespace nsl::crypto
