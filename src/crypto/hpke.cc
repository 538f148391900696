// SPDX-License-Identifier: Apache-2.0
#include "crypto/hpke.h"

#include <cstring>

#include "crypto/hash.h"
#include "crypto/kdf.h"

namespace nsl::crypto {

namespace {

constexpr std::string_view kVersion = "HPKE-v1";
// "KEM" || 0x0020; "HPKE" || KEM 0x0020 || KDF 0x0001 || AEAD 0x0002 (RFC 9180 §4.1, §5.1).
constexpr uint8_t kKemSuite[] = {'K', 'E', 'M', 0x00, 0x20};
constexpr uint8_t kSuite[] = {'H', 'P', 'K', 'E', 0x00, 0x20, 0x00, 0x01, 0x00, 0x02};
constexpr uint8_t kModeBase = 0;

SecretBytes LabeledExtract(ByteView suite, ByteView salt, std::string_view label, ByteView ikm) {
  ByteArray<32> prk = HmacSha256(salt, {AsBytes(kVersion), suite, AsBytes(label), ikm});
  SecretBytes out = SecretBytes::CopyOf(prk);
  WipeMemory(prk);
  return out;
}

SecretBytes LabeledExpand(ByteView suite, ByteView prk, std::string_view label, ByteView info,
                          size_t length) {
  Bytes labeled = {static_cast<uint8_t>(length >> 8), static_cast<uint8_t>(length)};
  for (ByteView part : {AsBytes(kVersion), suite, AsBytes(label), info}) {
    labeled.insert(labeled.end(), part.begin(), part.end());
  }
  return HkdfExpand(prk, labeled, length);
}

// RFC 9180 §4.1.
SecretBytes KemSecret(const SecretBytes& dh, ByteView enc, ByteView recipient_public) {
  SecretBytes prk = LabeledExtract(kKemSuite, {}, "eae_prk", dh.view());
  Bytes kem_context = ToBytes(enc);
  kem_context.insert(kem_context.end(), recipient_public.begin(), recipient_public.end());
  return LabeledExpand(kKemSuite, prk.view(), "shared_secret", kem_context, 32);
}

}  // namespace

// RFC 9180 §5.1, mode base: no pre-shared key.
HpkeContext HpkeSchedule(const SecretBytes& shared_secret, ByteView info) {
  SecretBytes psk_id_hash = LabeledExtract(kSuite, {}, "psk_id_hash", {});
  SecretBytes info_hash = LabeledExtract(kSuite, {}, "info_hash", info);
  Bytes context = {kModeBase};
  context.insert(context.end(), psk_id_hash.view().begin(), psk_id_hash.view().end());
  context.insert(context.end(), info_hash.view().begin(), info_hash.view().end());
  SecretBytes secret = LabeledExtract(kSuite, shared_secret.view(), "secret", {});
  SecretBytes key = LabeledExpand(kSuite, secret.view(), "key", context, kAesKeyBytes);
  SecretBytes nonce = LabeledExpand(kSuite, secret.view(), "base_nonce", context, kAesNonceBytes);
  SecretBytes exporter = LabeledExpand(kSuite, secret.view(), "exp", context, 32);
  return HpkeContext(key.view(), *ToArray<kAesNonceBytes>(nonce.view()), std::move(exporter));
}

AesNonce HpkeContext::NextNonce() const {
  AesNonce nonce = base_nonce_;
  for (size_t i = 0; i < 8; ++i) {
    nonce[kAesNonceBytes - 1 - i] ^= static_cast<uint8_t>(sequence_ >> (8 * i));
  }
  return nonce;
}

Status HpkeContext::Seal(ByteView aad, ByteView plaintext, Bytes& out) {
  if (sequence_ >> 63 != 0) return Fail(Reason::kPlatformInternal, "the HPKE context is used up");
  aead_.Seal(NextNonce(), aad, plaintext, out);
  ++sequence_;
  return {};
}

Status HpkeContext::Open(ByteView aad, ByteView sealed, Bytes& out) {
  if (sequence_ >> 63 != 0) return Fail(Reason::kPlatformInternal, "the HPKE context is used up");
  NSL_TRY_VOID(aead_.Open(NextNonce(), aad, sealed, out));
  ++sequence_;
  return {};
}

Result<SecretBytes> HpkeContext::OpenSecret(ByteView aad, ByteView sealed) {
  if (sequence_ >> 63 != 0) return Fail(Reason::kPlatformInternal, "the HPKE context is used up");
  NSL_TRY(SecretBytes out, aead_.OpenSecret(NextNonce(), aad, sealed));
  ++sequence_;
  return out;
}

SecretBytes HpkeContext::Export(ByteView exporter_context, size_t length) const {
  return LabeledExpand(kSuite, exporter_secret_.view(), "sec", exporter_context, length);
}

Result<HpkeSender> HpkeSetupSender(ByteView recipient_public, ByteView info,
                                   const X25519PrivateKey& ephemeral) {
  NSL_TRY(SecretBytes dh, ephemeral.Agree(recipient_public));
  SecretBytes shared = KemSecret(dh, ephemeral.PublicKey(), recipient_public);
  return HpkeSender{ephemeral.PublicKey(), HpkeSchedule(shared, info)};
}

Result<HpkeSender> HpkeSetupSender(ByteView recipient_public, ByteView info, Random& random) {
  return HpkeSetupSender(recipient_public, info, X25519PrivateKey::Generate(random));
}

Result<HpkeContext> HpkeSetupRecipient(const X25519PrivateKey& key, ByteView enc, ByteView info) {
  NSL_TRY(SecretBytes dh, key.Agree(enc));
  return HpkeSchedule(KemSecret(dh, enc, key.PublicKey()), info);
}

Result<HpkeBox> HpkeSeal(ByteView recipient_public, ByteView info, ByteView aad, ByteView plaintext,
                         Random& random) {
  NSL_TRY(HpkeSender sender, HpkeSetupSender(recipient_public, info, random));
  HpkeBox box{sender.enc, {}};
  NSL_TRY_VOID(sender.context.Seal(aad, plaintext, box.ciphertext));
  return box;
}

Result<Bytes> HpkeOpen(const X25519PrivateKey& key, ByteView enc, ByteView info, ByteView aad,
                       ByteView ciphertext) {
  NSL_TRY(HpkeContext context, HpkeSetupRecipient(key, enc, info));
  Bytes out;
  NSL_TRY_VOID(context.Open(aad, ciphertext, out));
  return out;
}

Result<SecretBytes> HpkeOpenSecret(const X25519PrivateKey& key, ByteView enc, ByteView info,
                                   ByteView aad, ByteView ciphertext) {
  NSL_TRY(HpkeContext context, HpkeSetupRecipient(key, enc, info));
  return context.OpenSecret(aad, ciphertext);
}

}  // namespace nsl::crypto
