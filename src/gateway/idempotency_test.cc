// SPDX-License-Identifier: Apache-2.0
#include "gateway/idempotency.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/gateway_fixture.h"

namespace nsl::gateway {
namespace {

using function_store::kOwnerA;
using function_store::kOwnerB;
using function_store::kProjectA;
using ::testing::HasSubstr;
using ::testing::Not;

class IdempotencyTest : public ::testing::Test, public GatewayFixture {
 protected:
  HttpAnswerText Create(const std::string& key, const std::string& name,
                        const std::string& as = kOwnerA) {
    return Send("POST", std::string("/v1/projects/") + kProjectA + "/functions", as,
                R"({"name":")" + name + R"(","runtime":"javascript"})",
                "Idempotency-Key: " + key + "\r\n");
  }
};

TEST_F(IdempotencyTest, TheSameRequestGetsTheStoredAnswer) {
  Open();
  HttpAnswerText first = Create("k1", "hello");
  ASSERT_EQ(first.status, 201u) << first.body;
  HttpAnswerText again = Create("k1", "hello");
  EXPECT_EQ(again.status, 201u);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(Count("functions"), 1);
}

TEST_F(IdempotencyTest, AnotherBodyUnderTheSameKeyIsRefused) {
  Open();
  Create("k1", "hello");
  HttpAnswerText other = Create("k1", "world");
  EXPECT_EQ(other.status, 422u);
  EXPECT_EQ(other.reason(), "request.idempotency_mismatch");
}

TEST_F(IdempotencyTest, ARefusalOfTheUserIsAnAnswerToo) {
  Open();
  HttpAnswerText first = Create("k1", "No!");
  EXPECT_EQ(first.status, 422u);
  EXPECT_EQ(Create("k1", "No!").body, first.body);
}

TEST_F(IdempotencyTest, KeysBelongToTheirPrincipal) {
  Open();
  Create("k1", "hello");
  EXPECT_EQ(Create("k1", "hello", kOwnerB).status, 404u);
}

TEST_F(IdempotencyTest, AnAnswerIsForgottenAfterADay) {
  Open();
  Create("k1", "hello");
  temp.clock.AdvanceMs(24ll * 3600 * 1000 + 1);
  EXPECT_EQ(Create("k1", "hello").reason(), "function.exists");
  temp.clock.AdvanceMs(24ll * 3600 * 1000 + 1);
  ASSERT_TRUE(Do(idempotency->Prune()).has_value());
  EXPECT_EQ(Count("idempotency"), 0);
}

TEST_F(IdempotencyTest, ARunningRequestBlocksItsRepetition) {
  Open();
  Hash256 hash{};
  Result<std::optional<StoredAnswer>> first = Do(idempotency->Begin("p", "k", hash));
  ASSERT_TRUE(first.has_value());
  EXPECT_FALSE(first->has_value());
  Result<std::optional<StoredAnswer>> second = Do(idempotency->Begin("p", "k", hash));
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().reason, Reason::kRequestInProgress);
  // A crash: the next start forgets it.
  ASSERT_TRUE(idempotency->ForgetRunning().has_value());
  EXPECT_TRUE(Do(idempotency->Begin("p", "k", hash)).has_value());
}

TEST_F(IdempotencyTest, ASecretIsShownOnceAndNotStored) {
  Open();
  auto create = [&] {
    return SendSigned("POST", std::string("/v1/projects/") + kProjectA + "/keys",
                      function_store::kSessionA, R"({"name":"ci","scopes":["functions:invoke"]})",
                      "Idempotency-Key: k9\r\n");
  };
  HttpAnswerText first = create();
  ASSERT_EQ(first.status, 201u) << first.body;
  EXPECT_THAT(first.body, HasSubstr("nsl_the_secret"));
  HttpAnswerText again = create();
  EXPECT_EQ(again.status, 201u);
  EXPECT_THAT(again.body, Not(HasSubstr("nsl_the_secret")));
  EXPECT_THAT(again.body, HasSubstr("key_new"));
}

TEST_F(IdempotencyTest, AKeyedInvokeRunsOnceAndIsKept) {
  Open();
  reply_receipt = true;
  std::string path = std::string("/v1/functions/") + orchestrator::kFunctionA + ":invoke";
  HttpAnswerText first = Send("POST", path, kOwnerA, "1", "Idempotency-Key: k\r\n");
  ASSERT_EQ(first.status, 200u) << first.body;
  HttpAnswerText again = Send("POST", path, kOwnerA, "1", "Idempotency-Key: k\r\n");
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(again.Header("x-run-id"), first.Header("x-run-id"));
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_TRUE(seen[0].keep);
  EXPECT_EQ(CountRuns(), 1);
}

TEST_F(IdempotencyTest, AKeyThatIsNoneIsRefused) {
  Open();
  EXPECT_EQ(Create("", "hello").status, 400u);
  EXPECT_EQ(Create(std::string(256, 'k'), "hello").status, 400u);
}

}  // namespace
}  // namespace nsl::gateway
