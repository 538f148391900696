// SPDX-License-Identifier: Apache-2.0
#include "rpc/deadline_wheel.h"

#include <gtest/gtest.h>

#include <map>

#include "base/random.h"

namespace nsl::rpc {
namespace {

using std::chrono::milliseconds;

TEST(DeadlineWheel, AgreesWithASortedMap) {
  SeededRandom random(3);
  MonoTime now(milliseconds(1'000'003));
  DeadlineWheel wheel(now);
  std::map<uint32_t, MonoTime> model;
  for (int step = 0; step < 20'000; ++step) {
    uint32_t slot = static_cast<uint32_t>(random.U64() % 200);
    if (model.contains(slot)) {
      wheel.Remove(slot);
      model.erase(slot);
    } else {
      MonoTime at = now + milliseconds(random.U64() % 20'000);
      wheel.Add(slot, at);
      model[slot] = at;
    }
    now += milliseconds(random.U64() % 40);
    wheel.Advance(now, [&](uint32_t due) {
      ASSERT_TRUE(model.contains(due));
      EXPECT_LE(model[due], now) << "early";
      model.erase(due);
    });
    for (const auto& [left, at] : model) {
      EXPECT_GT(at, now - 2 * DeadlineWheel::kTick) << "late by more than a tick: " << left;
    }
    ASSERT_EQ(wheel.size(), model.size());
  }
}

TEST(DeadlineWheel, AJumpOfTimeLosesNothing) {
  MonoTime now(milliseconds(50));
  DeadlineWheel wheel(now);
  for (uint32_t i = 0; i < 1'000; ++i) wheel.Add(i, now + milliseconds(i * 100));
  size_t seen = 0;
  wheel.Advance(now + std::chrono::hours(1), [&](uint32_t) { ++seen; });
  EXPECT_EQ(seen, 1'000U);
}

TEST(DeadlineWheel, ASlotMayBeUsedAgainInsideItsOwnExpiry) {
  MonoTime now(milliseconds(0));
  DeadlineWheel wheel(now);
  wheel.Add(1, now + milliseconds(5));
  int runs = 0;
  wheel.Advance(now + milliseconds(100), [&](uint32_t slot) {
    ++runs;
    wheel.Add(slot, now + milliseconds(200));
  });
  EXPECT_EQ(runs, 1);
  EXPECT_EQ(wheel.size(), 1U);
}

}  // namespace
}  // namespace nsl::rpc
