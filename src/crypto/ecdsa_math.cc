// SPDX-License-Identifier: Apache-2.0
#include "crypto/ecdsa_math.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/obj_mac.h>

#include <memory>

#include "crypto/hash.h"

namespace nsl::crypto {
namespace {

struct Free {
  void operator()(BIGNUM* p) const { BN_clear_free(p); }
  void operator()(BN_CTX* p) const { BN_CTX_free(p); }
  void operator()(EC_POINT* p) const { EC_POINT_clear_free(p); }
  void operator()(ECDSA_SIG* p) const { ECDSA_SIG_free(p); }
};
using Bn = std::unique_ptr<BIGNUM, Free>;
using BnCtx = std::unique_ptr<BN_CTX, Free>;
using Point = std::unique_ptr<EC_POINT, Free>;
using Signature = std::unique_ptr<ECDSA_SIG, Free>;

const EC_GROUP* Group(Curve curve) {
  static EC_GROUP* const p256 = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
  static EC_GROUP* const p384 = EC_GROUP_new_by_curve_name(NID_secp384r1);
  const EC_GROUP* group = curve == Curve::kP256 ? p256 : p384;
  NSL_CHECK(group != nullptr);
  return group;
}

const BIGNUM* Order(Curve curve) { return EC_GROUP_get0_order(Group(curve)); }

Bn FromBytes(ByteView b) {
  Bn bn(BN_bin2bn(b.data(), static_cast<int>(b.size()), nullptr));
  NSL_CHECK(bn != nullptr);
  BN_set_flags(bn.get(), BN_FLG_CONSTTIME);
  return bn;
}

Bn NewBn() {
  Bn bn(BN_new());
  NSL_CHECK(bn != nullptr);
  return bn;
}

BnCtx NewCtx() {
  BnCtx ctx(BN_CTX_new());
  NSL_CHECK(ctx != nullptr);
  return ctx;
}

Point NewPoint(Curve curve) {
  Point point(EC_POINT_new(Group(curve)));
  NSL_CHECK(point != nullptr);
  return point;
}

bool EncodePoint(Curve curve, const EC_POINT* point, std::span<uint8_t> out, BN_CTX* ctx) {
  return EC_POINT_point2oct(Group(curve), point, POINT_CONVERSION_UNCOMPRESSED, out.data(),
                            out.size(), ctx) == out.size();
}

// The nonce sequence of RFC 6979 §3.2; forgets itself when it ends.
class Nonces {
 public:
  Nonces(ByteView scalar, ByteView reduced_digest) {
    key_.fill(0x00);
    value_.fill(0x01);
    for (uint8_t round : {0x00, 0x01}) {
      key_ = HmacSha256(key_, {value_, ByteView(&round, 1), scalar, reduced_digest});
      value_ = HmacSha256(key_, value_);
    }
  }
  ~Nonces() {
    WipeMemory(key_);
    WipeMemory(value_);
  }
  Nonces(const Nonces&) = delete;
  Nonces& operator=(const Nonces&) = delete;

  ByteView Next() {
    if (started_) {
      const uint8_t zero = 0;
      key_ = HmacSha256(key_, {value_, ByteView(&zero, 1)});
      value_ = HmacSha256(key_, value_);
    }
    started_ = true;
    value_ = HmacSha256(key_, value_);
    return value_;
  }

