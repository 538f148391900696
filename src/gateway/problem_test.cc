// SPDX-License-Identifier: Apache-2.0
#include "gateway/problem.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace nsl::gateway {
namespace {

TEST(Problem, HasTheMembersOfTheStandardAndOurs) {
  Error error(Reason::kRequestInvalid, "the request has wrong fields");
  error.fields.push_back({"/name", "must be \"short\""});
  error.fields.push_back({"/a~1b", "unknown"});
  EXPECT_EQ(Problem(error, "req_1"),
            R"({"type":"urn:nsl:reason:request.invalid","title":"Invalid argument","status":422,)"
            R"("code":"invalid_argument","reason":"request.invalid",)"
            R"("detail":"the request has wrong fields","retryable":false,"requestId":"req_1",)"
            R"("errors":[{"pointer":"/name","detail":"must be \"short\""},)"
            R"({"pointer":"/a~1b","detail":"unknown"}]})");
}

TEST(Problem, SaysHowLongToWait) {
  Error error(Reason::kQuotaRate, "too fast");
  error.retry_after_ms = 250;
  EXPECT_EQ(Problem(error, "req_2"),
            R"({"type":"urn:nsl:reason:quota.rate","title":"Resource exhausted","status":429,)"
            R"("code":"resource_exhausted","reason":"quota.rate","detail":"too fast",)"
            R"("retryable":true,"retryAfterMs":250,"requestId":"req_2"})");
}

TEST(Problem, AnythingInADetailStaysJson) {
  Error error(Reason::kNotFound, "</script>\"\\\n\x01\xff");
  boost::system::error_code failed;
  boost::json::parse(Problem(error, "req_3"), failed);
  EXPECT_FALSE(failed);
}

}  // namespace
}  // namespace nsl::gateway
