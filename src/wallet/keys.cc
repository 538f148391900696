// SPDX-License-Identifier: Apache-2.0
#include "wallet/keys.h"

#include <algorithm>
#include <boost/describe.hpp>

#include "base/codec.h"
#include "crypto/aead.h"
#include "crypto/kdf.h"

namespace nsl::wallet {
namespace {

constexpr size_t kEntropy = 32;

struct KeyPlace {
  std::string tag;
  std::string project;
  std::string wallet;
  Bytes public_key;
};
BOOST_DESCRIBE_STRUCT(KeyPlace, (), (tag, project, wallet, public_key))

}  // namespace

WalletKeys::WalletKeys(Env env, ByteView sealing_root, enclave::SecurityModule& module)
    : env_(env),
      module_(module),
      sealing_key_(crypto::HkdfSha256(sealing_root, {}, AsBytes("nsl/wallet-keys/1"),
                                      crypto::kAesKeyBytes)) {}

Result<crypto::P256PrivateKey> WalletKeys::Make() {
  crypto::SecretBytes pool(2 * kEntropy);
  env_.random.Fill(pool.Writable().first(kEntropy));
  NSL_TRY_VOID(module_.FillRandom(pool.Writable().last(kEntropy)));
  // A scalar outside the group order is as likely as a collision; the counter covers it all the
  // same.
  for (int counter = 0; counter < 8; ++counter) {
    std::string info = "nsl/wallet-key/1|" + std::to_string(counter);
    auto key = crypto::P256PrivateKey::FromScalar(
        crypto::HkdfSha256(pool.view(), {}, AsBytes(info), kEntropy).view());
    if (key) return key;
  }
  return Fail(Reason::kPlatformInternal, "the randomness gives no key");
}

Bytes WalletKeys::PlaceOf(ByteView public_key, std::string_view project, std::string_view wallet) {
  return ToCbor(
      KeyPlace{"nsl/wallet-key/1", std::string(project), std::string(wallet), ToBytes(public_key)});
}

Bytes WalletKeys::Seal(const crypto::P256PrivateKey& key, std::string_view project,
                       std::string_view wallet) {
  auto nonce = env_.random.Array<crypto::kAesNonceBytes>();
  Bytes out = ToBytes(ByteView(nonce));
  crypto::SecretBytes scalar = key.Scalar();
  crypto::AesGcm(sealing_key_)
      .Seal(nonce, PlaceOf(key.PublicKey().Compressed(), project, wallet), scalar, out);
  return out;
}

Result<crypto::P256PrivateKey> WalletKeys::Open(ByteView sealed, ByteView public_key,
                                                std::string_view project, std::string_view wallet) {
  if (sealed.size() < crypto::kAesNonceBytes) {
    return Fail(Reason::kPlatformIntegrity, "the stored key of the wallet is cut");
  }
  crypto::AesNonce nonce;
  std::copy_n(sealed.begin(), nonce.size(), nonce.begin());
  NSL_TRY(crypto::SecretBytes scalar, crypto::AesGcm(sealing_key_)
                                          .OpenSecret(nonce, PlaceOf(public_key, project, wallet),
                                                      sealed.subspan(crypto::kAesNonceBytes)));
  NSL_TRY(crypto::P256PrivateKey key, crypto::P256PrivateKey::FromScalar(scalar));
  if (!std::ranges::equal(key.PublicKey().Compressed(), public_key)) {
    return Fail(Reason::kPlatformIntegrity, "the stored key is not that of the wallet");
  }
  return key;
}

}  // namespace nsl::wallet
