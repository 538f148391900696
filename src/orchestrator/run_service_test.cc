// SPDX-License-Identifier: Apache-2.0
#include "orchestrator/run_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "orchestrator/runs_fixture.h"

namespace nsl::orchestrator {
namespace {

using ::testing::HasSubstr;

class RunServiceTest : public ::testing::Test, public RunsFixture {};

TEST_F(RunServiceTest, ASuccessfulCallGivesTheResultAndKeepsNothing) {
  Connect();
  Outcome got = Call("1", false);
  EXPECT_EQ(got.result, R"({"ok":1})");
  EXPECT_FALSE(got.error.has_value());
  EXPECT_TRUE(IsId(kRunId, got.run_id));
  EXPECT_EQ(got.request_id, "req_1");
  EXPECT_EQ(CountRuns(), 0);
  EXPECT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].credential, "secret-token");
  EXPECT_EQ(seen[0].payload, "1");
  EXPECT_FALSE(seen[0].keep);
}

TEST_F(RunServiceTest, AKeptRunIsDurableBeforeTheAnswer) {
  Connect();
  reply_receipt = true;
  Outcome got = Call("1", true);
  ASSERT_FALSE(got.error.has_value()) << got.error->detail;
  EXPECT_EQ(got.rows_at_answer, 1);
  Result<orchestrator::Run> run = Do(runs->Get(As(function_store::kViewerA), {got.run_id}));
  ASSERT_TRUE(run.has_value()) << run.error().detail;
  EXPECT_EQ(run->state, "succeeded");
  EXPECT_EQ(run->cpu_us, 11u);
  Result<OpenReceipt> receipt = Do(runs->GetReceipt(As(function_store::kOwnerA), {got.run_id}));
  ASSERT_TRUE(receipt.has_value()) << receipt.error().detail;
  EXPECT_EQ(receipt->receipt.attestation, Bytes(300, 9));
  EXPECT_EQ(receipt->receipt.leaf, (Bytes{1, 2, 3}));
}

TEST_F(RunServiceTest, AFailedRunIsKeptAndItsReasonGiven) {
  Connect();
  reply_receipt = true;
  reply_reason = "run.timeout";
  reply_detail = "wall time limit 100 ms, measured 103 ms";
  Outcome got = Call("1", false);
  ASSERT_TRUE(got.error.has_value());
  EXPECT_EQ(got.error->reason, Reason::kRunTimeout);
  EXPECT_EQ(got.error->detail, reply_detail);
  Result<orchestrator::Run> run = Do(runs->Get(As(function_store::kOwnerA), {got.run_id}));
  ASSERT_TRUE(run.has_value());
  EXPECT_EQ(run->state, "timed_out");
  EXPECT_EQ(run->reason, "run.timeout");
}

TEST_F(RunServiceTest, ManyReceiptsShareOneDocument) {
  Connect();
  reply_receipt = true;
  for (int i = 0; i < 5; ++i) Call("1", true);
  EXPECT_EQ(Count("runs"), 5);
  EXPECT_EQ(Count("run_documents"), 1);
}

TEST_F(RunServiceTest, WithoutARunnerTheAnswerSaysSo) {
  Outcome got = Call("1", false);
  ASSERT_TRUE(got.error.has_value());
  EXPECT_EQ(got.error->reason, Reason::kRunPlatform);
  EXPECT_TRUE(got.error->retryable());
  EXPECT_EQ(service->in_flight(), 0u);
}

TEST_F(RunServiceTest, ARunnerLostDuringTheCallSaysThatItMayHaveRun) {
  Connect();
  hold = true;
  auto pending = Start("1", false);
  Pump();
  EXPECT_EQ(service->in_flight(), 1u);
  Disconnect();
  ASSERT_TRUE(pending->done);
  EXPECT_EQ(pending->error->reason, Reason::kRunPlatform);
  EXPECT_THAT(pending->error->detail, HasSubstr("may have run"));
  EXPECT_EQ(service->in_flight(), 0u);
}

