// SPDX-License-Identifier: Apache-2.0
#include "crypto/hpke.h"

#include <gtest/gtest.h>

#include "crypto/test_util.h"

namespace nsl::crypto {
namespace {

// The keys, info and plaintext of RFC 9180 A.1.1. The boxes are for AES-256-GCM, which the RFC's
// text has no example of for this KEM: computed with Python's hmac and the package cryptography by
// a program that also gives the RFC's AES-128-GCM values.
const Bytes kEphemeral = Hex("52c4a758a802cd8b936eceea314432798d5baf2d7e9235dc084ab1b9cfa2f736");
const Bytes kRecipient = Hex("4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8");
const Bytes kInfo = Hex("4f6465206f6e2061204772656369616e2055726e");
const Bytes kText = Hex("4265617574792069732074727574682c20747275746820626561757479");

X25519PrivateKey Recipient() { return *X25519PrivateKey::FromBytes(kRecipient); }

HpkeSender Sender() {
  return *HpkeSetupSender(Recipient().PublicKey(), kInfo, *X25519PrivateKey::FromBytes(kEphemeral));
}

TEST(X25519Test, FollowsRfc7748) {
  // Section 5.2, first vector.
  auto scalar = X25519PrivateKey::FromBytes(
      Hex("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4"));
  ASSERT_TRUE(scalar);
  EXPECT_EQ(ToHex(scalar
                      ->Agree(Hex("e6db6867583030db3594c1a424b15f7c"
                                  "726624ec26b3353b10a903a6d0ab1c4c"))
                      ->view()),
            "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552");
  // Section 6.1, Bob.
  auto bob = X25519PrivateKey::FromBytes(
      Hex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"));
  ASSERT_TRUE(bob);
  EXPECT_EQ(ToHex(bob->PublicKey()),
            "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
  EXPECT_EQ(ToHex(bob->Agree(Hex("8520f0098930a754748b7ddcb43ef75a"
                                 "0dbf3a0d26381af4eba4a98eaa9b4e6a"))
                      ->view()),
            "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");
}

TEST(X25519Test, BothSidesAgree) {
  SeededRandom random(4);
  auto a = X25519PrivateKey::Generate(random);
  auto b = X25519PrivateKey::Generate(random);
  auto ab = a.Agree(b.PublicKey());
  auto ba = b.Agree(a.PublicKey());
  ASSERT_TRUE(ab && ba);
  EXPECT_TRUE(ConstantTimeEqual(*ab, *ba));
}

TEST(X25519Test, RefusesPointsOfSmallOrderAndOtherLengths) {
  for (const char* point : {"0000000000000000000000000000000000000000000000000000000000000000",
                            "0100000000000000000000000000000000000000000000000000000000000000",
                            "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
                            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"}) {
    auto shared = Recipient().Agree(Hex(point));
    ASSERT_FALSE(shared) << point;
    EXPECT_EQ(shared.error().reason, Reason::kRequestInvalid);
  }
  EXPECT_FALSE(Recipient().Agree(Bytes(31, 9)));
  EXPECT_FALSE(X25519PrivateKey::FromBytes(Bytes(33, 9)));
}

TEST(HpkeTest, MatchesAnotherImplementationOverManyMessages) {
  HpkeSender sender = Sender();
  EXPECT_EQ(ToHex(sender.enc), "37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431");
  std::map<int, std::string> want = {
      {0,
       "090b7dc225419f7da9e8b460becfbb96a26c7964d79b8010d397fa838530a32a397b14f5776db19ff5e57734e"
       "0"},
      {1,
       "05cbb27ea0f48fa8768a10c9f2f1438233f63104bf68d51abf26f0aae2c62a449d5cf7e8b73791a4e55d79b65"
       "0"},
      {2,
       "56f9fdcb5de345e7dbc3407f703e672d2a4c09f4da82cc589e1e4bc8c68670d612f7e665e17ef5e223f4c8bcd"
       "1"},
      {255,
       "f46b9a1196145cc5b82c5ddc8b4cae5b2770e67fa9284e6638817518af227a08dbfca9ce1135feb41bfee6b35"
       "4"},
      {256,
       "deecef626e8f18180520c11b95a099c4298da17c0c6fd78586c3afd8923ae7f089923c75d43609b67b11f4afb"
       "0"}};
  auto recipient = HpkeSetupRecipient(Recipient(), sender.enc, kInfo);
  ASSERT_TRUE(recipient);
  for (int i = 0; i <= 256; ++i) {
    std::string aad = "Count-" + std::to_string(i);
    Bytes sealed;
    ASSERT_TRUE(sender.context.Seal(AsBytes(aad), kText, sealed));
    if (auto it = want.find(i); it != want.end()) {
      EXPECT_EQ(ToHex(sealed), it->second) << i;
    }
    Bytes opened;
    ASSERT_TRUE(recipient->Open(AsBytes(aad), sealed, opened)) << i;
    EXPECT_EQ(opened, kText);
  }
}

TEST(HpkeTest, ExportsTheSameSecretsOnBothSides) {
  HpkeSender sender = Sender();
  auto recipient = HpkeSetupRecipient(Recipient(), sender.enc, kInfo);
  ASSERT_TRUE(recipient);
  std::pair<Bytes, const char*> cases[] = {
      {{}, "b3cb4482e97308bc89417db5e7ba95b65008991adf2e60716d5b489538534f5f"},
      {{0x00}, "f614b164ecb23313ddc5f376fd91e2c1b484d85597a3b6eeb160f06d9864fb67"},
      {Hex("54657374436f6e74657874"),
       "a1f0b0587d1a613ebc7719b3c66272251beccc161f139aeec40ec11053530e26"}};
  for (const auto& [context, want] : cases) {
    EXPECT_EQ(ToHex(sender.context.Export(context, 32).view()), want);
    EXPECT_EQ(ToHex(recipient->Export(context, 32).view()), want);
  }
}

TEST(HpkeTest, SingleShotRefusesEveryFlippedByte) {
  SeededRandom random(6);
  auto box = HpkeSeal(Recipient().PublicKey(), kInfo, AsBytes("aad"), kText, random);
  ASSERT_TRUE(box);
  auto open = [&](ByteView enc, ByteView info, ByteView aad, ByteView ciphertext) {
    return HpkeOpen(Recipient(), enc, info, aad, ciphertext).has_value();
  };
  EXPECT_TRUE(open(box->enc, kInfo, AsBytes("aad"), box->ciphertext));
  for (size_t i = 0; i < box->ciphertext.size(); ++i) {
    EXPECT_FALSE(open(box->enc, kInfo, AsBytes("aad"), Flipped(box->ciphertext, i)));
    EXPECT_FALSE(open(box->enc, kInfo, AsBytes("aad"), ByteView(box->ciphertext).first(i)));
  }
  for (size_t i = 0; i < 32; ++i) {
    EXPECT_FALSE(open(Flipped(box->enc, i), kInfo, AsBytes("aad"), box->ciphertext)) << i;
  }
  for (size_t i = 0; i < kInfo.size(); ++i) {
    EXPECT_FALSE(open(box->enc, Flipped(kInfo, i), AsBytes("aad"), box->ciphertext)) << i;
  }
  EXPECT_FALSE(open(box->enc, kInfo, AsBytes("aae"), box->ciphertext));
  EXPECT_FALSE(open(ByteView(box->enc).first(31), kInfo, AsBytes("aad"), box->ciphertext));
  EXPECT_FALSE(open(ByteArray<32>{}, kInfo, AsBytes("aad"), box->ciphertext));
  auto other = X25519PrivateKey::Generate(random);
  EXPECT_FALSE(HpkeOpen(other, box->enc, kInfo, AsBytes("aad"), box->ciphertext));
  auto secret = HpkeOpenSecret(Recipient(), box->enc, kInfo, AsBytes("aad"), box->ciphertext);
  ASSERT_TRUE(secret);
  EXPECT_EQ(ToBytes(secret->view()), kText);
}

// The high bit of the encapsulated key is ignored by X25519 but not by the key schedule.
TEST(HpkeTest, TheIgnoredBitOfTheEncapsulatedKeyIsBoundAllTheSame) {
  SeededRandom random(8);
  auto box = HpkeSeal(Recipient().PublicKey(), {}, {}, kText, random);
  ASSERT_TRUE(box);
  EXPECT_FALSE(HpkeOpen(Recipient(), Flipped(box->enc, 31, 0x80), {}, {}, box->ciphertext));
}

TEST(HpkeTest, MessagesOpenInOrderOnlyAndAFailureDoesNotCount) {
  HpkeSender sender = Sender();
  auto recipient = HpkeSetupRecipient(Recipient(), sender.enc, kInfo);
  ASSERT_TRUE(recipient);
  Bytes first;
  Bytes second;
  ASSERT_TRUE(sender.context.Seal({}, AsBytes("1"), first));
  ASSERT_TRUE(sender.context.Seal({}, AsBytes("2"), second));
  Bytes out;
  EXPECT_FALSE(recipient->Open({}, second, out));
  EXPECT_TRUE(recipient->Open({}, first, out));
  EXPECT_FALSE(recipient->Open({}, first, out));
  EXPECT_TRUE(recipient->Open({}, second, out));
  EXPECT_EQ(AsText(out), "12");
}

}  // namespace
}  // namespace nsl::crypto