 private:
  ByteArray<32> key_;
  ByteArray<32> value_;
  bool started_ = false;
};

// s = k^-1 (e + r d), computed as (b k)^-1 (b e + b r d) with a random b, so that neither the
// inversion nor the products work on values that an observer could relate to the key.
bool SolveS(const BIGNUM* k, const BIGNUM* e, const BIGNUM* r, const BIGNUM* d, BIGNUM* s,
            BN_CTX* ctx) {
  const BIGNUM* n = Order(Curve::kP256);
  Bn b = NewBn();
  Bn t = NewBn();
  Bn u = NewBn();
  do {
    if (BN_priv_rand_range(b.get(), n) != 1) return false;
  } while (BN_is_zero(b.get()));
  return BN_mod_mul(t.get(), b.get(), d, n, ctx) == 1 &&
         BN_mod_mul(t.get(), t.get(), r, n, ctx) == 1 &&
         BN_mod_mul(u.get(), b.get(), e, n, ctx) == 1 &&
         BN_mod_add(t.get(), t.get(), u.get(), n, ctx) == 1 &&
         BN_mod_mul(u.get(), b.get(), k, n, ctx) == 1 &&
         BN_mod_inverse(u.get(), u.get(), n, ctx) != nullptr &&
         BN_mod_mul(s, t.get(), u.get(), n, ctx) == 1;
}

}  // namespace

bool DecodePoint(Curve curve, ByteView point, std::span<uint8_t> uncompressed) {
  size_t half = CurveBytes(curve);
  if (point.empty()) return false;
  bool compressed = point.size() == half + 1 && (point[0] == 0x02 || point[0] == 0x03);
  bool full = point.size() == 2 * half + 1 && point[0] == 0x04;
  if (!compressed && !full) return false;
  Point p = NewPoint(curve);
  BnCtx ctx = NewCtx();
  return EC_POINT_oct2point(Group(curve), p.get(), point.data(), point.size(), ctx.get()) == 1 &&
         EncodePoint(curve, p.get(), uncompressed, ctx.get());
}

bool ScalarTimesGenerator(Curve curve, ByteView scalar, std::span<uint8_t> uncompressed) {
  Bn d = FromBytes(scalar);
  if (BN_is_zero(d.get()) || BN_cmp(d.get(), Order(curve)) >= 0) return false;
  Point p = NewPoint(curve);
  BnCtx ctx = NewCtx();
  return EC_POINT_mul(Group(curve), p.get(), d.get(), nullptr, nullptr, ctx.get()) == 1 &&
         EncodePoint(curve, p.get(), uncompressed, ctx.get());
}

bool AddScalars(Curve curve, ByteView a, ByteView b, std::span<uint8_t> sum) {
  Bn x = FromBytes(a);
  Bn y = FromBytes(b);
  const BIGNUM* n = Order(curve);
  if (BN_cmp(x.get(), n) >= 0 || BN_cmp(y.get(), n) >= 0) return false;
  Bn out = NewBn();
  // The quick form: no division, whose time would depend on the values.
  NSL_CHECK(BN_mod_add_quick(out.get(), x.get(), y.get(), n) == 1);
  int size = static_cast<int>(sum.size());
  return BN_bn2binpad(out.get(), sum.data(), size) == size;
}

Bytes SignP256Deterministic(const SecretBytes& scalar, const ByteArray<32>& digest) {
  const BIGNUM* n = Order(Curve::kP256);
  BnCtx ctx = NewCtx();
  Bn d = FromBytes(scalar.view());
  Bn e = FromBytes(digest);
  NSL_CHECK(BN_nnmod(e.get(), e.get(), n, ctx.get()) == 1);
  ByteArray<32> reduced;
  NSL_CHECK(BN_bn2binpad(e.get(), reduced.data(), 32) == 32);
  Nonces nonces(scalar.view(), reduced);
  Point point = NewPoint(Curve::kP256);
  Bn r = NewBn();
  Bn s = NewBn();
  for (;;) {
    Bn k = FromBytes(nonces.Next());
    if (BN_is_zero(k.get()) || BN_cmp(k.get(), n) >= 0) continue;
    NSL_CHECK(
        EC_POINT_mul(Group(Curve::kP256), point.get(), k.get(), nullptr, nullptr, ctx.get()) == 1);
    NSL_CHECK(EC_POINT_get_affine_coordinates(Group(Curve::kP256), point.get(), r.get(), nullptr,
                                              ctx.get()) == 1);
    NSL_CHECK(BN_nnmod(r.get(), r.get(), n, ctx.get()) == 1);
    NSL_CHECK(SolveS(k.get(), e.get(), r.get(), d.get(), s.get(), ctx.get()));
    if (!BN_is_zero(r.get()) && !BN_is_zero(s.get())) break;
  }
  Bytes out(64);
  NSL_CHECK(BN_bn2binpad(r.get(), out.data(), 32) == 32);
  NSL_CHECK(BN_bn2binpad(s.get(), out.data() + 32, 32) == 32);
  return out;
}

Bytes SignatureToDer(ByteView raw) {
  size_t half = raw.size() / 2;
  Signature signature(ECDSA_SIG_new());
  Bn r(BN_bin2bn(raw.data(), static_cast<int>(half), nullptr));
  Bn s(BN_bin2bn(raw.data() + half, static_cast<int>(half), nullptr));
  NSL_CHECK(signature != nullptr && r != nullptr && s != nullptr);
  NSL_CHECK(ECDSA_SIG_set0(signature.get(), r.release(), s.release()) == 1);
  Bytes der(static_cast<size_t>(i2d_ECDSA_SIG(signature.get(), nullptr)));
  uint8_t* p = der.data();
  i2d_ECDSA_SIG(signature.get(), &p);
  return der;
}

Bytes SignatureFromDer(ByteView der, size_t half) {
  const uint8_t* p = der.data();
  Signature signature(d2i_ECDSA_SIG(nullptr, &p, static_cast<long>(der.size())));
  if (signature == nullptr || p != der.data() + der.size()) return {};
  Bytes out(2 * half);
  int n = static_cast<int>(half);
  if (BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), out.data(), n) != n ||
      BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), out.data() + half, n) != n) {
    return {};
  }
  return out;
}

}  // namespace nsl::crypto
