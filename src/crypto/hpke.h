// SPDX-License-Identifier: Apache-2.0
//
// HPKE (RFC 9180), base mode, one suite: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM.
//
// A box sealed to a key opens with that key, the same info and the same aad alone; the sender is
// not authenticated. A context counts its messages: they open in the order they were sealed. One
// thread per context.
#pragma once

#include "base/random.h"
#include "base/result.h"
#include "crypto/aead.h"
#include "crypto/x25519.h"

namespace nsl::crypto {

class HpkeContext {
 public:
  // Appends the next message. platform.internal after 2^63 messages.
  Status Seal(ByteView aad, ByteView plaintext, Bytes& out);
  // Appends the next plaintext; a box that does not open does not count.
  Status Open(ByteView aad, ByteView sealed, Bytes& out);
  Result<SecretBytes> OpenSecret(ByteView aad, ByteView sealed);
  // RFC 9180 §5.3; length at most 255 * 32.
  SecretBytes Export(ByteView exporter_context, size_t length) const;

 private:
  friend HpkeContext HpkeSchedule(const SecretBytes& shared_secret, ByteView info);
  HpkeContext(ByteView key, const AesNonce& base_nonce, SecretBytes exporter_secret)
      : aead_(key), base_nonce_(base_nonce), exporter_secret_(std::move(exporter_secret)) {}
  AesNonce NextNonce() const;

  AesGcm aead_;
  AesNonce base_nonce_;
  SecretBytes exporter_secret_;
  uint64_t sequence_ = 0;
};

struct HpkeSender {
  // The encapsulated key, which travels beside the boxes.
  ByteArray<32> enc;
  HpkeContext context;
};

// request.invalid for a key of another length or of small order.
Result<HpkeSender> HpkeSetupSender(ByteView recipient_public, ByteView info, Random& random);
// The same with a given ephemeral key: for test vectors.
Result<HpkeSender> HpkeSetupSender(ByteView recipient_public, ByteView info,
                                   const X25519PrivateKey& ephemeral);
Result<HpkeContext> HpkeSetupRecipient(const X25519PrivateKey& key, ByteView enc, ByteView info);

struct HpkeBox {
  ByteArray<32> enc;
  Bytes ciphertext;
};

// One message: RFC 9180 §6.1.
Result<HpkeBox> HpkeSeal(ByteView recipient_public, ByteView info, ByteView aad, ByteView plaintext,
                         Random& random);
Result<Bytes> HpkeOpen(const X25519PrivateKey& key, ByteView enc, ByteView info, ByteView aad,
                       ByteView ciphertext);
// Into locked memory.
Result<SecretBytes> HpkeOpenSecret(const X25519PrivateKey& key, ByteView enc, ByteView info,
                                   ByteView aad, ByteView ciphertext);

}  // namespace nsl::crypto
