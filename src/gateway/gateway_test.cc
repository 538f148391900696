// SPDX-License-Identifier: Apache-2.0
#include "gateway/gateway.h"

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
using orchestrator::kFunctionA;
using ::testing::HasSubstr;
using ::testing::Not;

class GatewayTest : public ::testing::Test, public GatewayFixture {
 protected:
  std::string InvokePath(const std::string& query = {}) {
    return std::string("/v1/functions/") + kFunctionA + ":invoke" + query;
  }
  std::string FunctionsPath() { return std::string("/v1/projects/") + kProjectA + "/functions"; }
};

TEST_F(GatewayTest, UnknownPathsAndVerbsAnswerProblems) {
  Open();
  HttpAnswerText missing = Send("GET", "/nowhere");
  EXPECT_EQ(missing.status, 404u);
  EXPECT_EQ(missing.reason(), "not_found");
  EXPECT_EQ(missing.Header("content-type"), "application/problem+json");
  HttpAnswerText method = Send("PATCH", "/v1/me", kOwnerA);
  EXPECT_EQ(method.status, 405u);
  EXPECT_EQ(method.Header("allow"), "GET, HEAD, OPTIONS");
  HttpAnswerText options = Send("OPTIONS", "/v1/me");
  EXPECT_EQ(options.status, 204u);
  EXPECT_EQ(options.Header("allow"), "GET, HEAD, OPTIONS");
}

TEST_F(GatewayTest, EveryAnswerCarriesItsNamesAndSecurityHeaders) {
  Open();
  for (const HttpAnswerText& answer :
       {Send("GET", "/v1/me", kOwnerA), Send("GET", "/nowhere"), Send("GET", "/v1/me"),
        Send("POST", InvokePath(), kKeyA, "{}")}) {
    EXPECT_TRUE(IsId(kRequestId, answer.Header("x-request-id"))) << answer.head;
    EXPECT_TRUE(IsTraceparent(answer.Header("traceparent"))) << answer.head;
    EXPECT_EQ(answer.Header("x-content-type-options"), "nosniff");
    EXPECT_EQ(answer.Header("cache-control"), "no-store");
    EXPECT_THAT(answer.Header("content-security-policy"), HasSubstr("default-src 'none'"));
    EXPECT_EQ(answer.Header("date"), "Tue, 14 Nov 2023 22:13:20 GMT");
    EXPECT_THAT(answer.head, Not(HasSubstr("access-control")));
  }
}

TEST_F(GatewayTest, AClientsRequestIdIsNotTakenOver) {
  Open();
  HttpAnswerText answer = Send("GET", "/v1/me", kOwnerA, {}, "X-Request-Id: evil\r\n");
  EXPECT_TRUE(IsId(kRequestId, answer.Header("x-request-id")));
  EXPECT_THAT(answer.head, Not(HasSubstr("evil")));
}

TEST_F(GatewayTest, InvokeAnswersTheResultAsBody) {
  Open();
  HttpAnswerText answer = Send("POST", InvokePath(), kKeyA, R"({"n":1})");
  EXPECT_EQ(answer.status, 200u);
  EXPECT_EQ(answer.body, R"({"ok":1})");
  EXPECT_TRUE(IsId(kRunId, answer.Header("x-run-id")));
  EXPECT_EQ(answer.Header("ratelimit-limit"), "10000");
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].credential, kKeyA);
  EXPECT_EQ(seen[0].payload, R"({"n":1})");
  // The second time the credential is known and the path without a coroutine is taken.
  EXPECT_EQ(Send("POST", InvokePath("?keep=0&alias=prod"), kKeyA, "[1]").body, R"({"ok":1})");
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(seen[1].payload, "[1]");
}

TEST_F(GatewayTest, InvokeWithoutACredentialIsAnonymous) {
  Open();
  HttpAnswerText answer = Send("POST", InvokePath(), {}, "1");
  EXPECT_EQ(answer.status, 200u);
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].credential, "");
}

