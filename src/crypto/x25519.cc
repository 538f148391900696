// SPDX-License-Identifier: Apache-2.0
#include "crypto/x25519.h"

#include <openssl/evp.h>

#include <memory>

namespace nsl::crypto {
namespace {

struct FreeCtx {
  void operator()(EVP_PKEY_CTX* p) const { EVP_PKEY_CTX_free(p); }
};

}  // namespace

Result<X25519PrivateKey> X25519PrivateKey::FromBytes(ByteView scalar) {
  if (scalar.size() != 32) {
    return Fail(Reason::kRequestInvalid, "an X25519 private key has 32 bytes");
  }
  PkeyPtr pkey(EVP_PKEY_new_raw_private_key_ex(nullptr, "X25519", nullptr, scalar.data(), 32));
  NSL_CHECK(pkey != nullptr);
  ByteArray<32> public_key;
  size_t n = public_key.size();
  NSL_CHECK(EVP_PKEY_get_raw_public_key(pkey.get(), public_key.data(), &n) == 1 && n == 32);
  return X25519PrivateKey(std::move(pkey), SecretBytes::CopyOf(scalar), public_key);
}

X25519PrivateKey X25519PrivateKey::Generate(Random& random) {
  SecretBytes scalar = SecretBytes::Draw(random, 32);
  auto key = FromBytes(scalar.view());
  NSL_CHECK(key.has_value());
  return *std::move(key);
}

Result<SecretBytes> X25519PrivateKey::Agree(ByteView peer_public) const {
  if (peer_public.size() != 32) {
    return Fail(Reason::kRequestInvalid, "an X25519 public key has 32 bytes");
  }
  PkeyPtr peer(EVP_PKEY_new_raw_public_key_ex(nullptr, "X25519", nullptr, peer_public.data(), 32));
  std::unique_ptr<EVP_PKEY_CTX, FreeCtx> ctx(
      EVP_PKEY_CTX_new_from_pkey(nullptr, pkey_.get(), nullptr));
  NSL_CHECK(peer != nullptr && ctx != nullptr && EVP_PKEY_derive_init(ctx.get()) == 1);
  SecretBytes shared(32);
  size_t n = shared.size();
  // OpenSSL refuses the all-zero result of a point of small order.
  if (EVP_PKEY_derive_set_peer(ctx.get(), peer.get()) != 1 ||
      EVP_PKEY_derive(ctx.get(), shared.Writable().data(), &n) != 1 || n != 32) {
    return Fail(Reason::kRequestInvalid, "the X25519 public key is of small order");
  }
  return shared;
}

}  // namespace nsl::crypto
