// SPDX-License-Identifier: Apache-2.0
#include "neo/nep2.h"

#include <algorithm>
#include <functional>

#include "crypto/aes_ecb.h"
#include "crypto/hash.h"
#include "neo/base58.h"
#include "neo/verification_script.h"

namespace nsl::neo {
namespace {

constexpr ByteArray<3> kPrefix = {0x01, 0x42, 0xe0};
constexpr size_t kKeyBytes = 32;

using AddressHash = ByteArray<4>;

struct Parts {
  AddressHash address_hash;
  ByteArray<kKeyBytes> cipher;
};
constexpr size_t kPayloadBytes = kPrefix.size() + AddressHash().size() + kKeyBytes;

AddressHash HashOfAddress(const crypto::P256PrivateKey& key) {
  Hash256 hash = crypto::Hash256(AsBytes(AddressOf(PublicKey(key.PublicKey()))));
  AddressHash out;
  std::copy_n(hash.begin(), out.size(), out.begin());
  return out;
}

Result<Parts> Parse(std::string_view text) {
  std::optional<Bytes> raw = FromBase58Check(text);
  if (!raw) {
    return Fail(Reason::kChainInvalid,
                "the encrypted key has a wrong character or a wrong checksum");
  }
  ByteView view(*raw);
  if (view.size() != kPayloadBytes || !std::ranges::equal(view.first(kPrefix.size()), kPrefix)) {
    return Fail(Reason::kChainInvalid,
                "this is no NEP-2 key: one has 58 characters and starts with 6P");
  }
  Parts out;
  std::copy_n(view.begin() + kPrefix.size(), out.address_hash.size(), out.address_hash.begin());
  std::ranges::copy(view.last(kKeyBytes), out.cipher.begin());
  return out;
}

// 32 bytes that mask the key, then 32 bytes that encrypt the masked key.
Result<crypto::SecretBytes> Derive(ByteView passphrase, const AddressHash& salt,
                                   const crypto::ScryptParams& params) {
  return crypto::Scrypt(passphrase, salt, params, 2 * kKeyBytes);
}

void Mask(crypto::SecretBytes& key, ByteView mask) {
  std::ranges::transform(key.view(), mask, key.Writable().begin(), std::bit_xor<>());
}

}  // namespace

Result<std::string> EncryptNep2(const crypto::P256PrivateKey& key, ByteView passphrase,
                                const crypto::ScryptParams& params) {
  AddressHash address_hash = HashOfAddress(key);
  NSL_TRY(crypto::SecretBytes derived, Derive(passphrase, address_hash, params));
  crypto::SecretBytes masked = key.Scalar();
  Mask(masked, derived.view().first(kKeyBytes));
  Bytes cipher = crypto::Aes256EcbEncrypt(derived.view().last(kKeyBytes), masked.view());
  Bytes payload(kPrefix.begin(), kPrefix.end());
  payload.insert(payload.end(), address_hash.begin(), address_hash.end());
  payload.insert(payload.end(), cipher.begin(), cipher.end());
  return ToBase58Check(payload);
}

Result<crypto::P256PrivateKey> DecryptNep2(std::string_view text, ByteView passphrase,
                                           const crypto::ScryptParams& params) {
  NSL_TRY(Parts parts, Parse(text));
  NSL_TRY(crypto::SecretBytes derived, Derive(passphrase, parts.address_hash, params));
  crypto::SecretBytes scalar =
      crypto::Aes256EcbDecrypt(derived.view().last(kKeyBytes), parts.cipher);
  Mask(scalar, derived.view().first(kKeyBytes));
  auto key = crypto::P256PrivateKey::FromScalar(scalar.view());
  if (!key || HashOfAddress(*key) != parts.address_hash) {
    return Fail(Reason::kChainInvalid,
                "the passphrase does not open the key, or the key was made with other scrypt "
                "parameters");
  }
  return key;
}

Status CheckNep2Text(std::string_view text) {
  auto parts = Parse(text);
  if (!parts) return std::unexpected(std::move(parts.error()));
  return {};
}

}  // namespace nsl::neo
