// SPDX-License-Identifier: Apache-2.0
#include "wallet/wallet_fixture.h"

namespace nsl::wallet {
namespace {

class CancelTest : public WalletFixture {
 protected:
  CancelTest() : wallet_(MakeWallet()) {
    auto made = Sign(Ask(wallet_));
    EXPECT_TRUE(made) << made.error().ToString();
    victim_ = *made;
  }
  Result<SignedTransaction> Cancel(std::string who = "alice", std::string victim = {}) {
    CancelSignRequest request{ids_.Make(kTransactionId),
                              victim.empty() ? victim_.transaction : std::move(victim)};
    return Run(service_->Cancel(As(std::move(who)), std::move(request)));
  }
  Wallet wallet_;
  SignedTransaction victim_;
};

TEST_F(CancelTest, DoesNothingConflictsAndPaysMoreUpToTheSameBlock) {
  auto made = Cancel();
  ASSERT_TRUE(made) << made.error().ToString();
  auto tx = neo::DecodeTransaction(made->raw);
  auto old = neo::DecodeTransaction(victim_.raw);
  ASSERT_TRUE(tx && old);
  EXPECT_EQ(tx->script, Bytes{0x40});
  ASSERT_EQ(tx->attributes.size(), 1u);
  EXPECT_EQ(tx->attributes[0].type, neo::AttributeType::kConflicts);
  EXPECT_EQ(tx->attributes[0].hash, neo::TransactionHash(*old));
  EXPECT_EQ(tx->valid_until_block, old->valid_until_block);
  EXPECT_GT(tx->network_fee, old->network_fee);
  ASSERT_EQ(tx->signers.size(), 1u);
  EXPECT_EQ(tx->signers[0].account, old->signers[0].account);
  EXPECT_EQ(tx->signers[0].scopes, static_cast<uint8_t>(neo::Scope::kNone));
  EXPECT_TRUE(neo::VerifyWitness(tx->witnesses.at(0), tx->signers[0].account, kMagic,
                                 neo::TransactionHash(*tx).bytes));
  EXPECT_EQ(made->amount, "");
  EXPECT_EQ(made->to, "");
}

TEST_F(CancelTest, ThereIsOneForEachTransaction) {
  auto first = Cancel();
  ASSERT_TRUE(first);
  chain_.down = true;
  auto again = Cancel();
  ASSERT_TRUE(again) << again.error().ToString();
  EXPECT_EQ(again->raw, first->raw);
  Restart();
  auto later = Cancel();
  ASSERT_TRUE(later);
  EXPECT_EQ(later->raw, first->raw);
  // It is part of what it cancels, and no transaction of its own.
  EXPECT_EQ(Why(Cancel("alice", first->transaction)), "not_found");
}

TEST_F(CancelTest, TwoAtOnceGiveOne) {
  std::optional<Result<SignedTransaction>> a;
  std::optional<Result<SignedTransaction>> b;
  for (auto* out : {&a, &b}) {
    asio::co_spawn(io_.get_executor(),
                   service_->Cancel(As("alice"), {ids_.Make(kTransactionId), victim_.transaction}),
                   [out](std::exception_ptr, Result<SignedTransaction> r) { *out = std::move(r); });
  }
  io_.restart();
  while (!(a && b) && io_.run_one() > 0) {
  }
  ASSERT_TRUE(a && b && *a && *b);
  EXPECT_EQ((*a)->raw, (*b)->raw);
}

TEST_F(CancelTest, ForWhoMaySendAlone) {
  EXPECT_EQ(Why(Cancel("reader")), "auth.forbidden");
  EXPECT_EQ(Why(Cancel("nobody")), "auth.invalid");
  // To another project there is no such transaction.
  EXPECT_EQ(Why(Cancel("bob")), "not_found");
  EXPECT_EQ(Why(Cancel("alice", ids_.Make(kTransactionId))), "not_found");
  EXPECT_EQ(Why(Cancel("alice", "x")), "not_found");
  EXPECT_EQ(Written(EffectRow::kTable), 1u);
}

TEST_F(CancelTest, NotPastTheLastValidBlock) {
  chain_.facts.height = victim_.valid_until_block - 1;
  Restart();
  EXPECT_TRUE(Cancel());
}

TEST_F(CancelTest, PastTheLastValidBlockNothingIsSigned) {
  chain_.facts.height = victim_.valid_until_block;
  Restart();
  EXPECT_EQ(Why(Cancel()), "wallet.transaction_ended");
  EXPECT_EQ(Written(EffectRow::kTable), 1u);
}

TEST_F(CancelTest, ALyingChainSignsNothing) {
  chain_.facts.magic = 43;
  EXPECT_EQ(Why(Cancel()), "chain.network");
  chain_.facts.magic = kMagic;
  chain_.swapped_script = {0x11};
  EXPECT_EQ(Why(Cancel()), "chain.unavailable");
  chain_.swapped_script.clear();
  chain_.facts.state = "FAULT";
  EXPECT_EQ(Why(Cancel()), "chain.simulation");
  chain_.facts.state = "HALT";
  chain_.fee_lie = 1;
  EXPECT_EQ(Why(Cancel()), "chain.unavailable");
  chain_.fee_lie = 0;
  // Within the usual ceiling alone, however dear the network is said to be.
  chain_.facts.fee_per_byte = 1'000'000;
  EXPECT_EQ(Why(Cancel()), "wallet.policy");
  EXPECT_EQ(Written(EffectRow::kTable), 1u);
  chain_.facts.fee_per_byte = 1'000;
  EXPECT_TRUE(Cancel());
}

TEST_F(CancelTest, ItsFeeIsHeldBackAndCounted) {
  ASSERT_EQ(book_->HeldOf(wallet_.id).size(), 1u);
  auto made = Cancel();
  ASSERT_TRUE(made);
  ASSERT_EQ(book_->HeldOf(wallet_.id).size(), 2u);
  ASSERT_TRUE(Run(service_->Settle({}, {made->transaction})));
  EXPECT_EQ(book_->HeldOf(wallet_.id).size(), 1u);
  // What is on its way leaves too little for one more.
  auto second = Sign(Ask(wallet_));
  ASSERT_TRUE(second);
  chain_.facts.gas_balance = "306000000";
  EXPECT_EQ(Why(Cancel("alice", second->transaction)), "funds.gas");
}

}  // namespace
}  // namespace nsl::wallet
