// SPDX-License-Identifier: Apache-2.0
#include "crypto/aes_ecb.h"

#include <openssl/evp.h>

#include "base/result.h"
#include "crypto/openssl_ptr.h"

namespace nsl::crypto {
namespace {

const EVP_CIPHER* Cipher() {
  static EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "AES-256-ECB", nullptr);
  NSL_CHECK(cipher != nullptr);
  return cipher;
}

void Run(bool encrypt, ByteView key, ByteView in, std::span<uint8_t> out) {
  NSL_CHECK(key.size() == 32 && in.size() % kAesBlockBytes == 0 && in.size() <= 4'096);
  CipherCtxPtr ctx(EVP_CIPHER_CTX_new());
  NSL_CHECK(ctx != nullptr);
  NSL_CHECK(
      EVP_CipherInit_ex2(ctx.get(), Cipher(), key.data(), nullptr, encrypt ? 1 : 0, nullptr) == 1);
  NSL_CHECK(EVP_CIPHER_CTX_set_padding(ctx.get(), 0) == 1);
  int n = 0;
  if (in.empty()) return;
  NSL_CHECK(EVP_CipherUpdate(ctx.get(), out.data(), &n, in.data(), static_cast<int>(in.size())) ==
                1 &&
            static_cast<size_t>(n) == in.size());
}

}  // namespace

Bytes Aes256EcbEncrypt(ByteView key, ByteView plaintext) {
  Bytes out(plaintext.size());
  Run(true, key, plaintext, out);
  return out;
}

SecretBytes Aes256EcbDecrypt(ByteView key, ByteView ciphertext) {
  SecretBytes out(ciphertext.size());
  Run(false, key, ciphertext, out.Writable());
  return out;
}

}  // namespace nsl::crypto
