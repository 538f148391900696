// SPDX-License-Identifier: Apache-2.0
//
// :invoke?wait=: what may be asked, by whom, and what the answer says.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/gateway_fixture.h"

namespace nsl::gateway {
namespace {

using function_store::kKeyA;
using function_store::kOwnerA;
using function_store::kOwnerB;
using function_store::kProjectA;
using function_store::kViewerA;
using ::testing::HasSubstr;

class WaitTest : public ::testing::Test, public GatewayFixture {
 protected:
  void Deployed() {
    Open();
    function_store::Function f = Make("hello");
    NSL_CHECK(Do(store->Deploy(As(kOwnerA), Bundle(f.id, f.name, "a"))).has_value());
    path_ = "/v1/functions/" + f.id + ":invoke";
    reply_receipt = true;
  }
  HttpAnswerText Invoke(const std::string& query, const std::string& as = kKeyA,
                        const std::string& more = {}) {
    return Send("POST", path_ + query, as, "1", more);
  }
  std::string path_;
};

TEST_F(WaitTest, ACallThatTakesLongerIs202AndItsRunIsRead) {
  Deployed();
  hold = true;
  HttpAnswerText answer = Invoke("?wait=1ms");
  ASSERT_EQ(answer.status, 202u) << answer.body;
  std::string run = answer.Header("x-run-id");
  EXPECT_EQ(answer.Header("location"), "/v1/runs/" + run);
  EXPECT_EQ(answer.json().at("id").as_string(), run);
  EXPECT_EQ(answer.json().at("state").as_string(), "running");
  EXPECT_EQ(Send("GET", "/v1/runs/" + run, kOwnerA).json().at("state").as_string(), "running");
  HttpAnswerText early = Send("GET", "/v1/runs/" + run + "/result", kOwnerA);
  EXPECT_EQ(early.status, 409u);
  EXPECT_EQ(early.Header("retry-after"), "1");
  runner.detail.result = "[7]";
  Release();
  HttpAnswerText late;
  for (int i = 0; i < 1'000 && late.status != 200; ++i) {
    late = Send("GET", "/v1/runs/" + run + "/result", kOwnerA);
  }
  EXPECT_EQ(late.body, "[7]");
  EXPECT_EQ(late.Header("content-type"), "application/json");
  EXPECT_EQ(Send("GET", "/v1/runs/" + run + "/result", kOwnerB).status, 404u);
}

TEST_F(WaitTest, ACallThatEndsInTimeIs200) {
  Deployed();
  HttpAnswerText answer = Invoke("?wait=30s&alias=prod&keep=1");
  EXPECT_EQ(answer.status, 200u) << answer.body;
  EXPECT_EQ(answer.body, R"({"ok":1})");
  EXPECT_EQ(answer.Header("location"), "");
  EXPECT_EQ(CountRuns(), 1);
}

TEST_F(WaitTest, ARepeatedKeyGetsTheSame202AndNoSecondRun) {
  Deployed();
  hold = true;
  HttpAnswerText first = Invoke("?wait=0ms", kKeyA, "Idempotency-Key: k\r\n");
  ASSERT_EQ(first.status, 202u) << first.body;
  HttpAnswerText again = Invoke("?wait=0ms", kKeyA, "Idempotency-Key: k\r\n");
  EXPECT_EQ(again.status, 202u);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(again.Header("location"), first.Header("location"));
  EXPECT_EQ(seen.size(), 1u);
  EXPECT_EQ(Invoke("?wait=1ms", kKeyA, "Idempotency-Key: k\r\n").status, 422u);
}

// The host dies between the durable row of the run and the answer to the caller.
TEST_F(WaitTest, TheKeyOfAnAcceptedRunStandsForItOverACrash) {
  Deployed();
  std::string id = "acc_of_the_caller";
  ASSERT_FALSE(Do(idempotency->Begin(id, "k", Hash256{}))->has_value());
  std::vector<storage::Statement> accepted;
  accepted.push_back(
      IdempotencyStore::FinishStatement(id, "k", {202, "application/json", "{}", "run_1"}));
  ASSERT_TRUE(temp.database->WriteBlocking(std::move(accepted)).has_value());
  ASSERT_TRUE(idempotency->ForgetRunning().has_value());
  Result<std::optional<StoredAnswer>> again = Do(idempotency->Begin(id, "k", Hash256{}));
  ASSERT_TRUE(again.has_value() && again->has_value());
  EXPECT_EQ((*again)->status, 202u);
  EXPECT_EQ((*again)->run_id, "run_1");
  // The end of this run replaces it, that of another does not, and nothing forgets it.
  ASSERT_TRUE(Do(idempotency->Finish(id, "k", {200, "application/json", "7", "run_2"})));
  RunVoid(idempotency->Abandon(id, "k"));
  EXPECT_EQ((*Do(idempotency->Begin(id, "k", Hash256{})))->status, 202u);
  ASSERT_TRUE(Do(idempotency->Finish(id, "k", {200, "application/json", "7", "run_1"})));
  EXPECT_EQ((*Do(idempotency->Begin(id, "k", Hash256{})))->body, "7");
}

TEST_F(WaitTest, TheKeyIsStoredWithTheRowOfTheRun) {
  Deployed();
  hold = true;
  HttpAnswerText first = Invoke("?wait=0ms", kKeyA, "Idempotency-Key: k\r\n");
  ASSERT_EQ(first.status, 202u) << first.body;
  // What was written with the row is the answer that was given.
  ASSERT_TRUE(idempotency->ForgetRunning().has_value());
  ASSERT_TRUE(runs->EndLost().has_value());
  HttpAnswerText again = Invoke("?wait=0ms", kKeyA, "Idempotency-Key: k\r\n");
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(seen.size(), 1u);
  HttpAnswerText end = Send("GET", again.Header("location") + "/result", kOwnerA);
  EXPECT_EQ(end.reason(), "run.platform");
}

TEST_F(WaitTest, WrongTimesNameTheFieldAndTheLimit) {
  Deployed();
  for (const char* bad : {"31s", "30001ms", "1", "s", "1m", "-1s", "%2B1s", "1.5s", "1s%20", "",
                          "99999999999999999999s", "0x1s", "1S"}) {
    HttpAnswerText answer = Invoke(std::string("?wait=") + bad);
    EXPECT_EQ(answer.status, 422u) << bad;
    EXPECT_THAT(answer.body, HasSubstr("\"pointer\":\"/wait\"")) << bad;
    EXPECT_THAT(answer.body, HasSubstr("at most 30s")) << bad;
  }
  EXPECT_EQ(Invoke("?wait=1s&wait=2s").status, 400u);
  EXPECT_TRUE(seen.empty());
}

TEST_F(WaitTest, OnlyWhoCanReadTheRunMayLeaveItRunning) {
  Deployed();
  EXPECT_EQ(Invoke("?wait=1s", {}).status, 401u);
  EXPECT_EQ(Invoke("?wait=1s", kViewerA).status, 403u);
  HttpAnswerText foreign = Invoke("?wait=1s", kOwnerB);
  EXPECT_EQ(foreign.status, 404u);
  HttpAnswerText unknown =
      Send("POST", "/v1/functions/fn_00000000000000000000000009:invoke?wait=1s", kOwnerB, "1");
  EXPECT_EQ(foreign.json().at("detail"), unknown.json().at("detail"));
  function_store::Function f = Make("never-deployed");
  EXPECT_EQ(Send("POST", "/v1/functions/" + f.id + ":invoke?wait=1s", kKeyA, "1").reason(),
            "function.not_deployed");
  EXPECT_TRUE(seen.empty());
}

}  // namespace
}  // namespace nsl::gateway
