// SPDX-License-Identifier: Apache-2.0
#include "crypto/aead.h"

#include <openssl/evp.h>

#include <climits>

namespace nsl::crypto {
namespace {

const EVP_CIPHER* Cipher() {
  static EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  NSL_CHECK(cipher != nullptr);
  return cipher;
}

// EVP counts in int; nothing of ours is near that.
int Length(ByteView b) {
  NSL_CHECK(b.size() <= INT_MAX - 64);
  return static_cast<int>(b.size());
}

std::unexpected<Error> NotSealedSo() {
  return Fail(Reason::kPlatformIntegrity, "the sealed text does not open: another key or altered");
}

}  // namespace

AesGcm::AesGcm(ByteView key) : seal_(EVP_CIPHER_CTX_new()), open_(EVP_CIPHER_CTX_new()) {
  NSL_CHECK(key.size() == kAesKeyBytes && seal_ != nullptr && open_ != nullptr);
  NSL_CHECK(EVP_EncryptInit_ex2(seal_.get(), Cipher(), key.data(), nullptr, nullptr) == 1);
  NSL_CHECK(EVP_DecryptInit_ex2(open_.get(), Cipher(), key.data(), nullptr, nullptr) == 1);
}

void AesGcm::Seal(const AesNonce& nonce, ByteView aad, ByteView plaintext, Bytes& out) {
  size_t start = out.size();
  out.resize(start + plaintext.size() + kAesTagBytes);
  uint8_t* to = out.data() + start;
  EVP_CIPHER_CTX* ctx = seal_.get();
  int n = 0;
  NSL_CHECK(EVP_EncryptInit_ex2(ctx, nullptr, nullptr, nonce.data(), nullptr) == 1);
  if (!aad.empty()) {
    NSL_CHECK(EVP_EncryptUpdate(ctx, nullptr, &n, aad.data(), Length(aad)) == 1);
  }
  if (!plaintext.empty()) {
    NSL_CHECK(EVP_EncryptUpdate(ctx, to, &n, plaintext.data(), Length(plaintext)) == 1);
  }
  uint8_t* tag = to + plaintext.size();
  NSL_CHECK(EVP_EncryptFinal_ex(ctx, tag, &n) == 1 && n == 0);
  NSL_CHECK(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, kAesTagBytes, tag) == 1);
}

bool AesGcm::OpenInto(const AesNonce& nonce, ByteView aad, ByteView sealed, uint8_t* plaintext) {
  ByteView text = sealed.first(sealed.size() - kAesTagBytes);
  auto tag = ToArray<kAesTagBytes>(sealed.last(kAesTagBytes));
  EVP_CIPHER_CTX* ctx = open_.get();
  int n = 0;
  NSL_CHECK(EVP_DecryptInit_ex2(ctx, nullptr, nullptr, nonce.data(), nullptr) == 1);
  if (!aad.empty()) {
    NSL_CHECK(EVP_DecryptUpdate(ctx, nullptr, &n, aad.data(), Length(aad)) == 1);
  }
  if (!text.empty()) {
    NSL_CHECK(EVP_DecryptUpdate(ctx, plaintext, &n, text.data(), Length(text)) == 1);
  }
  NSL_CHECK(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, kAesTagBytes, tag->data()) == 1);
  uint8_t none[kAesTagBytes];
  if (EVP_DecryptFinal_ex(ctx, none, &n) == 1) return true;
  // What was decrypted before the tag failed must not be seen by anybody.
  WipeMemory({plaintext, text.size()});
  return false;
}

Status AesGcm::Open(const AesNonce& nonce, ByteView aad, ByteView sealed, Bytes& out) {
  if (sealed.size() < kAesTagBytes) return NotSealedSo();
  size_t start = out.size();
  out.resize(start + sealed.size() - kAesTagBytes);
  if (OpenInto(nonce, aad, sealed, out.data() + start)) return {};
  out.resize(start);
  return NotSealedSo();
}

Result<SecretBytes> AesGcm::OpenSecret(const AesNonce& nonce, ByteView aad, ByteView sealed) {
  if (sealed.size() < kAesTagBytes) return NotSealedSo();
  SecretBytes out(sealed.size() - kAesTagBytes);
  if (OpenInto(nonce, aad, sealed, out.Writable().data())) return out;
  return NotSealedSo();
}

Bytes AesGcmSeal(ByteView key, const AesNonce& nonce, ByteView aad, ByteView plaintext) {
  Bytes out;
  AesGcm(key).Seal(nonce, aad, plaintext, out);
  return out;
}

Result<Bytes> AesGcmOpen(ByteView key, const AesNonce& nonce, ByteView aad, ByteView sealed) {
  Bytes out;
  NSL_TRY_VOID(AesGcm(key).Open(nonce, aad, sealed, out));
  return out;
}

}  // namespace nsl::crypto