TEST_F(GatewayTest, InvokeRefusesWhatItDoesNotKnow) {
  Open();
  EXPECT_EQ(Send("POST", InvokePath("?waits=30s"), kKeyA, "1").reason(),
            "request.unknown_parameter");
  EXPECT_EQ(Send("POST", InvokePath("?keep=maybe"), kKeyA, "1").status, 422u);
  EXPECT_EQ(Send("POST", InvokePath("?alias=A%20b"), kKeyA, "1").status, 422u);
  EXPECT_EQ(Send("POST", InvokePath(), "garbage", "1").status, 401u);
  EXPECT_EQ(Talk("POST " + InvokePath() +
                 " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                 "Authorization: Basic YTpi\r\nContent-Length: 0\r\n\r\n")
                .status,
            401u);
  EXPECT_EQ(Talk("POST " + InvokePath() +
                 " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                 "Authorization: Bearer a\r\nAuthorization: Bearer b\r\nContent-Length: 0\r\n\r\n")
                .reason(),
            "request.malformed");
  EXPECT_EQ(Talk("POST " + InvokePath() +
                 " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                 "Content-Type: text/plain\r\nContent-Length: 1\r\n\r\n1")
                .status,
            415u);
  EXPECT_EQ(Send("POST", "/v1/functions/fn_x:invoke", kKeyA, "1").status, 404u);
  EXPECT_TRUE(seen.empty());
}

TEST_F(GatewayTest, AnIdWithEscapesIsTheSameId) {
  Open();
  std::string escaped = "/v1/functions/%66" + std::string(kFunctionA).substr(1) + ":invoke";
  EXPECT_EQ(Send("POST", escaped, kKeyA, "1").status, 200u);
  EXPECT_EQ(seen.size(), 1u);
  EXPECT_EQ(Send("POST", escaped, kKeyA, "{").status, 400u);
  EXPECT_EQ(Send("POST", "/v1/functions/%00" + escaped.substr(17), kKeyA, "1").status, 404u);
  EXPECT_EQ(seen.size(), 1u);
}

TEST_F(GatewayTest, AHeaderThatCountsOnceIsRefusedTwice) {
  Open();
  for (std::string name : {"Authorization", "Idempotency-Key", "If-Match", "Content-Type"}) {
    std::string line = name + ": \"1\"\r\n";
    HttpAnswerText answer = Send("POST", InvokePath(), {}, {}, line + line);
    EXPECT_EQ(answer.status, 400u) << name;
    EXPECT_THAT(answer.body, HasSubstr("the header " + name + " occurs twice"));
  }
  EXPECT_TRUE(seen.empty());
}

TEST_F(GatewayTest, AFunctionThatWasNeverDeployedIs409ForItsMembersAlone) {
  Open();
  refuse = Error(Reason::kNotFound, "no such function");
  std::string id(Send("POST", FunctionsPath(), kOwnerA, R"({"name":"new","runtime":"javascript"})")
                     .json()
                     .at("id")
                     .as_string());
  std::string path = "/v1/functions/" + id + ":invoke";
  // The first call goes through the coroutine, the second does not.
  for (int i = 0; i < 2; ++i) {
    HttpAnswerText own = Send("POST", path, kKeyA, "1");
    EXPECT_EQ(own.status, 409u) << own.body;
    EXPECT_EQ(own.reason(), "function.not_deployed");
    EXPECT_THAT(own.body, HasSubstr("nsl deploy"));
    EXPECT_TRUE(IsId(kRequestId, own.Header("x-request-id")));
    EXPECT_EQ(Send("POST", path, kViewerA, "1").status, 403u);
    HttpAnswerText foreign = Send("POST", path, kOwnerB, "1");
    HttpAnswerText unknown = Send("POST", InvokePath(), kOwnerB, "1");
    EXPECT_EQ(foreign.status, 404u);
    EXPECT_EQ(foreign.json().at("detail"), unknown.json().at("detail"));
    EXPECT_EQ(Send("POST", InvokePath(), kKeyA, "1").status, 404u);
    EXPECT_EQ(Send("POST", path, {}, "1").status, 404u);
  }
}

TEST_F(GatewayTest, AFailedRunIsAProblemWithTheRunId) {
  Open();
  reply_receipt = true;
  reply_reason = "run.timeout";
  reply_detail = "wall time";
  HttpAnswerText answer = Send("POST", InvokePath(), kKeyA, "1");
  EXPECT_EQ(answer.status, 504u);
  EXPECT_EQ(answer.reason(), "run.timeout");
  EXPECT_TRUE(IsId(kRunId, answer.Header("x-run-id")));
  EXPECT_EQ(Send("GET", "/v1/runs/" + answer.Header("x-run-id"), kOwnerA).status, 200u);
}

TEST_F(GatewayTest, WithoutARunnerInvokesAnswer503WithAWait) {
  Open(false);
  HttpAnswerText answer = Send("POST", InvokePath(), kKeyA, "1");
  EXPECT_EQ(answer.status, 503u);
  EXPECT_EQ(answer.reason(), "run.platform");
  EXPECT_EQ(answer.Header("retry-after"), "1");
}

TEST_F(GatewayTest, WithoutAVaultNothingIsAccepted) {
  Open();
  vault.away = Error(Reason::kPlatformUnavailable, "the vault is away");
  EXPECT_EQ(Send("GET", "/v1/me", kOwnerA).status, 503u);
  EXPECT_EQ(Send("POST", InvokePath(), kKeyA, "1", "Idempotency-Key: k\r\n").status, 503u);
  EXPECT_EQ(Count("idempotency"), 0);
  vault.away.reset();
  EXPECT_EQ(Send("POST", InvokePath(), kKeyA, "1", "Idempotency-Key: k\r\n").status, 200u);
}

TEST_F(GatewayTest, CreateAndListAndGet) {
  Open();
  HttpAnswerText made =
      Send("POST", FunctionsPath(), kOwnerA, R"({"name":"hello","runtime":"javascript"})");
  ASSERT_EQ(made.status, 201u) << made.body;
  EXPECT_EQ(made.Header("etag"), "\"1\"");
  std::string id(made.json().at("id").as_string());
  EXPECT_EQ(Send("GET", "/v1/functions/" + id, kViewerA).status, 200u);
  EXPECT_EQ(
      Send("GET", FunctionsPath() + "?limit=1", kViewerA).json().at("items").as_array().size(), 1u);
  HttpAnswerText head = Send("HEAD", "/v1/functions/" + id, kViewerA);
  EXPECT_EQ(head.status, 200u);
  EXPECT_EQ(head.body, "");
  HttpAnswerText without = Send("DELETE", "/v1/functions/" + id, kOwnerA);
  EXPECT_EQ(without.status, 428u);
  EXPECT_EQ(without.reason(), "request.precondition_required");
  EXPECT_THAT(without.body, HasSubstr("ETag"));
  EXPECT_EQ(Send("DELETE", "/v1/functions/" + id, kOwnerA, {}, "If-Match: \r\n").status, 400u);
  EXPECT_EQ(Send("DELETE", "/v1/functions/" + id, kOwnerA, {}, "If-Match: *\r\n").status, 400u);
  EXPECT_EQ(
      Send("DELETE", "/v1/functions/" + id, kOwnerA, {}, "If-Match: \"1\"\r\nIf-Match: \"1\"\r\n")
          .status,
      400u);
  EXPECT_EQ(Send("DELETE", "/v1/functions/" + id, kOwnerB).status, 404u);
  EXPECT_EQ(Send("DELETE", "/v1/functions/" + id, kOwnerA, {}, "If-Match: \"9\"\r\n").status, 412u);
  EXPECT_EQ(Send("DELETE", "/v1/functions/" + id, kOwnerA, {}, "If-Match: 1\r\n").status, 400u);
  HttpAnswerText gone = Send("DELETE", "/v1/functions/" + id, kOwnerA, {}, "If-Match: \"1\"\r\n");
  EXPECT_EQ(gone.status, 204u);
  EXPECT_EQ(gone.body, "");
}

TEST_F(GatewayTest, WrongFieldsAreNamedByPointer) {
  Open();
  HttpAnswerText answer = Send("POST", FunctionsPath(), kOwnerA, R"({"name":1,"runtim":"x"})");
  EXPECT_EQ(answer.status, 422u);
  EXPECT_THAT(answer.body, HasSubstr("\"pointer\":\"/name\""));
  EXPECT_THAT(answer.body, HasSubstr("\"pointer\":\"/runtim\""));
  EXPECT_THAT(answer.body, HasSubstr("\"pointer\":\"/runtime\""));
  EXPECT_EQ(Send("POST", FunctionsPath(), kOwnerA, "{").status, 400u);
  EXPECT_EQ(Send("GET", FunctionsPath() + "?order=up", kOwnerA).reason(),
            "request.unknown_parameter");
}

TEST_F(GatewayTest, AProjectInTheBodyCannotOverruleThePath) {
  Open();
  HttpAnswerText answer =
      Send("POST", FunctionsPath(), kOwnerA,
           R"({"project":"prj_00000000000000000000000002","name":"hello","runtime":"javascript"})");
  EXPECT_EQ(answer.status, 422u);
  EXPECT_EQ(Count("functions"), 0);
}

TEST_F(GatewayTest, BodiesBeyondTheLimitOfTheirOperationAre413) {
  Open();
  std::string large = "{\"name\":\"" + std::string(2 << 20, 'x') + "\"}";
  EXPECT_EQ(Send("POST", FunctionsPath(), kOwnerA, large).status, 413u);
}

TEST_F(GatewayTest, RateBucketsAnswer429WithHeaders) {
  gateway_limits.read_burst = 2;
  gateway_limits.read_rate = 1;
  Open();
  EXPECT_EQ(Send("GET", "/v1/me", kOwnerA).Header("ratelimit-remaining"), "1");
  EXPECT_EQ(Send("GET", "/v1/me", kOwnerA).status, 200u);
  HttpAnswerText limited = Send("GET", "/v1/me", kOwnerA);
  EXPECT_EQ(limited.status, 429u);
  EXPECT_EQ(limited.reason(), "quota.rate");
  EXPECT_EQ(limited.Header("ratelimit-remaining"), "0");
  EXPECT_EQ(limited.Header("retry-after"), "1");
  EXPECT_EQ(Send("GET", "/v1/me", kOwnerB).status, 200u);
  temp.clock.AdvanceMs(1'000);
  EXPECT_EQ(Send("GET", "/v1/me", kOwnerA).status, 200u);
}

TEST_F(GatewayTest, ProbesAreNotLimited) {
  gateway_limits.anonymous_burst = 1;
  Open();
  for (int i = 0; i < 5; ++i) EXPECT_EQ(Send("GET", "/healthz").status, 200u);
  EXPECT_EQ(Send("GET", "/v1/version").status, 200u);
  EXPECT_EQ(Send("GET", "/v1/version").status, 429u);
}

TEST_F(GatewayTest, ReadinessNamesEachPart) {
  Open();
  HttpAnswerText ready = Send("GET", "/readyz");
  EXPECT_EQ(ready.status, 200u);
  source.runner_ready = false;
  HttpAnswerText waiting = Send("GET", "/readyz");
  EXPECT_EQ(waiting.status, 503u);
  EXPECT_EQ(waiting.json().at("components").as_array().size(), 4u);
  source.runner_ready = true;
  // A chain that is lost later does not take the host out of service, and is shown.
  chain.nodes[0].state = "unreachable";
  EXPECT_EQ(Send("GET", "/readyz").status, 200u);
  EXPECT_EQ(Send("GET", "/v1/status").json().at("status").as_string(), "degraded");
}

TEST_F(GatewayTest, LimitsAreListedWithReasons) {
  Open();
  HttpAnswerText answer = Send("GET", "/v1/limits");
  ASSERT_EQ(answer.status, 200u);
  EXPECT_THAT(answer.body, HasSubstr("\"name\":\"run.memory\",\"value\":128"));
  EXPECT_THAT(answer.body, HasSubstr("\"name\":\"gateway.invoke_rate\",\"value\":100"));
}

}  // namespace
}  // namespace nsl::gateway
