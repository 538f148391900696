// SPDX-License-Identifier: Apache-2.0
#include "enclave/sealing.h"

#include "base/cbor.h"
#include "crypto/aead.h"
#include "crypto/kdf.h"

namespace nsl::enclave {
namespace {

constexpr uint8_t kFormat = 1;
constexpr size_t kSaltBytes = 32;
constexpr size_t kHeaderBytes = 1 + 4 + kSaltBytes;
constexpr std::string_view kTag = "nsl/rec/1";

// Keys in the order of RFC 8949 §4.2.1.
Bytes AssociatedData(const SealPlace& place) {
  Bytes out;
  out.reserve(96 + place.table.size() + place.key.size() + place.project.size());
  CborWriter w(out);
  w.Map(8);
  w.Text("key");
  w.Text(place.key);
  w.Text("tag");
  w.Text(kTag);
  w.Text("epoch");
  w.Uint(place.epoch);
  w.Text("table");
  w.Text(place.table);
  w.Text("project");
  w.Text(place.project);
  w.Text("version");
  w.Uint(place.version);
  w.Text("namespace");
  w.Text(place.name_space);
  w.Text("environment");
  w.Text(place.environment);
  return out;
}

struct RecordCipher {
  crypto::SecretBytes material;
  ByteView key() const { return material.view().first(crypto::kAesKeyBytes); }
  crypto::AesNonce nonce() const {
    return *ToArray<crypto::kAesNonceBytes>(material.view().subspan(crypto::kAesKeyBytes));
  }
};

RecordCipher CipherFor(ByteView root_key, ByteView salt) {
  return {crypto::HkdfSha256(root_key, salt, AsBytes(kTag),
                             crypto::kAesKeyBytes + crypto::kAesNonceBytes)};
}

Error Refused(const SealPlace& place) {
  return Error(Reason::kPlatformIntegrity, "record '" + std::string(place.table) + "/" +
                                               std::string(place.key) +
                                               "' is not what was sealed for this place");
}

}  // namespace

Bytes SealRecord(ByteView root_key, const SealPlace& place, ByteView plaintext, Random& random) {
  Bytes out;
  out.reserve(plaintext.size() + kSealOverhead);
  out.push_back(kFormat);
  for (int shift = 24; shift >= 0; shift -= 8) {
    out.push_back(static_cast<uint8_t>(place.epoch >> shift));
  }
  auto salt = random.Array<kSaltBytes>();
  out.insert(out.end(), salt.begin(), salt.end());
  RecordCipher cipher = CipherFor(root_key, salt);
  crypto::AesGcm(cipher.key()).Seal(cipher.nonce(), AssociatedData(place), plaintext, out);
  return out;
}

Result<Bytes> OpenRecord(ByteView root_key, const SealPlace& place, ByteView sealed) {
  if (sealed.size() < kSealOverhead || sealed[0] != kFormat) return Fail(Refused(place));
  uint32_t epoch = 0;
  for (size_t i = 1; i <= 4; ++i) epoch = (epoch << 8) | sealed[i];
  if (epoch != place.epoch) return Fail(Refused(place));
  RecordCipher cipher = CipherFor(root_key, sealed.subspan(5, kSaltBytes));
  auto opened = crypto::AesGcmOpen(cipher.key(), cipher.nonce(), AssociatedData(place),
                                   sealed.subspan(kHeaderBytes));
  if (!opened) return Fail(Refused(place));
  return opened;
}

}  // namespace nsl::enclave
