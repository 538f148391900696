// SPDX-License-Identifier: Apache-2.0
#include "neo/verification_script.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "neo/key_test_util.h"

namespace nsl::neo {
namespace {

std::string Sha(ByteView data) { return ToHex(crypto::Sha256(data)); }

TEST(PublicKey, IsAPointOfTheCurveOrNothing) {
  PublicKey key = TestPublicKey(0);
  EXPECT_EQ(key.ToText(), "031bfb40eec952bf404ed2bc19488fb8a0f02e2b4fb83b2749b651de75fa775749");
  EXPECT_EQ(*PublicKey::FromText(key.ToText()), key);
  // No point has this X coordinate (p - 1 gives no square).
  std::string high = "02ffffffff00000001000000000000000000000000ffffffffffffffffffffffff";
  for (const std::string& bad :
       {std::string(), key.ToText().substr(2), "04" + key.ToText().substr(2), high,
        std::string(66, '0'), key.ToText() + "00", "zz" + key.ToText().substr(2)}) {
    auto refused = PublicKey::FromText(bad);
    ASSERT_FALSE(refused.has_value()) << bad;
    EXPECT_EQ(refused.error().reason, Reason::kChainInvalid);
  }
  EXPECT_FALSE(PublicKey::FromBytes(key.ecdsa().Uncompressed()).has_value());
}

TEST(PublicKey, TheTwoOrdersDiffer) {
  // 03 1b.. and 02 71..
  PublicKey a = TestPublicKey(0);
  PublicKey b = TestPublicKey(1);
  EXPECT_TRUE(CompareByPoint(a, b) < 0);
  EXPECT_TRUE(CompareByEncoding(a, b) > 0);
}

TEST(PublicKey, EqualXIsOrderedByY) {
  // The two points above X of key 0: 03 has the odd Y, and here Y of 02 is the greater.
  std::vector<PublicKey> less_first;
  for (int i = 0; i < 8; ++i) {
    Bytes other = ToBytes(TestPublicKey(i).bytes());
    other[0] ^= 1;
    PublicKey a = TestPublicKey(i);
    PublicKey b = *PublicKey::FromBytes(other);
    auto y = [](const PublicKey& k) {
      auto full = k.ecdsa().Uncompressed();
      return Bytes(full.begin() + 33, full.end());
    };
    EXPECT_EQ(CompareByPoint(a, b) < 0, y(a) < y(b));
    less_first.push_back(y(a) < y(b) ? a : b);
  }
  // Both parities occur as the lesser one, so the prefix would order them wrongly.
  auto odd = [](const PublicKey& k) { return k.bytes()[0] == 3; };
  EXPECT_TRUE(std::ranges::any_of(less_first, odd));
  EXPECT_FALSE(std::ranges::all_of(less_first, odd));
}

// Scripts and addresses as neo-mamba 2.7.0 makes them.
TEST(VerificationScript, AgreesWithNeoMamba) {
  EXPECT_EQ(AddressOf(TestPublicKey(0)), "NRspcUg6KVvZoHTUm4HH6kT5uoECQiVpu8");
  EXPECT_EQ(Sha(SingleKeyScript(TestPublicKey(0))),
            "2e7bcce9f0957140df8e1230755a4e1f9ccf7f6f1ce8a5925c446e770b31a852");
  struct {
    size_t m;
    int n;
    const char* sha;
    const char* address;
  } cases[] = {
      {1, 1, "298c1c35d3ba940892f98793f19d83aefffe95b71a9bfb811c88c47aff10488f",
       "NcwEW41jLmCZzNKiUaCV8Hvtn7VKqDBCXn"},
      {2, 3, "9e6e9a523f12a66f567208657ee8c9d6a368dbdf52f9ec467029005b5b31ac4a",
       "NYeVxhWqAeXAHu6GpySMRU9SswTMRmuS5e"},
      {3, 6, "b17f0abfea379ae8d057168166e6849c653d4c7c63c19e20e2eb0a0945b1262b",
       "NejMgKvmFHMiLBZNRk3SC8weCzmo3kLxm4"},
      {10, 16, "3b06ca118712b1be9ab3386bad9fbef190097ab0f4a725c7683879c2f2404432",
       "NLkUsWd14tfHUbus1xdysXcT2A2KNFe7D1"},
      {11, 17, "0775514058211e3e03dc5076869ea15a44f791cbf51c3ff2db59824d7defed72",
       "NdEyeEci7QG7XZvUvKYdHtCSPLFb9uswt9"},
      {11, 21, "65471e8e5b3501041122ca9ac271852073ade2c2ae3679c3eb72664214f419ee",
       "NUPh76WrWfGJ23Z8Z4F5yv7bEz3GuMXPWh"},
      {15, 29, "f0ec5799fddf6762bbc42e1a9ae1d79f429ea99355ad7518c84d8745e75b36c6",
       "NWUjQ9qCWgLErxtKzLsCZ22yfyviZrJUsD"},
  };
  for (const auto& c : cases) {
    Result<Bytes> script = MultisigScript(c.m, TestPublicKeys(c.n));
    ASSERT_TRUE(script.has_value()) << c.n;
    EXPECT_EQ(Sha(*script), c.sha) << c.n;
    EXPECT_EQ(ToAddress(HashOfScript(*script)), c.address);
    auto parsed = ParseVerificationScript(*script);
    ASSERT_TRUE(parsed.has_value()) << parsed.error().detail;
    EXPECT_EQ(parsed->threshold, c.m);
    std::vector<PublicKey> sorted = TestPublicKeys(c.n);
    SortKeys(sorted, KeyOrder::kByPoint);
    EXPECT_EQ(parsed->keys, sorted);
  }
}

TEST(VerificationScript, OrderByEncodingMakesAnotherAccount) {
  Result<Bytes> script = MultisigScript(3, TestPublicKeys(6), KeyOrder::kByEncoding);
  ASSERT_TRUE(script.has_value());
  EXPECT_EQ(ToAddress(HashOfScript(*script)), "NPzfXHswqxYqMCcS2AbZMgUQ2ZPs4aPbL6");
  EXPECT_TRUE(ParseVerificationScript(*script).has_value());
}

TEST(VerificationScript, BothFormsOfSixteenAreRead) {
  Bytes script = *MultisigScript(10, TestPublicKeys(16));
  ASSERT_EQ(script[script.size() - 6], 0x20);
  Bytes other = script;
  other[other.size() - 6] = 0x00;
  other.insert(other.end() - 5, 0x10);
  auto parsed = ParseVerificationScript(other);
  ASSERT_TRUE(parsed.has_value()) << parsed.error().detail;
  EXPECT_EQ(parsed->keys.size(), 16u);
  EXPECT_NE(HashOfScript(other), HashOfScript(script));
  // 16 of 16 is no account to make, but it may stand in a chain.
  for (Bytes first : {Bytes{0x20}, Bytes{0x00, 0x10}}) {
    first.insert(first.end(), script.begin() + 1, script.end());
    parsed = ParseVerificationScript(first);
    ASSERT_TRUE(parsed.has_value()) << parsed.error().detail;
    EXPECT_EQ(parsed->threshold, 16u);
  }
}

TEST(VerificationScript, LongerFormOfASmallCountIsRefused) {
  Bytes script = *MultisigScript(2, TestPublicKeys(3));
  Bytes other = {0x00, 0x02};
  other.insert(other.end(), script.begin() + 1, script.end());
  auto parsed = ParseVerificationScript(other);
  ASSERT_FALSE(parsed.has_value());
  EXPECT_NE(parsed.error().detail.find("at byte 0"), std::string::npos) << parsed.error().detail;
}

TEST(VerificationScript, EachMissingAndEachAddedByteIsRefused) {
  for (const Bytes& script :
       {SingleKeyScript(TestPublicKey(0)), *MultisigScript(2, TestPublicKeys(3))}) {
    for (size_t i = 0; i < script.size(); ++i) {
      auto parsed = ParseVerificationScript(ByteView(script).first(i));
      ASSERT_FALSE(parsed.has_value()) << i;
      EXPECT_EQ(parsed.error().reason, Reason::kChainInvalid);
    }
    Bytes longer = script;
    longer.push_back(0);
    EXPECT_FALSE(ParseVerificationScript(longer).has_value());
  }
}

TEST(VerificationScript, AlteredInstructionsAreRefused) {
  Bytes script = *MultisigScript(2, TestPublicKeys(3));
  // Threshold above n, threshold 0, PUSHDATA2, wrong length, no key, wrong n, another system call.
  struct {
    size_t at;
    uint8_t value;
    const char* offset;
  } cases[] = {{0, 0x14, "at byte 106"},   {0, 0x10, "at byte 0"},    {1, 0x0d, "at byte 1"},
               {2, 0x20, "at byte 1"},     {3, 0x04, "at byte 3"},    {106, 0x12, "at byte 106"},
               {107, 0x40, "at byte 107"}, {108, 0x56, "at byte 107"}};
  for (const auto& c : cases) {
    Bytes altered = script;
    altered[c.at] = c.value;
    auto parsed = ParseVerificationScript(altered);
    ASSERT_FALSE(parsed.has_value()) << c.at;
    EXPECT_NE(parsed.error().detail.find(c.offset), std::string::npos) << parsed.error().detail;
  }
}

TEST(VerificationScript, AccountsThatNobodyCouldSpendFromAreNotMade) {
  EXPECT_FALSE(MultisigScript(1, {}).has_value());
  EXPECT_FALSE(MultisigScript(0, TestPublicKeys(3)).has_value());
  EXPECT_FALSE(MultisigScript(4, TestPublicKeys(3)).has_value());
  EXPECT_FALSE(MultisigScript(16, TestPublicKeys(16)).has_value());
  EXPECT_FALSE(MultisigScript(1, TestPublicKeys(30)).has_value());
  auto twice = MultisigScript(1, {TestPublicKey(1), TestPublicKey(0), TestPublicKey(1)});
  ASSERT_FALSE(twice.has_value());
  EXPECT_NE(twice.error().detail.find(TestPublicKey(1).ToText()), std::string::npos);
}

TEST(VerificationScript, ThresholdsOfBlocksAndCommittee) {
  size_t bft[] = {0, 1, 2, 3, 3, 4, 5, 5};
  size_t committee[] = {0, 1, 2, 2, 3, 3, 4, 4};
  for (size_t n = 0; n < 8; ++n) {
    EXPECT_EQ(BftThreshold(n), bft[n]);
    EXPECT_EQ(CommitteeThreshold(n), committee[n]);
  }
  EXPECT_EQ(BftThreshold(21), 15u);
  EXPECT_EQ(CommitteeThreshold(21), 11u);
  EXPECT_EQ(*BftScript(TestPublicKeys(3)), *MultisigScript(3, TestPublicKeys(3)));
  EXPECT_EQ(ToAddress(HashOfScript(*CommitteeScript(TestPublicKeys(21)))),
            "NUPh76WrWfGJ23Z8Z4F5yv7bEz3GuMXPWh");
  EXPECT_FALSE(BftScript({}).has_value());
}

TEST(InvocationScript, RoundTripsAndRefusesTheRest) {
  std::vector<Signature> signatures(kMaxSignatures);
  for (size_t i = 0; i < signatures.size(); ++i) signatures[i].fill(static_cast<uint8_t>(i));
  Bytes script = InvocationScript(signatures);
  EXPECT_EQ(script.size(), 990u);
  auto parsed = ParseInvocationScript(script);
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(*parsed, signatures);
  for (size_t i = 0; i < 66; ++i) {
    EXPECT_FALSE(ParseInvocationScript(ByteView(script).first(i)).has_value()) << i;
  }
  script[66] = 0x0d;
  parsed = ParseInvocationScript(script);
  ASSERT_FALSE(parsed.has_value());
  EXPECT_NE(parsed.error().detail.find("at byte 66"), std::string::npos) << parsed.error().detail;
}

}  // namespace
}  // namespace nsl::neo
