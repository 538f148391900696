// SPDX-License-Identifier: Apache-2.0
#include "crypto/ecdsa.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/params.h>
#include <openssl/x509.h>

#include <algorithm>
#include <cstring>

#include "crypto/ecdsa_math.h"
#include "crypto/hash.h"

namespace nsl::crypto {
namespace {

struct FreePkeyCtx {
  void operator()(EVP_PKEY_CTX* p) const { EVP_PKEY_CTX_free(p); }
};
using PkeyCtxPtr = std::unique_ptr<EVP_PKEY_CTX, FreePkeyCtx>;

template <Curve kCurve>
const char* GroupName() {
  return kCurve == Curve::kP256 ? "prime256v1" : "secp384r1";
}

template <Curve kCurve>
auto HashFor(ByteView message) {
  if constexpr (kCurve == Curve::kP256) {
    return Sha256(message);
  } else {
    return Sha384(message);
  }
}

// An EVP key of a point that is known to be on the curve, with the scalar when there is one.
template <Curve kCurve>
PkeyPtr MakePkey(ByteView point, const SecretBytes* scalar) {
  OSSL_PARAM params[4];
  size_t n = 0;
  params[n++] = OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME,
                                                 const_cast<char*>(GroupName<kCurve>()), 0);
  params[n++] = OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY,
                                                  const_cast<uint8_t*>(point.data()), point.size());
  // OSSL_PARAM integers are in the byte order of the machine.
  SecretBytes native(scalar == nullptr ? 0 : scalar->size());
  if (scalar != nullptr) {
    std::ranges::reverse_copy(scalar->view(), native.Writable().begin());
    params[n++] =
        OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_PRIV_KEY, native.Writable().data(), native.size());
  }
  params[n] = OSSL_PARAM_construct_end();
  PkeyCtxPtr ctx(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
  EVP_PKEY* pkey = nullptr;
  int selection = scalar == nullptr ? EVP_PKEY_PUBLIC_KEY : EVP_PKEY_KEYPAIR;
  NSL_CHECK(ctx != nullptr && EVP_PKEY_fromdata_init(ctx.get()) == 1);
  NSL_CHECK(EVP_PKEY_fromdata(ctx.get(), &pkey, selection, params) == 1);
  return PkeyPtr(pkey);
}

// ECDSA as EVP gives it: random nonce, DER.
Result<Bytes> SignDer(EVP_PKEY* pkey, ByteView digest) {
  PkeyCtxPtr ctx(EVP_PKEY_CTX_new_from_pkey(nullptr, pkey, nullptr));
  uint8_t der[128];
  size_t n = sizeof der;
  if (ctx == nullptr || EVP_PKEY_sign_init(ctx.get()) != 1 ||
      EVP_PKEY_sign(ctx.get(), der, &n, digest.data(), digest.size()) != 1) {
    return Fail(Reason::kPlatformInternal, "the signature could not be made");
  }
  return Bytes(der, der + n);
}

}  // namespace

template <Curve kCurve>
Result<EcPublicKey<kCurve>> EcPublicKey<kCurve>::FromBytes(ByteView point) {
  ByteArray<2 * kBytes + 1> full;
  if (!DecodePoint(kCurve, point, full)) {
    return Fail(Reason::kRequestInvalid, "the public key is not a point of the curve");
  }
  return EcPublicKey(MakePkey<kCurve>(full, nullptr), full);
}

template <Curve kCurve>
Result<EcPublicKey<kCurve>> EcPublicKey<kCurve>::FromCompressed(ByteView point) {
  if (point.size() != kBytes + 1) {
    return Fail(Reason::kRequestInvalid, "a compressed public key of this curve has " +
                                             std::to_string(kBytes + 1) + " bytes");
  }
  return FromBytes(point);
}

template <Curve kCurve>
Result<EcPublicKey<kCurve>> EcPublicKey<kCurve>::FromSpki(ByteView der) {
  auto refuse = [] {
    return Fail(Reason::kRequestInvalid, "not a SubjectPublicKeyInfo of this named curve");
  };
  if (der.size() > 256) return refuse();
  const uint8_t* p = der.data();
  PkeyPtr pkey(d2i_PUBKEY(nullptr, &p, static_cast<long>(der.size())));
  ByteArray<2 * kBytes + 1> point;
  size_t n = 0;
  if (pkey == nullptr || EVP_PKEY_is_a(pkey.get(), "EC") != 1 ||
      EVP_PKEY_get_octet_string_param(pkey.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                      point.size(), &n) != 1) {
    return refuse();
  }
  NSL_TRY(EcPublicKey key, FromBytes(ByteView(point).first(n)));
  // One spelling: named curve, uncompressed point, nothing behind it.
  if (!std::ranges::equal(key.SpkiDer(), der)) return refuse();
  return key;
}