TEST_F(RunServiceTest, RefusalsOfTheRunnerPassThrough) {
  Connect();
  refuse = Error(Reason::kFunctionNotDeployed, "no version");
  Outcome got = Call("1", false);
  EXPECT_EQ(got.error->reason, Reason::kFunctionNotDeployed);
}

TEST_F(RunServiceTest, CallsOfOneProjectAreBounded) {
  limits.in_flight_per_project = 2;
  limits.in_flight = 3;
  Connect();
  // The project of the function is known after its first answer.
  Call("1", false);
  hold = true;
  auto a = Start("1", false);
  auto b = Start("1", false);
  auto c = Start("1", false);
  ASSERT_TRUE(c->done);
  EXPECT_EQ(c->error->reason, Reason::kQuotaConcurrency);
  EXPECT_FALSE(a->done || b->done);
  auto other = Start("1", false, "fn_99999999999999999999999999");
  EXPECT_FALSE(other->done);
  auto full = Start("1", false, "fn_88888888888888888888888888");
  ASSERT_TRUE(full->done);
  EXPECT_EQ(full->error->reason, Reason::kQuotaBusy);
  Disconnect();
}

TEST_F(RunServiceTest, AReplyThatIsNoReplyIsAnError) {
  Connect();
  garbage = true;
  Outcome got = Call("1", false);
  ASSERT_TRUE(got.error.has_value());
  EXPECT_EQ(got.error->reason, Reason::kPlatformInternal);
}

TEST_F(RunServiceTest, RunsOfAnotherProjectLookLikeNone) {
  Connect();
  reply_receipt = true;
  Outcome got = Call("1", true);
  std::string none = Do(runs->Get(As(function_store::kOwnerB), {"run_00000000000000000000000000"}))
                         .error()
                         .ToString();
  EXPECT_THAT(none, HasSubstr("run.not_kept"));
  EXPECT_EQ(Do(runs->Get(As(function_store::kOwnerB), {got.run_id})).error().ToString(), none);
  EXPECT_EQ(Do(runs->Logs(As(function_store::kOwnerB), {got.run_id})).error().ToString(), none);
  EXPECT_EQ(Do(runs->GetReceipt(As(function_store::kOwnerB), {got.run_id})).error().ToString(),
            none);
}

TEST_F(RunServiceTest, ListFiltersAndPages) {
  Connect();
  reply_receipt = true;
  for (int i = 0; i < 3; ++i) {
    Call("1", true);
    temp.clock.AdvanceMs(1);
  }
  reply_reason = "run.user";
  Call("1", true);
  auto list = [&](RunListRequest q) { return Do(runs->List(As(function_store::kOwnerA), q)); };
  EXPECT_EQ(list({function_store::kProjectA, {}, {}, {}, {}})->items.size(), 4u);
  EXPECT_EQ(list({function_store::kProjectA, {}, "failed", {}, {}})->items.size(), 1u);
  Result<RunList> page = list({function_store::kProjectA, {}, {}, {}, 3});
  ASSERT_EQ(page->items.size(), 3u);
  EXPECT_EQ(page->items[0].state, "failed");
  ASSERT_TRUE(page->cursor.has_value());
  EXPECT_EQ(list({function_store::kProjectA, {}, {}, page->cursor, 3})->items.size(), 1u);
  EXPECT_EQ(list({function_store::kProjectA, {}, "odd", {}, {}}).error().fields[0].pointer,
            "/state");
}

TEST_F(RunServiceTest, OldAndSurplusRunsAreRemoved) {
  Connect();
  reply_receipt = true;
  for (int i = 0; i < 6; ++i) {
    Call("1", true);
    temp.clock.AdvanceMs(1);
  }
  ASSERT_TRUE(Do(runs->Prune()).has_value());
  EXPECT_EQ(CountRuns(), kKeptInTest);
  temp.clock.AdvanceMs(31ll * 24 * 3600 * 1000);
  ASSERT_TRUE(Do(runs->Prune()).has_value());
  EXPECT_EQ(CountRuns(), 0);
}

}  // namespace
}  // namespace nsl::orchestrator
