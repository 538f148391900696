// SPDX-License-Identifier: Apache-2.0
#include "neo/wif.h"

#include <algorithm>

#include "neo/base58.h"

namespace nsl::neo {
namespace {

constexpr uint8_t kVersion = 0x80;
constexpr uint8_t kCompressed = 0x01;
constexpr size_t kKeyBytes = 32;
constexpr size_t kPayloadBytes = 1 + kKeyBytes + 1;

}  // namespace

crypto::SecretBytes ToWif(const crypto::P256PrivateKey& key) {
  crypto::SecretBytes payload(kPayloadBytes);
  crypto::SecretBytes scalar = key.Scalar();
  payload.Writable().front() = kVersion;
  std::ranges::copy(scalar.view(), payload.Writable().begin() + 1);
  payload.Writable().back() = kCompressed;
  return ToSecretBase58Check(payload);
}

Result<crypto::P256PrivateKey> PrivateKeyFromWif(std::string_view text) {
  std::optional<crypto::SecretBytes> payload = FromSecretBase58Check(text);
  if (!payload) {
    return Fail(Reason::kChainInvalid, "the WIF has a wrong character or a wrong checksum");
  }
  ByteView raw = payload->view();
  if (raw.size() == kPayloadBytes - 1 && raw.front() == kVersion) {
    return Fail(Reason::kChainInvalid,
                "the WIF is of the form for uncompressed keys, which Neo does not use: a WIF of "
                "Neo has 52 characters and starts with K or L");
  }
  if (raw.size() != kPayloadBytes || raw.front() != kVersion || raw.back() != kCompressed) {
    return Fail(Reason::kChainInvalid,
                "this is no WIF: one has 52 characters and starts with K or L");
  }
  auto key = crypto::P256PrivateKey::FromScalar(raw.subspan(1, kKeyBytes));
  if (!key) {
    return Fail(Reason::kChainInvalid,
                "the WIF holds no private key: its number is 0 or not below the order of the "
                "curve");
  }
  return key;
}

}  // namespace nsl::neo
