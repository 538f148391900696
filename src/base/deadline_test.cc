// SPDX-License-Identifier: Apache-2.0
#include "base/deadline.h"

#include <gtest/gtest.h>

#include "base/random.h"

namespace nsl {
namespace {

using std::chrono::milliseconds;

TEST(DeadlineTest, CountsDownAndPasses) {
  FakeClock clock;
  Deadline d = Deadline::In(clock, milliseconds(100));
  EXPECT_EQ(d.RemainingMs(clock), 100);
  clock.AdvanceMs(99);
  EXPECT_FALSE(d.Passed(clock));
  clock.AdvanceMs(1);
  EXPECT_TRUE(d.Passed(clock));
  clock.AdvanceMs(1'000);
  EXPECT_EQ(d.RemainingMs(clock), 0);
}

TEST(DeadlineTest, DoesNotFollowTheWallClock) {
  FakeClock clock;
  Deadline d = Deadline::In(clock, milliseconds(100));
  clock.SetWallMs(4'000'000'000'000);
  EXPECT_FALSE(d.Passed(clock));
}

TEST(DeadlineTest, NeverIsNever) {
  FakeClock clock;
  EXPECT_TRUE(Deadline::Never().never());
  EXPECT_FALSE(Deadline::Never().Passed(clock));
  EXPECT_EQ(Deadline::Never().RemainingMs(clock), int64_t{1} << 31);
}

TEST(DeadlineTest, TheEarlierOneWins) {
  FakeClock clock;
  Deadline soon = Deadline::In(clock, milliseconds(1));
  Deadline late = Deadline::In(clock, milliseconds(9));
  EXPECT_EQ(soon.Earlier(late).at(), soon.at());
  EXPECT_EQ(late.Earlier(soon).at(), soon.at());
  EXPECT_EQ(soon.Earlier(Deadline::Never()).at(), soon.at());
}

TEST(ClockTest, Rfc3339IsUtcWithMilliseconds) {
  EXPECT_EQ(ToRfc3339(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(ToRfc3339(951'782'400'001), "2000-02-29T00:00:00.001Z");
  EXPECT_EQ(ToRfc3339(4'102'444'799'999), "2099-12-31T23:59:59.999Z");
}

TEST(ClockTest, SystemClocksMoveForward) {
  SystemClock clock;
  MonoTime before = clock.Mono();
  EXPECT_GT(clock.NowMs(), 1'600'000'000'000);
  EXPECT_GE(clock.Mono(), before);
}

TEST(RandomTest, SeededRandomRepeatsAndSystemRandomDoesNot) {
  SeededRandom a(1);
  SeededRandom b(1);
  SeededRandom other(2);
  Bytes first = a.Draw(33);
  EXPECT_EQ(first, b.Draw(33));
  EXPECT_NE(first, other.Draw(33));
  SystemRandom system;
  EXPECT_NE(system.Draw(32), system.Draw(32));
  EXPECT_TRUE(system.Draw(0).empty());
}

}  // namespace
}  // namespace nsl
