// SPDX-License-Identifier: Apache-2.0
#include "neo/nep2.h"

#include <gtest/gtest.h>

#include "neo/base58.h"
#include "neo/key_test_util.h"

namespace nsl::neo {
namespace {

constexpr crypto::ScryptParams kQuick = {.n = 2, .r = 1, .p = 1};

std::string Made(int i, std::string_view passphrase) {
  auto text = EncryptNep2(TestKey(i), AsBytes(passphrase), kQuick);
  EXPECT_TRUE(text);
  return text ? *text : std::string();
}

std::string ErrorOf(std::string_view text, std::string_view passphrase,
                    const crypto::ScryptParams& params = kQuick) {
  auto key = DecryptNep2(text, AsBytes(passphrase), params);
  if (key) return "accepted";
  EXPECT_EQ(key.error().reason, Reason::kChainInvalid);
  return key.error().detail;
}

TEST(Nep2, RoundTripsWithAnyBytesAsPassphrase) {
  for (std::string_view passphrase : {"", "one", "pass phrase", "\xe5\xaf\x86\xe7\xa0\x81"}) {
    std::string text = Made(3, passphrase);
    EXPECT_EQ(text.size(), 58u);
    EXPECT_TRUE(text.starts_with("6P"));
    EXPECT_TRUE(CheckNep2Text(text));
    auto back = DecryptNep2(text, AsBytes(passphrase), kQuick);
    ASSERT_TRUE(back);
    EXPECT_TRUE(ConstantTimeEqual(back->Scalar(), TestKey(3).Scalar()));
  }
}

TEST(Nep2, NormalFormsDiffer) {
  // e with acute as one character and as two.
  std::string text = Made(1, "\xc3\xa9");
  EXPECT_EQ(ErrorOf(text, "\xc3\xa9"), "accepted");
  EXPECT_NE(ErrorOf(text, "e\xcc\x81"), "accepted");
}

TEST(Nep2, WrongPassphraseOrParametersAreNoticed) {
  std::string text = Made(1, "one");
  EXPECT_TRUE(ErrorOf(text, "One").starts_with("the passphrase does not open"));
  EXPECT_TRUE(ErrorOf(text, "").starts_with("the passphrase does not open"));
  EXPECT_TRUE(ErrorOf(text, "one", {.n = 4, .r = 1, .p = 1}).starts_with("the passphrase"));
}

TEST(Nep2, EachAlteredByteIsRefused) {
  std::string text = Made(2, "one");
  Bytes payload = *FromBase58Check(text);
  ASSERT_EQ(payload.size(), 39u);
  for (size_t i = 0; i < payload.size(); ++i) {
    Bytes altered = payload;
    altered[i] ^= 0x01;
    std::string detail = ErrorOf(ToBase58Check(altered), "one");
    EXPECT_TRUE(detail.starts_with(i < 3 ? "this is no NEP-2 key" : "the passphrase")) << i;
  }
  payload.push_back(0);
  EXPECT_TRUE(ErrorOf(ToBase58Check(payload), "one").starts_with("this is no NEP-2 key"));
  text.back() = text.back() == 'z' ? 'y' : 'z';
  EXPECT_TRUE(ErrorOf(text, "one").starts_with("the encrypted key has a wrong character"));
  EXPECT_FALSE(CheckNep2Text(text));
  EXPECT_FALSE(CheckNep2Text(""));
}

TEST(Nep2, PassesOnThatParametersAreNone) {
  for (const crypto::ScryptParams& bad :
       {crypto::ScryptParams{.n = 3, .r = 1, .p = 1}, {.n = 1 << 30, .r = 8, .p = 8}}) {
    auto text = EncryptNep2(TestKey(1), AsBytes("one"), bad);
    ASSERT_FALSE(text);
    EXPECT_EQ(text.error().reason, Reason::kRequestInvalid);
    EXPECT_FALSE(DecryptNep2(Made(1, "one"), AsBytes("one"), bad));
  }
}

}  // namespace
}  // namespace nsl::neo
