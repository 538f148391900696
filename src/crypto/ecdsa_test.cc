// SPDX-License-Identifier: Apache-2.0
#include "crypto/ecdsa.h"

#include <gtest/gtest.h>

#include "crypto/ecdsa_math.h"
#include "crypto/hash.h"
#include "crypto/test_util.h"

namespace nsl::crypto {
namespace {

// RFC 6979 A.2.5.
constexpr std::string_view kScalar =
    "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721";
constexpr std::string_view kX = "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6";
constexpr std::string_view kY = "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299";
constexpr std::string_view kOrder =
    "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";

P256PrivateKey Key() { return *P256PrivateKey::FromScalar(Hex(kScalar)); }

TEST(EcdsaTest, PublicKeyOfRfc6979InAllForms) {
  P256PrivateKey key = Key();
  const P256PublicKey& pub = key.PublicKey();
  EXPECT_EQ(ToHex(pub.Uncompressed()), "04" + std::string(kX) + std::string(kY));
  EXPECT_EQ(ToHex(pub.Compressed()), "03" + std::string(kX));
  EXPECT_EQ(ToHex(pub.SpkiDer()), "3059301306072a8648ce3d020106082a8648ce3d03010703420004" +
                                      std::string(kX) + std::string(kY));
  EXPECT_EQ(*P256PublicKey::FromBytes(pub.Compressed()), pub);
  EXPECT_EQ(*P256PublicKey::FromBytes(pub.Uncompressed()), pub);
  EXPECT_EQ(*P256PublicKey::FromSpki(pub.SpkiDer()), pub);
  EXPECT_EQ(pub.Clone(), pub);
  EXPECT_EQ(ToHex(key.Scalar().view()), kScalar);
}

TEST(EcdsaTest, SignsDeterministicallyAsRfc6979) {
  P256PrivateKey key = Key();
  EXPECT_EQ(ToHex(*key.Sign(AsBytes("sample"))),
            "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
            "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8");
  EXPECT_EQ(ToHex(*key.Sign(AsBytes("test"))),
            "f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367"
            "019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083");
  // A digest above the order is reduced; computed with the Python package cryptography.
  ByteArray<32> ones;
  ones.fill(0xff);
  EXPECT_EQ(ToHex(*key.SignDigest(ones)),
            "1f2adbc54b88764c279f689fc9505959fc9e73e80dc20889a4e0be91865de75b"
            "9d109b65e2fbfc0ae42ba0b2e5f03670cd458cff4882df6783f3d93d607d1755");
}

TEST(EcdsaTest, VerifiesAP384SignatureOfRfc6979) {
  auto key = P384PrivateKey::FromScalar(
      Hex("6b9d3dad2e1b8c1c05b19875b6659f4de23c3b667bf297ba9aa47740787137d8"
          "96d5724e4c70a825f872c9ea60d2edf5"));
  ASSERT_TRUE(key);
  EXPECT_EQ(ToHex(key->PublicKey().Uncompressed()),
            "04ec3a4e415b4e19a4568618029f427fa5da9a8bc4ae92e02e06aae5286b300c64"
            "def8f0ea9055866064a254515480bc138015d9b72d7d57244ea8ef9ac0c62189"
            "6708a59367f9dfb9f54ca84b3f1c9db1288b231c3ae0d4fe7344fd2533264720");
  Bytes signature =
      Hex("94edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4ea95ad133c"
          "81a648152e44acf96e36dd1e80fabe4699ef4aeb15f178cea1fe40db2603138f"
          "130e740a19624526203b6351d0a3a94fa329c145786e679e7b82c71a38628ac8");
  EXPECT_TRUE(key->PublicKey().Verify(AsBytes("sample"), signature));
  EXPECT_FALSE(key->PublicKey().Verify(AsBytes("samplf"), signature));
  Bytes own = *key->Sign(AsBytes("sample"));
  EXPECT_EQ(own.size(), 96u);
  EXPECT_TRUE(key->PublicKey().Verify(AsBytes("sample"), own));
}

TEST(EcdsaTest, RefusesEveryFlippedByteOfMessageAndSignature) {
  P256PrivateKey key = Key();
  Bytes message = ToBytes(std::string_view("pay 10 GAS"));
  Bytes signature = *key.Sign(message);
  for (size_t i = 0; i < signature.size(); ++i) {
    EXPECT_FALSE(key.PublicKey().Verify(message, Flipped(signature, i))) << i;
  }
  for (size_t i = 0; i < message.size(); ++i) {
    EXPECT_FALSE(key.PublicKey().Verify(Flipped(message, i), signature)) << i;
  }
  for (size_t n = 0; n < signature.size(); ++n) {
    EXPECT_FALSE(key.PublicKey().Verify(message, ByteView(signature).first(n))) << n;
  }
  Bytes longer = signature;
  longer.push_back(0);
  EXPECT_FALSE(key.PublicKey().Verify(message, longer));
}

TEST(EcdsaTest, RefusesZeroAndOutOfRangeHalves) {
  P256PrivateKey key = Key();
  Bytes good = *key.Sign(AsBytes("m"));
  std::string r = ToHex(ByteView(good).first(32));
  std::string s = ToHex(ByteView(good).last(32));
  std::string zero(64, '0');
  for (const std::string& bad : {zero + zero, zero + s, r + zero, std::string(kOrder) + s,
                                 r + std::string(kOrder), std::string(128, 'f')}) {
    EXPECT_FALSE(key.PublicKey().Verify(AsBytes("m"), Hex(bad))) << bad;
  }
}

TEST(EcdsaTest, RefusesBytesThatAreNoPoint) {
  std::string x(kX);
  std::string y(kY);
  std::string off = y;
  off.back() = '8';
  for (const std::string& bad :
       {std::string(), std::string("00"), "05" + x, "02" + x + "00", "04" + x, "04" + x + off,
        "06" + x + y, "07" + x + y, "02" + std::string(64, 'f'), "04" + std::string(128, '0'),
        x + y, "04" + x + y + "00"}) {
    EXPECT_FALSE(P256PublicKey::FromBytes(Hex(bad))) << bad;
  }
  EXPECT_FALSE(P256PublicKey::FromCompressed(Hex("04" + x + y)));
}

TEST(EcdsaTest, RefusesScalarsOutsideTheOrder) {
  EXPECT_FALSE(P256PrivateKey::FromScalar(Bytes(32, 0)));
  EXPECT_FALSE(P256PrivateKey::FromScalar(Bytes(32, 0xff)));
  EXPECT_FALSE(P256PrivateKey::FromScalar(Hex(kOrder)));
  EXPECT_FALSE(P256PrivateKey::FromScalar(Bytes(31, 1)));
  EXPECT_FALSE(P256PrivateKey::FromScalar(Bytes(33, 1)));
  Bytes last = Hex(kOrder);
  last.back() -= 1;
  auto key = P256PrivateKey::FromScalar(last);
  ASSERT_TRUE(key);
  // (n-1) G is -G.
  Bytes one(32, 0);
  one.back() = 1;
  EXPECT_EQ(ToHex(key->PublicKey().Compressed()).substr(2),
            ToHex(P256PrivateKey::FromScalar(one)->PublicKey().Compressed()).substr(2));
  EXPECT_TRUE(key->Sign(AsBytes("edge")));
}

TEST(EcdsaTest, RefusesSpkiOfAnotherCurveOrSpelling) {
  SeededRandom random(9);
  Bytes p384 = P384PrivateKey::Generate(random).PublicKey().SpkiDer();
  EXPECT_FALSE(P256PublicKey::FromSpki(p384));
  Bytes p256 = Key().PublicKey().SpkiDer();
  EXPECT_FALSE(P384PublicKey::FromSpki(p256));
  for (size_t n = 0; n < p256.size(); ++n) {
    EXPECT_FALSE(P256PublicKey::FromSpki(ByteView(p256).first(n))) << n;
  }
  p256.push_back(0);
  EXPECT_FALSE(P256PublicKey::FromSpki(p256));
}

TEST(EcdsaTest, GeneratesFromTheGivenRandomSource) {
  SeededRandom a(11);
  SeededRandom b(11);
  EXPECT_EQ(P256PrivateKey::Generate(a).PublicKey(), P256PrivateKey::Generate(b).PublicKey());
  EXPECT_NE(P256PrivateKey::Generate(a).PublicKey().Compressed(), Key().PublicKey().Compressed());
}

TEST(EcdsaTest, ManyKeysSignAndVerify) {
  SeededRandom random(12);
  for (int i = 0; i < 50; ++i) {
    P256PrivateKey key = P256PrivateKey::Generate(random);
    Bytes message = random.Draw(100);
    auto signature = key.Sign(message);
    ASSERT_TRUE(signature);
    EXPECT_TRUE(key.PublicKey().Verify(message, *signature));
    EXPECT_EQ(*key.Sign(message), *signature);
  }
}

TEST(EcdsaTest, DerOfASignatureComesBackAsItWas) {
  Bytes raw = *Key().Sign(AsBytes("x"));
  EXPECT_EQ(SignatureFromDer(SignatureToDer(raw), 32), raw);
  Bytes der = SignatureToDer(raw);
  der.push_back(0);
  EXPECT_TRUE(SignatureFromDer(der, 32).empty());
  EXPECT_TRUE(SignatureFromDer(Hex("3006020101020102"), 0).empty());
}

}  // namespace
}  // namespace nsl::crypto
