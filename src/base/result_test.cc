// SPDX-License-Identifier: Apache-2.0
#include "base/result.h"

#include <gtest/gtest.h>

#include <set>

namespace nsl {
namespace {

constexpr Reason kAll[] = {
#define NSL_X(name, text, code, http, retry) Reason::name,
    NSL_REASONS(NSL_X)
#undef NSL_X
};

TEST(ReasonTest, EveryReasonHasItsOwnTextAndComesBackFromIt) {
  std::set<std::string_view> texts;
  for (Reason reason : kAll) {
    const ReasonRow& row = RowOf(reason);
    EXPECT_EQ(row.reason, reason);
    EXPECT_TRUE(texts.insert(row.text).second) << row.text;
    EXPECT_EQ(ReasonFromText(row.text), reason);
    EXPECT_EQ(TextOf(reason), row.text);
  }
  EXPECT_FALSE(ReasonFromText("no.such_reason"));
  EXPECT_FALSE(ReasonFromText(""));
}

TEST(ReasonTest, StatusIsAnErrorAndTextIsDottedLowerCase) {
  for (Reason reason : kAll) {
    const ReasonRow& row = RowOf(reason);
    EXPECT_GE(row.http_status, 400) << row.text;
    EXPECT_LT(row.http_status, 600) << row.text;
    for (char c : row.text) {
      EXPECT_TRUE((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_')
          << row.text;
    }
  }
}

TEST(ReasonTest, PlatformFaultsAreNeverBlamedOnTheUser) {
  for (Reason reason : kAll) {
    std::string_view text = TextOf(reason);
    if (text.starts_with("platform.") && reason != Reason::kPlatformUnimplemented) {
      EXPECT_EQ(RowOf(reason).retry_class, RetryClass::kPlatform) << text;
    }
    if (text.starts_with("request.") && reason != Reason::kRequestInProgress) {
      EXPECT_EQ(RowOf(reason).retry_class, RetryClass::kUser) << text;
    }
  }
}

TEST(ReasonTest, CodesAndClassesHaveTexts) {
  EXPECT_EQ(TextOf(Code::kInvalidArgument), "invalid_argument");
  EXPECT_EQ(TextOf(RetryClass::kUpstream), "upstream");
}

Result<int> Half(int n) {
  if (n % 2 != 0) return Fail(Reason::kRequestInvalid, "odd");
  return n / 2;
}

Result<int> Quarter(int n) {
  NSL_TRY(int half, Half(n));
  NSL_TRY(int quarter, Half(half));
  return quarter;
}

Status CheckQuarter(int n) {
  NSL_TRY_VOID(Quarter(n));
  return {};
}

TEST(ResultTest, TryBindsTheValueOrReturnsTheError) {
  EXPECT_EQ(Quarter(8), 2);
  auto bad = Quarter(6);
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().reason, Reason::kRequestInvalid);
  EXPECT_TRUE(CheckQuarter(4));
  EXPECT_FALSE(CheckQuarter(2));
}

TEST(ResultTest, ErrorTellsCodeStatusAndWhetherToRetry) {
  Error error = Error(Reason::kQuotaBusy, "full").WithField("/a", "too long");
  EXPECT_EQ(error.http_status(), 503);
  EXPECT_EQ(error.code(), Code::kUnavailable);
  EXPECT_TRUE(error.retryable());
  EXPECT_FALSE(Error(Reason::kRequestInvalid).retryable());
  EXPECT_EQ(error.fields.size(), 1u);
  EXPECT_EQ(error.ToString().substr(0, 16), "quota.busy: full");
}

TEST(ResultDeathTest, FailedCheckEndsTheProcess) { EXPECT_DEATH(NSL_CHECK(1 == 2), "1 == 2"); }

}  // namespace
}  // namespace nsl
