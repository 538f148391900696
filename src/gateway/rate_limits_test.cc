// SPDX-License-Identifier: Apache-2.0
#include "gateway/rate_limits.h"

#include <gtest/gtest.h>

namespace nsl::gateway {
namespace {

GatewayLimits Small() {
  GatewayLimits limits;
  limits.read_rate = 10;
  limits.read_burst = 3;
  limits.login_per_minute = 6;
  return limits;
}

TEST(RateLimiter, ABurstPassesThenTheRateHolds) {
  FakeClock clock;
  RateLimiter limiter(clock, Small());
  for (uint32_t left : {2u, 1u, 0u}) {
    RateVerdict verdict = limiter.Take(RateClass::kRead, "p");
    EXPECT_TRUE(verdict.allowed);
    EXPECT_EQ(verdict.limit, 3u);
    EXPECT_EQ(verdict.remaining, left);
    EXPECT_EQ(verdict.reset_s, 1u);
  }
  RateVerdict refused = limiter.Take(RateClass::kRead, "p");
  EXPECT_FALSE(refused.allowed);
  EXPECT_EQ(refused.retry_after_ms, 100u);
  clock.AdvanceMs(99);
  EXPECT_FALSE(limiter.Take(RateClass::kRead, "p").allowed);
  clock.AdvanceMs(1);
  EXPECT_TRUE(limiter.Take(RateClass::kRead, "p").allowed);
  EXPECT_FALSE(limiter.Take(RateClass::kRead, "p").allowed);
}

TEST(RateLimiter, OverALongTimeNotMoreThanRateAndBurstPass) {
  FakeClock clock;
  RateLimiter limiter(clock, Small());
  int passed = 0;
  for (int ms = 0; ms < 10'000; ++ms) {
    passed += limiter.Take(RateClass::kRead, "p").allowed ? 1 : 0;
    clock.AdvanceMs(1);
  }
  EXPECT_LE(passed, 103);
  EXPECT_GE(passed, 102);
}

TEST(RateLimiter, KeysAndClassesDoNotShareABucket) {
  FakeClock clock;
  RateLimiter limiter(clock, Small());
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(limiter.Take(RateClass::kRead, "a").allowed);
  EXPECT_FALSE(limiter.Take(RateClass::kRead, "a").allowed);
  EXPECT_TRUE(limiter.Take(RateClass::kRead, "b").allowed);
  EXPECT_TRUE(limiter.Take(RateClass::kWrite, "a").allowed);
}

TEST(RateLimiter, LoginsAreCountedPerMinute) {
  FakeClock clock;
  RateLimiter limiter(clock, Small());
  for (int i = 0; i < 6; ++i) EXPECT_TRUE(limiter.Take(RateClass::kLogin, "ip").allowed);
  RateVerdict refused = limiter.Take(RateClass::kLogin, "ip");
  EXPECT_FALSE(refused.allowed);
  EXPECT_EQ(refused.retry_after_ms, 10'000u);
  EXPECT_EQ(refused.reset_s, 60u);
}

TEST(RateLimiter, AFloodOfKeysIsBoundedAndOldKeysMakeRoom) {
  FakeClock clock;
  RateLimiter limiter(clock, Small());
  for (size_t i = 0; i < RateLimiter::kMaxKeys + 100; ++i) {
    limiter.Take(RateClass::kRead, std::to_string(i));
  }
  EXPECT_EQ(limiter.keys(RateClass::kRead), RateLimiter::kMaxKeys);
  // The shared bucket of the surplus is used up, so a new key has to wait.
  EXPECT_FALSE(limiter.Take(RateClass::kRead, "another").allowed);
  clock.AdvanceMs(2'000);
  EXPECT_TRUE(limiter.Take(RateClass::kRead, "new").allowed);
  EXPECT_LE(limiter.keys(RateClass::kRead), 2u);
}

TEST(AddressKey, AnIpv6ClientCannotChooseItsBucket) {
  EXPECT_EQ(AddressKey("2001:db8:1:2::1"), AddressKey("2001:db8:1:2:ffff::9"));
  EXPECT_NE(AddressKey("2001:db8:1:2::1"), AddressKey("2001:db8:1:3::1"));
  EXPECT_EQ(AddressKey("192.0.2.1"), "192.0.2.1");
  EXPECT_NE(AddressKey("::ffff:192.0.2.1"), AddressKey("::ffff:192.0.2.2"));
  EXPECT_EQ(AddressKey(""), "");
}

}  // namespace
}  // namespace nsl::gateway
