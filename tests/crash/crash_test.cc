// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "harness.h"

namespace nsl::crash {
namespace {

// There was something to lose. How much a life writes before its kill is a matter of the machine.
constexpr int64_t kSomeWrites = 15;

TEST(Crash, KilledProcessLosesNoAcknowledgedWrite) {
  auto report = RunCrash({.kills = 15, .seed = 11});
  ASSERT_TRUE(report) << report.error().ToString();
  EXPECT_TRUE(report->clean()) << report->ToJson();
  EXPECT_GT(report->acknowledged, kSomeWrites);
}

TEST(Crash, ForgettingWhatWasNotSyncedLosesNoAcknowledgedWrite) {
  auto report = RunCrash({.kills = 15, .seed = 12, .lossy = true});
  ASSERT_TRUE(report) << report.error().ToString();
  EXPECT_TRUE(report->clean()) << report->ToJson();
  EXPECT_GT(report->acknowledged, kSomeWrites);
}

TEST(Crash, HarnessSeesTheLossWhenNothingIsSynced) {
  auto report = RunCrash({.kills = 5, .seed = 13, .lossy = true, .synchronous_off = true});
  ASSERT_TRUE(report) << report.error().ToString();
  EXPECT_GT(report->lost, 0) << report->ToJson();
}

}  // namespace
}  // namespace nsl::crash
