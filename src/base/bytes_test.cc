// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.h"

#include <gtest/gtest.h>

#include "base/random.h"

namespace nsl {
namespace {

TEST(BytesTest, Base64FollowsRfc4648Section10) {
  const char* cases[][3] = {{"", "", ""},
                            {"f", "Zg==", "my"},
                            {"fo", "Zm8=", "mzxq"},
                            {"foo", "Zm9v", "mzxw6"},
                            {"foob", "Zm9vYg==", "mzxw6yq"},
                            {"fooba", "Zm9vYmE=", "mzxw6ytb"},
                            {"foobar", "Zm9vYmFy", "mzxw6ytboi"}};
  for (const auto& c : cases) {
    EXPECT_EQ(ToBase64(AsBytes(c[0])), c[1]);
    EXPECT_EQ(FromBase64(c[1]), ToBytes(std::string_view(c[0])));
    EXPECT_EQ(ToBase32(AsBytes(c[0])), c[2]);
    EXPECT_EQ(FromBase32(c[2]), ToBytes(std::string_view(c[0])));
  }
}

TEST(BytesTest, DecodersAcceptOneSpellingOnly) {
  // Missing or extra padding, padding inside, bits after the last byte, foreign characters.
  for (const char* s : {"Zg", "Zg=", "Zg===", "Z===", "Zh==", "Zm9=", "Zm9v=", "Zg==Zg==", "Zm 9",
                        "Zm9-", "Zm9_", "Zm9v\n", "===="}) {
    EXPECT_FALSE(FromBase64(s)) << s;
  }
  for (const char* s : {"Zg==", "Zh", "Zm9", "Z", "Zm9v+", "Zm9v/", "Zm9v "}) {
    EXPECT_FALSE(FromBase64Url(s)) << s;
  }
  for (const char* s : {"m", "mz", "MY", "my======", "m1", "mzx"}) EXPECT_FALSE(FromBase32(s)) << s;
  for (const char* s : {"0", "0g", "0x00", " 00", "00 "}) EXPECT_FALSE(FromHex(s)) << s;
}

TEST(BytesTest, UrlAlphabetDiffersInTwoCharacters) {
  Bytes b = {0xfb, 0xff, 0xfe};
  EXPECT_EQ(ToBase64(b), "+//+");
  EXPECT_EQ(ToBase64Url(b), "-__-");
  EXPECT_EQ(FromBase64Url("-__-"), b);
}

TEST(BytesTest, EveryFormGivesBackWhatWentIn) {
  SeededRandom random(3);
  for (size_t n = 0; n < 200; ++n) {
    Bytes b = random.Draw(n);
    EXPECT_EQ(FromHex(ToHex(b)), b);
    EXPECT_EQ(FromBase64(ToBase64(b)), b);
    EXPECT_EQ(FromBase64Url(ToBase64Url(b)), b);
    EXPECT_EQ(FromBase32(ToBase32(b)), b);
  }
}

TEST(BytesTest, HexAcceptsBothCasesAndWritesLower) {
  EXPECT_EQ(FromHex("00fFAb"), (Bytes{0x00, 0xff, 0xab}));
  EXPECT_EQ(ToHex(Bytes{0x00, 0xff, 0xab}), "00ffab");
}

TEST(BytesTest, ToArrayDemandsTheExactLength) {
  Bytes b = {1, 2, 3};
  EXPECT_EQ(ToArray<3>(b), (ByteArray<3>{1, 2, 3}));
  EXPECT_FALSE(ToArray<2>(b));
  EXPECT_FALSE(ToArray<4>(b));
}

TEST(BytesTest, ConstantTimeEqualComparesEveryByteAndTheLength) {
  Bytes a = {1, 2, 3, 4};
  for (size_t i = 0; i < a.size(); ++i) {
    Bytes b = a;
    b[i] ^= 0x80;
    EXPECT_FALSE(ConstantTimeEqual(a, b)) << i;
  }
  EXPECT_TRUE(ConstantTimeEqual(a, Bytes(a)));
  EXPECT_FALSE(ConstantTimeEqual(a, ByteView(a).first(3)));
  EXPECT_TRUE(ConstantTimeEqual({}, {}));
}

}  // namespace
}  // namespace nsl
