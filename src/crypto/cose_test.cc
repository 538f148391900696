// SPDX-License-Identifier: Apache-2.0
#include "crypto/cose.h"

#include <gtest/gtest.h>

#include "crypto/test_util.h"

namespace nsl::crypto {
namespace {

P256PrivateKey Key256() {
  SeededRandom random(21);
  return P256PrivateKey::Generate(random);
}

P384PrivateKey Key384() {
  SeededRandom random(22);
  return P384PrivateKey::Generate(random);
}

TEST(CoseTest, SignsAndVerifiesWithBothAlgorithms) {
  Bytes es256 = *SignCose(Key256(), AsBytes("payload"));
  auto a = ParseCose(es256);
  ASSERT_TRUE(a);
  EXPECT_EQ(a->algorithm, CoseAlgorithm::kEs256);
  EXPECT_EQ(AsText(a->payload), "payload");
  EXPECT_TRUE(VerifyCose(*a, Key256().PublicKey()));
  EXPECT_FALSE(VerifyCose(*a, Key384().PublicKey()));

  Bytes es384 = *SignCose(Key384(), AsBytes("payload"));
  auto b = ParseCose(es384);
  ASSERT_TRUE(b);
  EXPECT_EQ(ToHex(b->protected_header), "a1013822");
  EXPECT_EQ(ToHex(es384).substr(0, 14), "8444a1013822a0");
  EXPECT_TRUE(VerifyCose(*b, Key384().PublicKey()));
  EXPECT_FALSE(VerifyCose(*b, Key256().PublicKey()));
}

TEST(CoseTest, AnotherContextOrExternalDataDoesNotVerify) {
  Bytes simulated = *SignCose(Key384(), AsBytes("p"), "nsl-simulated", AsBytes("x"));
  auto m = ParseCose(simulated);
  ASSERT_TRUE(m);
  EXPECT_TRUE(VerifyCose(*m, Key384().PublicKey(), "nsl-simulated", AsBytes("x")));
  EXPECT_FALSE(VerifyCose(*m, Key384().PublicKey(), kCoseContext, AsBytes("x")));
  EXPECT_FALSE(VerifyCose(*m, Key384().PublicKey(), "nsl-simulated"));
}

TEST(CoseTest, RefusesEveryFlippedByteAndEveryTruncatedPrefix) {
  Bytes message = *SignCose(Key256(), AsBytes("a payload of some length"));
  P256PublicKey key = Key256().PublicKey().Clone();
  auto valid = [&](ByteView bytes) {
    auto m = ParseCose(bytes);
    return m && VerifyCose(*m, key);
  };
  ASSERT_TRUE(valid(message));
  for (size_t i = 0; i < message.size(); ++i) {
    for (uint8_t bit : {0x01, 0x10, 0x80}) EXPECT_FALSE(valid(Flipped(message, i, bit))) << i;
    EXPECT_FALSE(ParseCose(ByteView(message).first(i))) << i;
  }
  message.push_back(0);
  EXPECT_FALSE(ParseCose(message));
}

TEST(CoseTest, AcceptsTagIndefiniteArrayAndAnyUnprotectedHeader) {
  Bytes message = *SignCose(Key256(), AsBytes("p"));
  std::string body = ToHex(message).substr(2);
  std::string header = "43a10126";
  ASSERT_TRUE(body.starts_with(header + "a0"));
  std::string rest = body.substr(header.size() + 2);
  for (const std::string& hex : {"84" + body, "d284" + body, "9f" + body + "ff",
                                 "84" + header + "a10405" + rest, "84" + header + "bfff" + rest}) {
    Bytes bytes = Hex(hex);
    auto m = ParseCose(bytes);
    ASSERT_TRUE(m) << hex << m.error().detail;
    EXPECT_TRUE(VerifyCose(*m, Key256().PublicKey()));
  }
}

TEST(CoseTest, RefusesOtherShapes) {
  std::string body = ToHex(*SignCose(Key256(), AsBytes("p"))).substr(2);
  std::string rest = body.substr(8);
  for (const std::string& hex :
       {"83" + body, "85" + body + "00", "9f" + body, "9f" + body + "00ff", "d184" + body,
        "d2d284" + body,
        // No algorithm; two; a critical header beside it; twice; ES512; as text.
        "8441a0" + rest, "8440" + rest, "8446a201260238" + rest, "8448a201260281040126" + rest,
        "8445a201260126" + rest, "8444a1013823" + rest, "8443a1012a" + rest,
        // The unprotected header is no map.
        "8443a1012680" + rest.substr(2), std::string("80"), std::string(), std::string("f6")}) {
    auto m = ParseCose(Hex(hex));
    ASSERT_FALSE(m) << hex;
    EXPECT_EQ(m.error().reason, Reason::kAttestFormat);
  }
}

}  // namespace
}  // namespace nsl::crypto
