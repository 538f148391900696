// SPDX-License-Identifier: Apache-2.0
#include "wallet/wallet_fixture.h"

namespace nsl::wallet {
namespace {

class FunctionSignTest : public WalletFixture {
 protected:
  FunctionSignTest() : wallet_(MakeWallet("payer")) {}
  void Allow(std::string caller) {
    PolicyRule rule;
    rule.effect = "allow";
    rule.callers = {std::move(caller)};
    rule.contracts = {"GAS"};
    rule.max_amount = "100";
    ASSERT_TRUE(Run(policies_->Create(As("alice"), {kProjectA, "for-function", rule})));
  }
  Result<FunctionSignReply> SignFor(std::string amount, std::string effect,
                                    std::string wallet = "payer", std::string version = kVersionA) {
    FunctionSignRequest request{ids_.Make(kTransactionId),
                                std::move(version),
                                std::move(effect),
                                std::move(wallet),
                                TransferIntent{"GAS", kReceiver, std::move(amount)},
                                {},
                                {},
                                {}};
    return Run(service_->SignForFunction({}, std::move(request)));
  }
  Wallet wallet_;
};

TEST_F(FunctionSignTest, MayNothingWithoutAPolicyThatNamesIt) {
  EXPECT_EQ(Why(SignFor("1", "run_1/1")), "wallet.policy");
  Allow("fn_00000000000000000000000002");
  auto refused = SignFor("1", "run_1/1");
  ASSERT_EQ(Why(refused), "wallet.policy");
  EXPECT_THAT(refused.error().detail, testing::HasSubstr("default-deny"));
  EXPECT_EQ(Written(EffectRow::kTable), 0u);
  EXPECT_EQ(chain_.simulated, 0u);
}

TEST_F(FunctionSignTest, ThePolicyOfTheFunctionOrOfItsVersionAllowsIt) {
  Allow(kFunctionA);
  auto made = SignFor("100", "run_1/1");
  ASSERT_TRUE(made) << made.error().ToString();
  EXPECT_EQ(made->wallet_id, wallet_.id);
  EXPECT_EQ(made->signed_tx.authorised_by, "function");
  EXPECT_TRUE(made->signed_tx.policy.starts_with("pol_"));
  EXPECT_EQ(Why(SignFor("101", "run_1/2")), "wallet.policy");
}

TEST_F(FunctionSignTest, CodeThatABearerTokenDeployedIsNotTheFunctionOfARule) {
  Allow(kFunctionA);
  authoriser_.deployed_by = "bearer";
  auto refused = SignFor("1", "run_1/1");
  ASSERT_EQ(Why(refused), "wallet.policy");
  EXPECT_THAT(refused.error().detail, testing::HasSubstr(kVersionA));
}

TEST_F(FunctionSignTest, AVersionThatARuleNamesMayHaveBeenDeployedAnyhow) {
  Allow(kVersionA);
  authoriser_.deployed_by = "bearer";
  EXPECT_TRUE(SignFor("1", "run_1/1"));
}

TEST_F(FunctionSignTest, ARuleForMembersIsNoneForFunctions) {
  Allow("members");
  EXPECT_EQ(Why(SignFor("1", "run_1/1")), "wallet.policy");
}

TEST_F(FunctionSignTest, TheEffectMakesItOne) {
  Allow(kVersionA);
  auto first = SignFor("5", "run_1/1");
  auto again = SignFor("5", "run_1/1");
  auto next = SignFor("5", "run_1/2");
  ASSERT_TRUE(first && again && next);
  EXPECT_EQ(first->signed_tx.raw, again->signed_tx.raw);
  EXPECT_NE(first->signed_tx.hash, next->signed_tx.hash);
  EXPECT_EQ(Why(SignFor("6", "run_1/1")), "wallet.effect_mismatch");
}

TEST_F(FunctionSignTest, AVersionWithoutAGrantAndAForeignWalletAreNothing) {
  Allow("*");
  Wallet foreign = MakeWallet("theirs", "bob", kProjectB);
  EXPECT_EQ(Why(SignFor("1", "e", "payer", "ver_00000000000000000000000009")), "not_found");
  EXPECT_EQ(Why(SignFor("1", "e", foreign.id)), "wallet.invalid");
  EXPECT_EQ(Why(SignFor("1", "e", "theirs")), "wallet.invalid");
  EXPECT_TRUE(SignFor("1", "e", wallet_.id));
}

}  // namespace
}  // namespace nsl::wallet
