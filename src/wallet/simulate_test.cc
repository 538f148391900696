// SPDX-License-Identifier: Apache-2.0
#include "wallet/wallet_fixture.h"

namespace nsl::wallet {
namespace {

class SimulateTest : public WalletFixture {
 protected:
  SimulateTest() : wallet_(MakeWallet()) {}
  SimulateIntentRequest Intent() {
    SignRequest ask = Ask(wallet_);
    return {ask.project, ask.wallet, ask.transfer, {}, {}, {}};
  }
  Result<Simulation> Simulate(SimulateIntentRequest request, std::string who = "reader") {
    return Run(service_->Simulate(As(std::move(who)), std::move(request)));
  }
  Wallet wallet_;
};

TEST_F(SimulateTest, SaysWhatSendingComesToAndKeepsNothing) {
  auto said = Simulate(Intent());
  ASSERT_TRUE(said) << said.error().ToString();
  auto sent = Sign(Ask(wallet_));
  ASSERT_TRUE(sent);
  EXPECT_EQ(said->system_fee, sent->system_fee);
  EXPECT_EQ(said->network_fee, sent->network_fee);
  EXPECT_EQ(said->vm_state, "HALT");
  EXPECT_TRUE(said->allowed);
  EXPECT_EQ(said->policy, kMemberRule);
  EXPECT_EQ(said->evidence, "host");
  EXPECT_EQ(Written(EffectRow::kTable), 1u);
  EXPECT_EQ(book_->HeldOf(wallet_.id).size(), 1u);
}

TEST_F(SimulateTest, RefusesWhatSendingWouldRefuse) {
  SimulateIntentRequest wrong = Intent();
  wrong.transfer->to = "nobody";
  EXPECT_EQ(Why(Simulate(wrong)), "wallet.invalid");
  SimulateIntentRequest more = Intent();
  more.transfer->amount = "1000000001";
  EXPECT_EQ(Why(Simulate(more)), "funds.gas");
  SimulateIntentRequest cheap = Intent();
  cheap.max_fee = "1";
  EXPECT_EQ(Why(Simulate(cheap)), "wallet.policy");
  chain_.facts.state = "FAULT";
  EXPECT_EQ(Why(Simulate(Intent())), "chain.simulation");
}

TEST_F(SimulateTest, OfTheProjectAlone) {
  EXPECT_EQ(Why(Simulate(Intent(), "bob")), "not_found");
  EXPECT_EQ(Why(Simulate(Intent(), "nobody")), "auth.invalid");
  SimulateIntentRequest other = Intent();
  other.project = kProjectB;
  EXPECT_EQ(Why(Simulate(other, "bob")), "not_found");
}

TEST_F(SimulateTest, AFunctionLearnsWhichRuleStandsInItsWay) {
  FunctionSignRequest ask;
  ask.version = kVersionA;
  ask.wallet = wallet_.name;
  ask.transfer = Ask(wallet_).transfer;
  auto said = Run(service_->SimulateForFunction({}, ask));
  ASSERT_TRUE(said) << said.error().ToString();
  EXPECT_FALSE(said->allowed);
  EXPECT_EQ(said->policy, kNoRule);
  EXPECT_NE(said->because, "");
  ask.version = "ver_00000000000000000000000009";
  EXPECT_EQ(Why(Run(service_->SimulateForFunction({}, ask))), "not_found");
}

}  // namespace
}  // namespace nsl::wallet
