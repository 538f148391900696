// SPDX-License-Identifier: Apache-2.0
#include "neo/signing.h"

#include <gtest/gtest.h>

#include "neo/key_test_util.h"

namespace nsl::neo {
namespace {

constexpr uint32_t kMagic = 860'833'102;
const Hash256 kId = crypto::Sha256(AsBytes("a transaction"));

std::vector<KeySignature> SignaturesBy(std::initializer_list<int> keys) {
  std::vector<KeySignature> out;
  for (int i : keys) out.push_back({TestPublicKey(i), *SignTransaction(TestKey(i), kMagic, kId)});
  return out;
}

Status Check(const Witness& witness, uint32_t magic = kMagic, const Hash256& id = kId) {
  return VerifyWitness(witness, HashOfScript(witness.verification), magic, id);
}

std::string ErrorOf(const Status& status) {
  if (status) return "accepted";
  EXPECT_EQ(status.error().reason, Reason::kChainInvalid);
  return status.error().detail;
}

TEST(Signing, DataIsMagicLowestFirstThenTheIdAsHashed) {
  SignData data = TransactionSignData(0x334f454e, kId);
  EXPECT_EQ(ToHex(data), "4e454f33" + ToHex(kId));
}

TEST(Signing, SingleKeyWitnessSatisfiesTheAccount) {
  auto witness = SingleKeyWitness(TestKey(0), kMagic, kId);
  ASSERT_TRUE(witness);
  EXPECT_TRUE(VerifyWitness(*witness, AccountOf(TestPublicKey(0)), kMagic, kId));
  EXPECT_EQ(*AssembleWitness(witness->verification, SignaturesBy({0}), kMagic, kId), *witness);
  EXPECT_NE(ErrorOf(Check(*witness, kMagic + 1)), "accepted");
  EXPECT_NE(ErrorOf(Check(*witness, kMagic, crypto::Sha256({}))), "accepted");
  auto other = VerifyWitness(*witness, AccountOf(TestPublicKey(1)), kMagic, kId);
  EXPECT_NE(ErrorOf(other).find("not of " + AddressOf(TestPublicKey(1))), std::string::npos);
}

TEST(Signing, MultisigTakesSignaturesInAnyOrderAndWritesThemInTheOrderOfTheKeys) {
  Bytes script = *MultisigScript(3, TestPublicKeys(5));
  auto witness = AssembleWitness(script, SignaturesBy({4, 0, 2}), kMagic, kId);
  ASSERT_TRUE(witness);
  EXPECT_EQ(*AssembleWitness(script, SignaturesBy({2, 4, 0}), kMagic, kId), *witness);
  EXPECT_TRUE(Check(*witness));
  auto all = AssembleWitness(script, SignaturesBy({0, 1, 2, 3, 4}), kMagic, kId);
  ASSERT_TRUE(all);
  EXPECT_TRUE(Check(*all));
  EXPECT_EQ(ParseInvocationScript(all->invocation)->size(), 3u);
}

TEST(Signing, EachChoiceOfKeysSatisfiesTheAccount) {
  Bytes script = *MultisigScript(2, TestPublicKeys(4));
  for (int a = 0; a < 4; ++a) {
    for (int b = 0; b < 4; ++b) {
      auto witness = AssembleWitness(script, SignaturesBy({a, b}), kMagic, kId);
      EXPECT_EQ(witness.has_value(), a != b);
      if (witness) EXPECT_TRUE(Check(*witness));
    }
  }
}

TEST(Signing, AssemblyRefusesWhatDoesNotBelong) {
  Bytes script = *MultisigScript(2, TestPublicKeys(3));
  auto error = [&](std::vector<KeySignature> signatures) {
    auto witness = AssembleWitness(script, signatures, kMagic, kId);
    return witness ? "accepted" : witness.error().detail;
  };
  EXPECT_EQ(error(SignaturesBy({1})), "the account asks for 2 signatures, there are 1");
  EXPECT_NE(error(SignaturesBy({0, 7})).find("none of the account's"), std::string::npos);
  EXPECT_NE(error(SignaturesBy({0, 0})).find("two signatures"), std::string::npos);
  auto altered = SignaturesBy({0, 1, 2});
  altered[1].signature[5] ^= 1;
  EXPECT_NE(error(altered).find("not for this transaction"), std::string::npos);
  EXPECT_FALSE(AssembleWitness(Hex("51"), SignaturesBy({0}), kMagic, kId));
}

TEST(Signing, VerificationRefusesOrderCountAndRepetition) {
  Bytes script = *MultisigScript(2, TestPublicKeys(3));
  Witness good = *AssembleWitness(script, SignaturesBy({0, 1}), kMagic, kId);
  std::vector<Signature> s = *ParseInvocationScript(good.invocation);
  auto with = [&](std::vector<Signature> signatures) {
    return ErrorOf(Check({InvocationScript(signatures), script}));
  };
  EXPECT_EQ(with({s[0], s[1]}), "accepted");
  EXPECT_NE(with({s[1], s[0]}), "accepted");
  EXPECT_NE(with({s[0], s[0]}), "accepted");
  EXPECT_EQ(with({s[0]}), "the witness has 1 signatures, the account asks for 2");
  EXPECT_EQ(with({s[0], s[1], s[1]}), "the witness has 3 signatures, the account asks for 2");
  EXPECT_NE(with({}), "accepted");
}

TEST(Signing, EachFlippedByteOfAWitnessIsRefused) {
  Witness good = *SingleKeyWitness(TestKey(0), kMagic, kId);
  ScriptHash account = HashOfScript(good.verification);
  for (Bytes Witness::* part : {&Witness::invocation, &Witness::verification}) {
    for (size_t i = 0; i < (good.*part).size(); ++i) {
      Witness altered = good;
      (altered.*part)[i] ^= 0x01;
      EXPECT_FALSE(VerifyWitness(altered, account, kMagic, kId)) << i;
    }
  }
}

}  // namespace
}  // namespace nsl::neo
