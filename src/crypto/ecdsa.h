// SPDX-License-Identifier: Apache-2.0
//
// ECDSA keys on P-256 (with SHA-256) and P-384 (with SHA-384); signatures are raw r || s.
//
// P-256 signatures are deterministic (RFC 6979), so that a poor random source cannot reveal the
// key, and every signature is verified before it leaves, so that a fault cannot either. P-384
// signatures are OpenSSL's own, for COSE and certificates. Keys are immutable after they are made:
// const members are thread-safe.
#pragma once

#include "base/random.h"
#include "base/result.h"
#include "crypto/openssl_ptr.h"
#include "crypto/secret.h"

namespace nsl::crypto {

enum class Curve : uint8_t { kP256, kP384 };

// Bytes of a coordinate, a scalar, half a signature.
constexpr size_t CurveBytes(Curve curve) { return curve == Curve::kP256 ? 32 : 48; }

template <Curve kCurve>
class EcPublicKey {
 public:
  static constexpr size_t kBytes = CurveBytes(kCurve);

  // 02/03 || x, or 04 || x || y; request.invalid unless it is a point of the curve.
  static Result<EcPublicKey> FromBytes(ByteView point);
  static Result<EcPublicKey> FromCompressed(ByteView point);
  // SubjectPublicKeyInfo in DER (RFC 5480) with this named curve.
  static Result<EcPublicKey> FromSpki(ByteView der);

  ByteArray<kBytes + 1> Compressed() const;
  ByteArray<2 * kBytes + 1> Uncompressed() const { return point_; }
  Bytes SpkiDer() const;

  // Over the message, hashed with the curve's digest; false for any other signature length.
  bool Verify(ByteView message, ByteView signature) const;
  bool VerifyDigest(const ByteArray<kBytes>& digest, ByteView signature) const;

  EVP_PKEY* pkey() const { return pkey_.get(); }
  EcPublicKey Clone() const;
  friend bool operator==(const EcPublicKey& a, const EcPublicKey& b) {
    return a.point_ == b.point_;
  }

 private:
  template <Curve>
  friend class EcPrivateKey;
  EcPublicKey(PkeyPtr pkey, const ByteArray<2 * kBytes + 1>& point)
      : pkey_(std::move(pkey)), point_(point) {}

  PkeyPtr pkey_;
  ByteArray<2 * kBytes + 1> point_;
};

template <Curve kCurve>
class EcPrivateKey {
 public:
  static constexpr size_t kBytes = CurveBytes(kCurve);

  // A uniform scalar of [1, n-1] from `random`.
  static EcPrivateKey Generate(Random& random);
  // Big-endian, kBytes long; request.invalid outside [1, n-1].
  static Result<EcPrivateKey> FromScalar(ByteView scalar);

  const EcPublicKey<kCurve>& PublicKey() const { return public_; }
  // (this + tweak) mod n, for deriving child keys (BIP-32, SLIP-10): request.invalid when the tweak
  // does not lie below n or the sum is 0.
  Result<EcPrivateKey> Tweaked(ByteView tweak) const;
  // For sealing the key.
  SecretBytes Scalar() const { return scalar_.Clone(); }

  // Raw r || s over the message; platform.integrity when the signature did not verify.
  Result<Bytes> Sign(ByteView message) const;
  Result<Bytes> SignDigest(const ByteArray<kBytes>& digest) const;

  EVP_PKEY* pkey() const { return pkey_.get(); }

 private:
  EcPrivateKey(PkeyPtr pkey, SecretBytes scalar, EcPublicKey<kCurve> public_key)
      : pkey_(std::move(pkey)), scalar_(std::move(scalar)), public_(std::move(public_key)) {}

  PkeyPtr pkey_;
  SecretBytes scalar_;
  EcPublicKey<kCurve> public_;
};

using P256PublicKey = EcPublicKey<Curve::kP256>;
using P256PrivateKey = EcPrivateKey<Curve::kP256>;
using P384PublicKey = EcPublicKey<Curve::kP384>;
using P384PrivateKey = EcPrivateKey<Curve::kP384>;

}  // namespace nsl::crypto
