// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "orchestrator/transactions_fixture.h"

namespace nsl::orchestrator {
namespace {

using function_store::kOwnerA;
using function_store::kOwnerB;
using function_store::kViewerA;
using wallet::Transaction;

class CancelTest : public TransactionsFixture {
 protected:
  Result<Transaction> Cancel(const std::string& id, std::string who = kOwnerA) {
    return Do(service->Cancel(As(std::move(who)), {id}));
  }
  // On its way, known to a node.
  std::string Broadcast() {
    auto sent = Submit();
    EXPECT_TRUE(sent);
    Until(sent->id, "broadcast");
    return sent->id;
  }
};

TEST_F(CancelTest, TheCancellationIsSentAndItsLandingEndsTheTransaction) {
  std::string id = Broadcast();
  auto asked = Cancel(id);
  ASSERT_TRUE(asked) << asked.error().ToString();
  EXPECT_EQ(asked->state, "broadcast");
  ASSERT_EQ(asked->attempts.size(), 2u);
  EXPECT_EQ(asked->attempts[0].kind, "intent");
  EXPECT_EQ(asked->attempts[0].hash, asked->hash);
  EXPECT_EQ(asked->attempts[1].kind, "cancel");
  EXPECT_EQ(asked->attempts[1].hash, kCancelHash);
  RunUntil([&] { return landing.sent.back() == wallets.cancelled.at(id).raw; });
  landing.rival_landed = true;
  landing.Land("HALT", "7");
  Transaction last = Until(id, "cancelled");
  EXPECT_FALSE(last.succeeded);
  EXPECT_EQ(last.block, 105u);
  EXPECT_FALSE(last.vm_state);
  // What both held back is free.
  RunUntil([&] { return wallets.settled.size() == 2; });
  EXPECT_EQ(wallets.settled[0], id);
  EXPECT_EQ(wallets.settled[1], wallets.cancelled.at(id).transaction);
}

TEST_F(CancelTest, WhatLandsFirstIsConfirmedAllTheSame) {
  std::string id = Broadcast();
  ASSERT_TRUE(Cancel(id));
  landing.Land("HALT", "7");
  EXPECT_TRUE(Until(id, "confirmed").succeeded);
  // Asked again, the answer is where it stands; the vault is not asked.
  auto again = Cancel(id);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->state, "confirmed");
  EXPECT_EQ(wallets.cancels, 1u);
}

TEST_F(CancelTest, WhatHasEndedCannotBeCancelled) {
  std::string id = Broadcast();
  landing.Land("HALT", "7");
  Until(id, "confirmed");
  EXPECT_EQ(Why(Cancel(id)), "wallet.transaction_ended");
  EXPECT_EQ(wallets.cancels, 0u);
}

TEST_F(CancelTest, AskedTwiceThereIsOne) {
  std::string id = Broadcast();
  ASSERT_TRUE(Cancel(id));
  auto again = Cancel(id);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->attempts.size(), 2u);
  EXPECT_EQ(wallets.cancels, 1u);
}

TEST_F(CancelTest, AnAnswerThatWasLostIsAskedForAgain) {
  std::string id = Broadcast();
  wallets.errors.push_back(Error(Reason::kPlatformUnavailable, "the connection ended"));
  EXPECT_EQ(Why(Cancel(id)), "platform.unavailable");
  EXPECT_EQ(Get(id)->attempts.size(), 1u);
  auto again = Cancel(id);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->attempts.size(), 2u);
}

TEST_F(CancelTest, GoesOnFromItsRowAfterARestart) {
  std::string id = Broadcast();
  ASSERT_TRUE(Cancel(id));
  Restart();
  landing.sent.clear();
  RunUntil([&] { return !landing.sent.empty(); });
  EXPECT_EQ(landing.sent[0], wallets.cancelled.at(id).raw);
  landing.rival_landed = true;
  landing.Land("HALT", "7");
  EXPECT_EQ(Until(id, "cancelled").attempts.size(), 2u);
}

TEST_F(CancelTest, NotBeforeItWasSigned) {
  wallets.errors.push_back(Error(Reason::kPlatformUnavailable, "the connection ended"));
  wallets.away = true;
  EXPECT_EQ(Why(Submit()), "platform.unavailable");
  std::string id =
      Do(service->List(As(kOwnerA), {function_store::kProjectA, {}, {}}))->items.at(0).id;
  EXPECT_EQ(Why(Cancel(id)), "request.in_progress");
}

TEST_F(CancelTest, ForWhoMaySendAlone) {
  std::string id = Broadcast();
  EXPECT_EQ(Why(Cancel(id, kOwnerB)), "not_found");
  EXPECT_EQ(Why(Cancel(id, kViewerA)), "auth.forbidden");
  EXPECT_EQ(Why(Cancel("tx_00000000000000000000000009")), "not_found");
  EXPECT_EQ(wallets.cancels, 0u);
}

}  // namespace
}  // namespace nsl::orchestrator