template <Curve kCurve>
auto EcPublicKey<kCurve>::Compressed() const -> ByteArray<kBytes + 1> {
  ByteArray<kBytes + 1> out;
  out[0] = 0x02 | (point_.back() & 1);
  std::copy_n(point_.begin() + 1, kBytes, out.begin() + 1);
  return out;
}

template <Curve kCurve>
Bytes EcPublicKey<kCurve>::SpkiDer() const {
  uint8_t* der = nullptr;
  int n = i2d_PUBKEY(pkey_.get(), &der);
  NSL_CHECK(n > 0);
  Bytes out(der, der + n);
  OPENSSL_free(der);
  return out;
}

template <Curve kCurve>
EcPublicKey<kCurve> EcPublicKey<kCurve>::Clone() const {
  NSL_CHECK(EVP_PKEY_up_ref(pkey_.get()) == 1);
  return EcPublicKey(PkeyPtr(pkey_.get()), point_);
}

template <Curve kCurve>
bool EcPublicKey<kCurve>::VerifyDigest(const ByteArray<kBytes>& digest, ByteView signature) const {
  if (signature.size() != 2 * kBytes) return false;
  Bytes der = SignatureToDer(signature);
  PkeyCtxPtr ctx(EVP_PKEY_CTX_new_from_pkey(nullptr, pkey_.get(), nullptr));
  NSL_CHECK(ctx != nullptr && EVP_PKEY_verify_init(ctx.get()) == 1);
  return EVP_PKEY_verify(ctx.get(), der.data(), der.size(), digest.data(), digest.size()) == 1;
}

template <Curve kCurve>
bool EcPublicKey<kCurve>::Verify(ByteView message, ByteView signature) const {
  return VerifyDigest(HashFor<kCurve>(message), signature);
}

template <Curve kCurve>
Result<EcPrivateKey<kCurve>> EcPrivateKey<kCurve>::FromScalar(ByteView scalar) {
  ByteArray<2 * kBytes + 1> point;
  if (scalar.size() != kBytes || !ScalarTimesGenerator(kCurve, scalar, point)) {
    return Fail(Reason::kRequestInvalid, "a private key of this curve is a number of " +
                                             std::to_string(kBytes) +
                                             " bytes from 1 below the order of the curve");
  }
  SecretBytes kept = SecretBytes::CopyOf(scalar);
  PkeyPtr pair = MakePkey<kCurve>(point, &kept);
  EcPublicKey<kCurve> public_key(MakePkey<kCurve>(point, nullptr), point);
  return EcPrivateKey(std::move(pair), std::move(kept), std::move(public_key));
}

template <Curve kCurve>
EcPrivateKey<kCurve> EcPrivateKey<kCurve>::Generate(Random& random) {
  // A draw outside the order is refused with a chance below 2^-32, and drawn again.
  for (int i = 0; i < 16; ++i) {
    SecretBytes scalar = SecretBytes::Draw(random, kBytes);
    auto key = FromScalar(scalar.view());
    if (key) return *std::move(key);
  }
  CheckFailed("the random source gives numbers", __FILE_NAME__, __LINE__);
}

template <Curve kCurve>
Result<EcPrivateKey<kCurve>> EcPrivateKey<kCurve>::Tweaked(ByteView tweak) const {
  SecretBytes sum(kBytes);
  if (tweak.size() != kBytes || !AddScalars(kCurve, scalar_.view(), tweak, sum.Writable())) {
    return Fail(Reason::kRequestInvalid, "the tweak does not lie below the order of the curve");
  }
  return FromScalar(sum.view());
}

template <Curve kCurve>
Result<Bytes> EcPrivateKey<kCurve>::SignDigest(const ByteArray<kBytes>& digest) const {
  Bytes signature;
  if constexpr (kCurve == Curve::kP256) {
    signature = SignP256Deterministic(scalar_, digest);
  } else {
    NSL_TRY(Bytes der, SignDer(pkey_.get(), digest));
    signature = SignatureFromDer(der, kBytes);
  }
  // A faulty computation could reveal the key through a wrong signature.
  if (!public_.VerifyDigest(digest, signature)) {
    return Fail(Reason::kPlatformIntegrity, "a new signature did not verify");
  }
  return signature;
}

template <Curve kCurve>
Result<Bytes> EcPrivateKey<kCurve>::Sign(ByteView message) const {
  return SignDigest(HashFor<kCurve>(message));
}

template class EcPublicKey<Curve::kP256>;
template class EcPublicKey<Curve::kP384>;
template class EcPrivateKey<Curve::kP256>;
template class EcPrivateKey<Curve::kP384>;

}  // namespace nsl::crypto
