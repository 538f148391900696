// SPDX-License-Identifier: Apache-2.0
//
// Runs that outlive the caller's patience: accepted once durable, ended exactly once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "orchestrator/run_service.h"
#include "orchestrator/runs_fixture.h"

namespace nsl::orchestrator {
namespace {

using function_store::kOwnerA;
using function_store::kOwnerB;
using std::chrono::milliseconds;
using ::testing::HasSubstr;

class RunWaitTest : public ::testing::Test, public RunsFixture {
 protected:
  RunWaitTest() { reply_receipt = true; }
  // A call that the runner holds and that has been told to be running.
  std::shared_ptr<Outcome> Running() {
    hold = true;
    auto out = Start("1", false, kFunctionA, milliseconds(0));
    io.restart();
    while (!out->done && io.run_one() > 0) {
    }
    return out;
  }
  std::string StateOf(const std::string& run) {
    Result<orchestrator::Run> read = Do(runs->Get(As(kOwnerA), {run}));
    NSL_CHECK(read.has_value());
    return read->state + (read->reason ? " " + *read->reason : "");
  }
  // Until the row of a run says that it ended.
  void WaitForEnd(const std::string& run) {
    io.restart();
    while (StateOf(run) == kRunning && io.run_one() > 0) {
    }
  }
};

TEST_F(RunWaitTest, ARunIsAcceptedOnceItsRowIsDurable) {
  Connect();
  auto out = Running();
  EXPECT_TRUE(out->running);
  EXPECT_FALSE(out->error.has_value());
  EXPECT_EQ(out->rows_at_answer, 1);
  EXPECT_EQ(service->in_flight(), 1u);
  Result<orchestrator::Run> run = Do(runs->Get(As(kOwnerA), {out->run_id}));
  ASSERT_TRUE(run.has_value());
  EXPECT_EQ(run->state, kRunning);
  EXPECT_EQ(run->project_id, function_store::kProjectA);
  EXPECT_FALSE(run->version_id.has_value());
  // The runner is asked for the receipt although the caller did not ask to keep.
  EXPECT_TRUE(seen[0].keep);
  for (const Error& error : {Do(runs->Logs(As(kOwnerA), {out->run_id})).error(),
                             Do(runs->GetReceipt(As(kOwnerA), {out->run_id})).error(),
                             Do(runs->GetResult(As(kOwnerA), {out->run_id})).error()}) {
    EXPECT_EQ(error.reason, Reason::kRequestInProgress);
    EXPECT_GT(error.retry_after_ms, 0u);
  }
  EXPECT_EQ(Do(runs->Get(As(kOwnerB), {out->run_id})).error().reason, Reason::kRunNotKept);
}

TEST_F(RunWaitTest, ItsEndTakesThePlaceOfTheRunningRow) {
  Connect();
  auto out = Running();
  runner.detail.result = R"({"late":true})";
  Release();
  WaitForEnd(out->run_id);
  EXPECT_EQ(StateOf(out->run_id), "succeeded");
  EXPECT_EQ(CountRuns(), 1);
  EXPECT_EQ(Do(runs->Get(As(kOwnerA), {out->run_id}))->version_id, "ver_1");
  EXPECT_EQ(Do(runs->GetResult(As(kOwnerA), {out->run_id}))->json, R"({"late":true})");
  EXPECT_TRUE(Do(runs->GetReceipt(As(kOwnerA), {out->run_id})).has_value());
  EXPECT_EQ(service->in_flight(), 0u);
}

TEST_F(RunWaitTest, WhatBelongsToTheRowIsStoredWithItOrNothingIs) {
  Connect();
  std::string asked;
  beside = [&](std::string_view run) {
    asked = run;
    return storage::Statement("UPDATE runs SET reason = 'beside' WHERE id = ?", {asked});
  };
  auto out = Running();
  EXPECT_TRUE(out->running);
  EXPECT_EQ(asked, out->run_id);
  EXPECT_EQ(StateOf(out->run_id), "running beside");
  // When it cannot be stored, the run is not accepted: its caller waits for the end.
  beside = [](std::string_view) {
    return storage::Statement("UPDATE runs SET reason = '' WHERE id = 'none'")
        .Expect(1, Reason::kRequestVersionConflict, "no such row");
  };
  auto refused = Start("1", false, kFunctionA, milliseconds(0));
  for (int i = 0; i < 100 && !refused->done; ++i) io.run_one_for(milliseconds(10));
  EXPECT_FALSE(refused->done);
  EXPECT_EQ(CountRuns(), 1);
  Release();
  io.restart();
  while (!refused->done && io.run_one() > 0) {
  }
  EXPECT_FALSE(refused->running);
  EXPECT_EQ(refused->result, R"({"ok":1})");
}

TEST_F(RunWaitTest, ALateFailureIsReadWithItsReason) {
  Connect();
  auto out = Running();
  reply_reason = "run.timeout";
  runner.detail.error_message = "wall time limit 100 ms";
  Release();
  WaitForEnd(out->run_id);
  EXPECT_EQ(StateOf(out->run_id), "timed_out run.timeout");
  Error error = Do(runs->GetResult(As(kOwnerA), {out->run_id})).error();
  EXPECT_EQ(error.reason, Reason::kRunTimeout);
  EXPECT_EQ(error.detail, "wall time limit 100 ms");
}

TEST_F(RunWaitTest, ARunThatEndsInTimeIsAnOrdinaryCall) {
  Connect();
  auto out = Start("1", false, kFunctionA, milliseconds(30'000));
  io.restart();
  while (!out->done && io.run_one() > 0) {
  }
  EXPECT_FALSE(out->running);
  EXPECT_EQ(out->result, R"({"ok":1})");
  EXPECT_EQ(CountRuns(), 0);
}

TEST_F(RunWaitTest, KeepStoresARunThatEndsInTime) {
  Connect();
  auto out = Start("1", true, kFunctionA, milliseconds(30'000));
  io.restart();
  while (!out->done && io.run_one() > 0) {
  }
  EXPECT_EQ(out->rows_at_answer, 1);
  EXPECT_EQ(StateOf(out->run_id), "succeeded");
}

TEST_F(RunWaitTest, ARunnerLostMeanwhileEndsTheRun) {
  Connect();
  auto out = Running();
  Disconnect();
  WaitForEnd(out->run_id);
  EXPECT_EQ(StateOf(out->run_id), "failed run.platform");
  EXPECT_EQ(Do(runs->GetReceipt(As(kOwnerA), {out->run_id})).error().reason, Reason::kRunNotKept);
  EXPECT_EQ(Do(runs->GetResult(As(kOwnerA), {out->run_id})).error().reason, Reason::kRunPlatform);
}

TEST_F(RunWaitTest, AReplyThatIsNoneEndsTheRun) {
  Connect();
  auto out = Running();
  garbage = true;
  Release();
  WaitForEnd(out->run_id);
  EXPECT_EQ(StateOf(out->run_id), "failed platform.internal");
}

TEST_F(RunWaitTest, WhatADeadHostLeftRunningIsFailedAtBoot) {
  Connect();
  auto out = Running();
  // The host is gone; the next one finds the row.
  Runs next(temp.env, io.get_executor(), *temp.database, access, runner, usage);
  ASSERT_TRUE(next.EndLost().has_value());
  EXPECT_EQ(StateOf(out->run_id), "failed run.platform");
  EXPECT_THAT(Do(next.GetResult(As(kOwnerA), {out->run_id})).error().detail,
              HasSubstr("it may have run"));
  // An end is an end: a late answer does not change it.
  Release();
  Pump();
  EXPECT_EQ(StateOf(out->run_id), "failed run.platform");
}

TEST_F(RunWaitTest, RunningRunsCountAgainstTheProject) {
  limits.in_flight_per_project = 1;
  Connect();
  Call("1", false);
  auto out = Running();
  EXPECT_TRUE(out->running);
  auto second = Start("1", false);
  ASSERT_TRUE(second->done);
  EXPECT_EQ(second->error->reason, Reason::kQuotaConcurrency);
}

}  // namespace
}  // namespace nsl::orchestrator
