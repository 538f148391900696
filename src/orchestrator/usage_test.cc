// SPDX-License-Identifier: Apache-2.0
#include "orchestrator/usage.h"

#include <gtest/gtest.h>

#include "orchestrator/runs_fixture.h"

namespace nsl::orchestrator {
namespace {

using function_runner::UsageReply;
using function_runner::UsageRow;

constexpr char kFn[] = "fn_1";
const Bytes kBoot1(16, 1);
const Bytes kBoot2(16, 2);

UsageReply Counters(Bytes boot, uint64_t runs) {
  UsageRow row;
  row.project_id = "p";
  row.function_id = kFn;
  row.runs = runs;
  row.cpu_us = runs * 100;
  return {std::move(boot), {row}};
}

class UsageTest : public ::testing::Test {
 protected:
  UsageTest() : temp_({RunMigrations()}), usage_(*temp_.database) {}
  void Answer(int times) {
    for (int i = 0; i < times; ++i) usage_.Observe("p", kFn, {.cpu_us = 100}, false);
  }
  void Store(UsageReply reply) {
    ASSERT_TRUE(storage::RunTask(usage_.Store(std::move(reply))).has_value());
  }
  uint64_t Runs() {
    auto rows = storage::RunTask(usage_.Sum("p"));
    NSL_CHECK(rows.has_value());
    if (rows->empty()) return 0;
    EXPECT_EQ(rows->at(0).cpu_us, rows->at(0).runs * 100);
    return rows->at(0).runs;
  }

  storage::TempDatabase temp_;
  UsageTracker usage_;
};

TEST_F(UsageTest, ARepeatedSnapshotAddsNothing) {
  usage_.OnConnected();
  Store(Counters(kBoot1, 5));
  Store(Counters(kBoot1, 5));
  EXPECT_EQ(Runs(), 5u);
  Store(Counters(kBoot1, 7));
  EXPECT_EQ(Runs(), 7u);
}

TEST_F(UsageTest, TwoLivesOfTheRunnerAddUp) {
  usage_.OnConnected();
  Store(Counters(kBoot1, 5));
  usage_.OnConnected();
  Store(Counters(kBoot2, 3));
  EXPECT_EQ(Runs(), 8u);
}

TEST_F(UsageTest, AnswersAfterTheLastSnapshotSurviveAKilledRunner) {
  usage_.OnConnected();
  Store(Counters(kBoot1, 0));
  Answer(4);
  // Killed before it was asked again.
  usage_.OnConnected();
  Answer(1);
  Store(Counters(kBoot2, 1));
  EXPECT_EQ(Runs(), 5u);
}

TEST_F(UsageTest, AReconnectToTheSameLifeCountsOnce) {
  usage_.OnConnected();
  Store(Counters(kBoot1, 0));
  Answer(4);
  usage_.OnConnected();
  Answer(2);
  Store(Counters(kBoot1, 6));
  EXPECT_EQ(Runs(), 6u);
  Store(Counters(kBoot1, 6));
  EXPECT_EQ(Runs(), 6u);
}

TEST_F(UsageTest, WorkAfterTheAnswerComesFromTheRunnersCounters) {
  usage_.OnConnected();
  Answer(2);
  UsageReply more = Counters(kBoot1, 2);
  Store(more);
  EXPECT_EQ(Runs(), 2u);
  Store(Counters(kBoot1, 3));
  EXPECT_EQ(Runs(), 3u);
}

TEST_F(UsageTest, AnOldHostsCountersStayAfterItsRestart) {
  usage_.OnConnected();
  Store(Counters(kBoot1, 5));
  UsageTracker next(*temp_.database);
  next.OnConnected();
  ASSERT_TRUE(storage::RunTask(next.Store(Counters(kBoot1, 9))).has_value());
  EXPECT_EQ(Runs(), 9u);
}

TEST_F(UsageTest, CountersThatCameWithAReceiptSurviveTheLossOfBoth) {
  usage_.OnConnected();
  Store(Counters(kBoot1, 5));
  Bytes cbor = ToCbor(Counters(kBoot1, 8));
  auto statement = usage_.CountersOf(cbor, "p", kFn);
  ASSERT_TRUE(statement.has_value());
  ASSERT_TRUE(temp_.database->WriteBlocking({std::move(*statement)}).has_value());
  // Neither this tracker nor that runner is ever asked again.
  UsageTracker next(*temp_.database);
  next.OnConnected();
  ASSERT_TRUE(storage::RunTask(next.Store(Counters(kBoot2, 1))).has_value());
  EXPECT_EQ(Runs(), 9u);
}

// Boot 1 is killed before the first snapshot, boot 2 as well: receipts alone tell the lives.
TEST_F(UsageTest, ALifeThatOnlyReceiptsToldOfIsCountedOnce) {
  for (const Bytes& boot : {kBoot1, kBoot2}) {
    usage_.OnConnected();
    Answer(2);
    auto statement = usage_.CountersOf(ToCbor(Counters(boot, 2)), "p", kFn);
    ASSERT_TRUE(statement.has_value());
    ASSERT_TRUE(temp_.database->WriteBlocking({std::move(*statement)}).has_value());
    // One more, whose answer had no receipt.
    Answer(1);
  }
  EXPECT_EQ(Runs(), 4u);
  ASSERT_TRUE(storage::RunTask(usage_.StoreObserved()).has_value());
  EXPECT_EQ(Runs(), 6u);
  usage_.OnConnected();
  Answer(1);
  Store(Counters(Bytes(16, 3), 1));
  EXPECT_EQ(Runs(), 7u);
}

TEST_F(UsageTest, CountersOfAnotherFunctionOrNoneAreRefused) {
  Bytes cbor = ToCbor(Counters(kBoot1, 8));
  EXPECT_FALSE(usage_.CountersOf(cbor, "other", kFn).has_value());
  EXPECT_FALSE(usage_.CountersOf(cbor, "p", "fn_2").has_value());
  EXPECT_FALSE(usage_.CountersOf({}, "p", kFn).has_value());
  EXPECT_FALSE(usage_.CountersOf(ToCbor(UsageReply{kBoot1, {}}), "p", kFn).has_value());
}

TEST_F(UsageTest, WithoutARunnerWhatWasAnsweredIsStored) {
  usage_.OnConnected();
  Store(Counters(kBoot1, 0));
  Answer(3);
  ASSERT_TRUE(storage::RunTask(usage_.StoreObserved()).has_value());
  EXPECT_EQ(Runs(), 3u);
}

}  // namespace
}  // namespace nsl::orchestrator
