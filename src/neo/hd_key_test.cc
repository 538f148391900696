// SPDX-License-Identifier: Apache-2.0
#include "neo/hd_key.h"

#include <gtest/gtest.h>

#include "crypto/kdf.h"
#include "neo/key_test_util.h"

namespace nsl::neo {
namespace {

const Bytes kSeed = Hex("000102030405060708090a0b0c0d0e0f");

std::string Text(const crypto::SecretBytes& secret) { return ToHex(secret.view()); }

std::string At(ByteView seed, SeedRule rule, std::string_view path) {
  auto master = HdKey::FromSeed(seed, rule);
  auto steps = ParseKeyPath(path);
  if (!master || !steps) return "no master key or path";
  auto child = master->Derive(*steps);
  if (!child) return child.error().detail;
  return ToHex(child->chain_code().view()) + " " + Text(child->key().Scalar());
}

// Published with SLIP-0010 for nist256p1.
TEST(HdKey, AgreesWithSlip10) {
  EXPECT_EQ(At(kSeed, SeedRule::kSlip10, "m"),
            "beeb672fe4621673f722f38529c07392fecaa61015c80c34f29ce8b41b3cb6ea "
            "612091aaa12e22dd2abef664f8a01a82cae99ad7441b7ef8110424915c268bc2");
  EXPECT_EQ(At(kSeed, SeedRule::kSlip10, "m/0'"),
            "3460cea53e6a6bb5fb391eeef3237ffd8724bf0a40e94943c98b83825342ee11 "
            "6939694369114c67917a182c59ddb8cafc3004e63ca5d3b84403ba8613debc0c");
}

// The number of a step or of the master key lies above the order, once.
TEST(HdKey, Slip10GoesOnWhereANumberIsNoKey) {
  EXPECT_EQ(At(kSeed, SeedRule::kSlip10, "m/28578'"),
            "e94c8ebe30c2250a14713212f6449b20f3329105ea15b652ca5bdfc68f6c65c2 "
            "06f0db126f023755d0b8d86d4591718a5210dd8d024e3e14b6159d63f53aa669");
  EXPECT_EQ(At(kSeed, SeedRule::kSlip10, "m/28578'/33941"),
            "9e87fe95031f14736774cd82f25fd885065cb7c358c1edf813c72af535e83071 "
            "092154eed4af83e078ff9b84322015aefe5769e31270f62c3f66c33888335f3a");
  Bytes seed = Hex("a7305bc8df8d0951f0cb224c0e95d7707cbdf2c6ce7e8d481fec69c7ff5e9446");
  EXPECT_EQ(At(seed, SeedRule::kSlip10, "m"),
            "7762f9729fed06121fd13f326884c82f59aa95c57ac492ce8c9654e60efd130c "
            "3b8c18469a4634517d6d0b65448f8e6c62091b45540a1743c5846be55d47d88f");
}

TEST(HdKey, TheRulesGiveDifferentKeys) {
  EXPECT_NE(At(kSeed, SeedRule::kBip32, "m"), At(kSeed, SeedRule::kSlip10, "m"));
  EXPECT_EQ(HdKey::FromSeed(kSeed, SeedRule::kBip32)->Child(1)->rule(), SeedRule::kBip32);
}

TEST(HdKey, PathsReadBack) {
  for (std::string_view text : {"m", "m/0", "m/0'", "m/44'/888'/0'/0/0", "m/2147483647'/1"}) {
    auto path = ParseKeyPath(text);
    ASSERT_TRUE(path) << text;
    EXPECT_EQ(ToText(*path), text);
  }
  EXPECT_EQ(ToText(NeoKeyPath(7)), "m/44'/888'/0'/0/7");
}

TEST(HdKey, RefusesOtherPaths) {
  std::string long_path = "m";
  for (size_t i = 0; i < kMaxPathSteps; ++i) long_path += "/1";
  EXPECT_TRUE(ParseKeyPath(long_path));
  for (const std::string& bad :
       {std::string(), std::string("M"), std::string("m/"), std::string("/0"), std::string("m//1"),
        std::string("m/0/"), std::string("m/00"), std::string("m/01"), std::string("m/'"),
        std::string("m/1''"), std::string("m/1h"), std::string("m/-1"), std::string("m/+1"),
        std::string("m/ 1"), std::string("m/2147483648"), std::string("m/4294967296"),
        std::string("44'/888'"), std::string("m0"), long_path + "/1"}) {
    auto path = ParseKeyPath(bad);
    ASSERT_FALSE(path) << bad;
    EXPECT_EQ(path.error().reason, Reason::kChainInvalid);
  }
}

TEST(HdKey, RefusesSeedsOfOtherSizes) {
  for (size_t size : {0u, 15u, 65u}) {
    EXPECT_FALSE(HdKey::FromSeed(Bytes(size, 1), SeedRule::kBip32)) << size;
  }
  EXPECT_TRUE(HdKey::FromSeed(Bytes(64, 1), SeedRule::kBip32));
}

std::string Words(int n) {
  std::string out = "abandon";
  for (int i = 1; i < n; ++i) out += " abandon";
  return out;
}

TEST(Bip39, AgreesWithThePublishedSeed) {
  auto seed = Bip39Seed(Words(11) + " about", "TREZOR");
  ASSERT_TRUE(seed);
  EXPECT_EQ(ToHex(seed->view()),
            "c55257c360c07c72029aebc1b53c05ed0362ada38ead3e3e9efa3708e53495531f09a6987599d18264c1e1"
            "c92f2cf141630c7a3c4ab7c81b2f001698e7463b04");
}

TEST(Bip39, CountsWordsAndSpaces) {
  for (int n = 1; n <= 27; ++n) {
    EXPECT_EQ(Bip39Seed(Words(n), "").has_value(), n >= 12 && n <= 24 && n % 3 == 0) << n;
  }
  for (const std::string& bad :
       {std::string(), " " + Words(11), Words(11) + " ", Words(6) + "  " + Words(5),
        Words(11) + "\tabout", Words(12) + "\n"}) {
    auto seed = Bip39Seed(bad, "");
    ASSERT_FALSE(seed);
    EXPECT_EQ(seed.error().detail,
              "a mnemonic has 12, 15, 18, 21 or 24 words with one space between");
  }
}

}  // namespace
}  // namespace nsl::neo
