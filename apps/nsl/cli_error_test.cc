// SPDX-License-Identifier: Apache-2.0
#include "cli_error.h"

#include <gtest/gtest.h>

namespace nsl::cli {
namespace {

TEST(ExitCode, FollowsTheReasonBeforeTheStatus) {
  EXPECT_EQ(ExitOf("cli.usage", 0), Exit::kUsage);
  EXPECT_EQ(ExitOf("cli.offline", 0), Exit::kUpstream);
  EXPECT_EQ(ExitOf("auth.invalid", 401), Exit::kAuth);
  EXPECT_EQ(ExitOf("auth.weak_password", 422), Exit::kAuth);
  EXPECT_EQ(ExitOf("not_found", 404), Exit::kNotFound);
  EXPECT_EQ(ExitOf("run.not_kept", 404), Exit::kNotFound);
  EXPECT_EQ(ExitOf("function.exists", 409), Exit::kConflict);
  EXPECT_EQ(ExitOf("request.version_conflict", 412), Exit::kConflict);
  EXPECT_EQ(ExitOf("request.invalid", 422), Exit::kUsage);
  EXPECT_EQ(ExitOf("quota.rate", 429), Exit::kQuota);
  EXPECT_EQ(ExitOf("chain.unavailable", 502), Exit::kUpstream);
  EXPECT_EQ(ExitOf("run.user", 502), Exit::kFailed);
  EXPECT_EQ(ExitOf("run.platform", 503), Exit::kPlatform);
  EXPECT_EQ(ExitOf("function.build", 422), Exit::kFailed);
  EXPECT_EQ(ExitOf("receipt.invalid", 422), Exit::kFailed);
  EXPECT_EQ(ExitOf("attest.signature", 502), Exit::kPlatform);
}

TEST(ExitCode, UsesTheStatusOfAReasonFromANewerServer) {
  EXPECT_EQ(ExitOf("wallet.policy", 403), Exit::kAuth);
  EXPECT_EQ(ExitOf("something.new", 404), Exit::kNotFound);
  EXPECT_EQ(ExitOf("something.new", 402), Exit::kQuota);
  EXPECT_EQ(ExitOf("something.new", 503), Exit::kPlatform);
  EXPECT_EQ(ExitOf("something.new", 0), Exit::kFailed);
}

TEST(ExitCode, MatchesWholeWordsOfAReason) {
  EXPECT_EQ(ExitOf("authority.x", 0), Exit::kFailed);
  EXPECT_EQ(ExitOf("chainlink", 0), Exit::kFailed);
}

TEST(CliError, PrintsReasonFieldsAndExitAsJson) {
  CliError error(Error(Reason::kRequestInvalid, "no \"x\"").WithField("/name", "too short"));
  EXPECT_EQ(error.ToJson(),
            R"({"error":{"reason":"request.invalid","code":"invalid_argument","detail":"no \"x\"",)"
            R"("retryable":false,"errors":[{"pointer":"/name","detail":"too short"}],"exit":2}})");
}

}  // namespace
}  // namespace nsl::cli
