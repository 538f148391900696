// SPDX-License-Identifier: Apache-2.0
#include "orchestrator/transactions.h"

#include <gtest/gtest.h>

#include "orchestrator/transactions_fixture.h"

namespace nsl::orchestrator {
namespace {

using function_store::kKeyA;
using function_store::kOwnerA;
using function_store::kOwnerB;
using function_store::kProjectA;
using function_store::kProjectB;
using function_store::kViewerA;
using wallet::Transaction;

class TransactionsTest : public TransactionsFixture {};

TEST_F(TransactionsTest, GoesThroughItsStatesToSuccess) {
  auto sent = Submit();
  ASSERT_TRUE(sent) << sent.error().ToString();
  EXPECT_EQ(StatesOf(*sent), (std::vector<std::string>{"received", "simulated", "signed"}));
  EXPECT_EQ(sent->authorised_by, "bearer");
  EXPECT_EQ(sent->evidence, "host");
  Until(sent->id, "broadcast");
  EXPECT_EQ(landing.sent.at(0), wallets.by_id.at(sent->id).raw);
  landing.Land("HALT", "7");
  Transaction last = Until(sent->id, "confirmed");
  EXPECT_TRUE(last.succeeded);
  EXPECT_EQ(last.vm_state, "HALT");
  EXPECT_EQ(last.block, 105u);
  EXPECT_EQ(StatesOf(last), (std::vector<std::string>{"received", "simulated", "signed",
                                                      "broadcast", "confirmed"}));
}

TEST_F(TransactionsTest, AFaultIsConfirmedAndNoSuccess) {
  auto sent = Submit();
  landing.Land("FAULT", "7");
  Transaction last = Until(sent->id, "confirmed");
  EXPECT_FALSE(last.succeeded);
  EXPECT_EQ(last.vm_state, "FAULT");
}

TEST_F(TransactionsTest, ExpiresWhenItsLastBlockHasPassed) {
  auto sent = Submit();
  landing.standing.emplace();
  landing.standing->unknown = 1;
  landing.standing->height = 110 + chain::TransactionSender::kExpiryMargin;
  Transaction last = Until(sent->id, "expired");
  EXPECT_FALSE(last.succeeded);
  EXPECT_TRUE(last.detail);
}

TEST_F(TransactionsTest, OneKeyOneTransaction) {
  auto first = Submit("k");
  auto again = Submit("k");
  ASSERT_TRUE(first && again);
  EXPECT_EQ(first->id, again->id);
  EXPECT_EQ(wallets.signs, 1u);
  EXPECT_EQ(Why(Submit("k", "8")), "wallet.effect_mismatch");
  // The key is the caller's own.
  auto other = Submit("k", "7", kKeyA);
  ASSERT_TRUE(other);
  EXPECT_NE(other->id, first->id);
}

TEST_F(TransactionsTest, ARefusalIsKeptUnsignedAndCanBeTriedAgain) {
  wallets.errors.push_back(Error(Reason::kFundsGas, "the wallet has 0 GAS"));
  EXPECT_EQ(Why(Submit("k")), "funds.gas");
  auto list = Do(service->List(As(kOwnerA), {kProjectA, {}, {}}));
  ASSERT_TRUE(list);
  ASSERT_EQ(list->items.size(), 1u);
  EXPECT_EQ(list->items[0].state, "rejected");
  EXPECT_EQ(list->items[0].reason, "funds.gas");
  auto again = Submit("k");
  ASSERT_TRUE(again);
  EXPECT_EQ(again->state, "signed");
  EXPECT_NE(again->id, list->items[0].id);
  EXPECT_TRUE(landing.sent.empty() || landing.sent[0] == wallets.by_id.at(again->id).raw);
}

TEST_F(TransactionsTest, WhatIsNoIntentLeavesNoRow) {
  wallets.errors.push_back(Error(Reason::kWalletInvalid, "no address"));
  EXPECT_EQ(Why(Submit()), "wallet.invalid");
  EXPECT_EQ(Count(), 0);
}

TEST_F(TransactionsTest, GoesOnFromItsRowAfterARestart) {
  auto sent = Submit();
  ASSERT_TRUE(sent);
  Restart();
  landing.Land("HALT", "7");
  EXPECT_TRUE(Until(sent->id, "confirmed").succeeded);
  // What has ended is not taken up again.
  Restart();
  io.restart();
  io.run_for(std::chrono::milliseconds(20));
  EXPECT_EQ(sender->followed(), 0u);
}

TEST_F(TransactionsTest, AnAnswerThatWasLostIsAskedForAfterARestart) {
  wallets.errors.push_back(Error(Reason::kPlatformUnavailable, "the connection ended"));
  wallets.sign_before_error = true;
  EXPECT_EQ(Why(Submit("k")), "platform.unavailable");
  auto list = Do(service->List(As(kOwnerA), {kProjectA, {}, {}}));
  ASSERT_EQ(list->items.size(), 1u);
  std::string id = list->items[0].id;
  EXPECT_EQ(list->items[0].state, "received");
  wallets.away = true;
  Restart();
  io.restart();
  io.run_for(std::chrono::milliseconds(20));
  EXPECT_EQ(Get(id)->state, "received");
  wallets.away = false;
  landing.Land("HALT", "7");
  Transaction last = Until(id, "confirmed");
  EXPECT_TRUE(last.succeeded);
  EXPECT_EQ(wallets.signs, 1u);
  // The caller who repeats gets the one that was made.
  auto again = Submit("k");
  ASSERT_TRUE(again);
  EXPECT_EQ(again->id, id);
  EXPECT_EQ(wallets.signs, 1u);
}

TEST_F(TransactionsTest, WhatTheVaultNeverSignedIsRejectedAfterARestart) {
  wallets.errors.push_back(Error(Reason::kPlatformUnavailable, "the connection ended"));
  EXPECT_EQ(Why(Submit()), "platform.unavailable");
  std::string id = Do(service->List(As(kOwnerA), {kProjectA, {}, {}}))->items.at(0).id;
  Restart();
  Transaction last = Until(id, "rejected");
  EXPECT_EQ(last.reason, "platform.unknown_result");
  EXPECT_TRUE(landing.sent.empty());
}

TEST_F(TransactionsTest, ALostDatabaseGivesNoSecondTransaction) {
  auto first = Submit("k");
  ASSERT_TRUE(first);
  Close();
  ASSERT_TRUE(temp.database->WriteBlocking({storage::Statement("DELETE FROM transactions")}));
  Open();
  auto again = Submit("k");
  ASSERT_TRUE(again) << again.error().ToString();
  EXPECT_EQ(again->id, first->id);
  EXPECT_EQ(again->hash, first->hash);
  EXPECT_EQ(Count(), 1);
}

TEST_F(TransactionsTest, ObjectsOfAnotherTenantWereNever) {
  auto sent = Submit();
  EXPECT_EQ(Why(Get(sent->id, kOwnerB)), "not_found");
  EXPECT_EQ(Why(Get("tx_00000000000000000000000009")), "not_found");
  EXPECT_EQ(Why(Get("x")), "not_found");
  EXPECT_EQ(Why(Submit({}, "7", kOwnerB)), "not_found");
  EXPECT_EQ(Why(Submit({}, "7", kViewerA)), "auth.forbidden");
  EXPECT_EQ(Why(Submit({}, "7", "nobody")), "auth.invalid");
  EXPECT_EQ(Why(Do(service->GetBalances(As(kOwnerB), {kWalletA, {}}))), "not_found");
  EXPECT_EQ(wallets.signs, 1u);
}

TEST_F(TransactionsTest, ShowsBalancesAndPages) {
  auto balances = Do(service->GetBalances(As(kViewerA), {kWalletA, "0xabc"}));
  ASSERT_TRUE(balances);
  ASSERT_EQ(balances->items.size(), 3u);
  EXPECT_EQ(balances->items[1].amount, "5");
  EXPECT_EQ(balances->evidence, "host");
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(Submit());
    temp.clock.AdvanceMs(1);
  }
  auto page = Do(service->List(As(kOwnerA), {kProjectA, {}, 2u}));
  ASSERT_TRUE(page && page->cursor);
  EXPECT_EQ(page->items.size(), 2u);
  auto rest = Do(service->List(As(kOwnerA), {kProjectA, page->cursor, 2u}));
  ASSERT_TRUE(rest);
  EXPECT_EQ(rest->items.size(), 1u);
  EXPECT_FALSE(rest->cursor);
}

}  // namespace
}  // namespace nsl::orchestrator
