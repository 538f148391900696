// SPDX-License-Identifier: Apache-2.0
#include "neo/wif.h"

#include <gtest/gtest.h>

#include "neo/base58.h"
#include "neo/key_test_util.h"
#include "neo/verification_script.h"

namespace nsl::neo {
namespace {

std::string Text(const crypto::SecretBytes& secret) { return std::string(AsText(secret.view())); }

std::string ErrorOf(std::string_view text) {
  auto key = PrivateKeyFromWif(text);
  if (key) return "accepted";
  EXPECT_EQ(key.error().reason, Reason::kChainInvalid);
  return key.error().detail;
}

TEST(Base58Check, TheFormForSecretsAgreesWithTheOther) {
  for (size_t size : {0u, 1u, 20u, 34u, 80u}) {
    for (uint8_t fill : {0x00, 0x01, 0xff}) {
      Bytes payload(size, fill);
      std::string text = ToBase58Check(payload);
      EXPECT_EQ(Text(ToSecretBase58Check(crypto::SecretBytes::CopyOf(payload))), text);
      auto back = FromSecretBase58Check(text);
      ASSERT_TRUE(back) << text;
      EXPECT_EQ(ToBytes(back->view()), payload);
      EXPECT_EQ(FromBase58Check(text), payload);
    }
  }
  EXPECT_FALSE(FromSecretBase58Check(""));
  EXPECT_FALSE(FromSecretBase58Check(std::string(128, '1')));
  EXPECT_FALSE(FromSecretBase58Check(std::string(128, 'z')));
  EXPECT_FALSE(FromSecretBase58Check(std::string(129, '1')));
}

TEST(Wif, RoundTrips) {
  for (int i = 0; i < 20; ++i) {
    crypto::P256PrivateKey key = TestKey(i);
    std::string text = Text(ToWif(key));
    EXPECT_EQ(text.size(), 52u);
    auto back = PrivateKeyFromWif(text);
    ASSERT_TRUE(back) << i;
    EXPECT_TRUE(ConstantTimeEqual(back->Scalar(), key.Scalar()));
    EXPECT_EQ(back->PublicKey(), key.PublicKey());
  }
}

TEST(Wif, EachAlteredCharacterIsRefusedWithoutShowingTheText) {
  std::string text = Text(ToWif(TestKey(1)));
  for (size_t i = 0; i < text.size(); ++i) {
    std::string altered = text;
    altered[i] = altered[i] == 'z' ? 'y' : 'z';
    EXPECT_EQ(ErrorOf(altered), "the WIF has a wrong character or a wrong checksum");
  }
}

TEST(Wif, RefusesOtherPayloads) {
  Bytes payload(34, 0x01);
  payload[0] = 0x80;
  ASSERT_EQ(ErrorOf(ToBase58Check(payload)), "accepted");
  for (auto [at, value] : {std::pair{0, 0x81}, {33, 0x00}, {33, 0x02}}) {
    Bytes other = payload;
    other[static_cast<size_t>(at)] = static_cast<uint8_t>(value);
    EXPECT_TRUE(ErrorOf(ToBase58Check(other)).starts_with("this is no WIF"));
  }
  Bytes longer(35, 0x01);
  longer[0] = 0x80;
  EXPECT_TRUE(ErrorOf(ToBase58Check(longer)).starts_with("this is no WIF"));
  EXPECT_TRUE(ErrorOf(ToBase58Check({})).starts_with("this is no WIF"));
  EXPECT_NE(ErrorOf(ToBase58Check(ByteView(payload).first(33))).find("uncompressed"),
            std::string::npos);
  EXPECT_TRUE(ErrorOf(AddressOf(TestPublicKey(1))).starts_with("this is no WIF"));
}

TEST(Wif, RefusesNumbersThatAreNoKey) {
  for (const char* scalar : {"0000000000000000000000000000000000000000000000000000000000000000",
                             "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
                             "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"}) {
    Bytes payload = Hex(std::string("80") + scalar + "01");
    EXPECT_TRUE(ErrorOf(ToBase58Check(payload)).starts_with("the WIF holds no private key"));
  }
}

}  // namespace
}  // namespace nsl::neo
