// SPDX-License-Identifier: Apache-2.0
#include "base/ids.h"

#include <gtest/gtest.h>

#include <set>

namespace nsl {
namespace {

TEST(IdsTest, BodyIsCrockfordBase32OfTimeAndRandomness) {
  // All zero, all one, and the time of the example in the ULID specification.
  EXPECT_EQ(IdBody(0, {}), "00000000000000000000000000");
  ByteArray<10> ones;
  ones.fill(0xff);
  EXPECT_EQ(IdBody((int64_t{1} << 48) - 1, ones), "7zzzzzzzzzzzzzzzzzzzzzzzzz");
  EXPECT_EQ(IdBody(1'469'918'176'385, {}).substr(0, 10), "01aryz6s41");
}

TEST(IdsTest, SortByTheTimeTheyWereMade) {
  FakeClock clock;
  SeededRandom random(1);
  IdMaker maker(clock, random);
  std::string before;
  for (int i = 0; i < 1'000; ++i) {
    std::string id = maker.Make(kRunId);
    EXPECT_LT(before, id);
    EXPECT_TRUE(IsId(kRunId, id));
    before = id;
    clock.AdvanceMs(1);
  }
}

TEST(IdsTest, AreDifferentWithinOneMillisecondAlsoAcrossRefills) {
  FakeClock clock;
  SeededRandom random(2);
  IdMaker maker(clock, random);
  std::set<std::string> seen;
  for (int i = 0; i < 2'000; ++i) seen.insert(maker.Make(kFunctionId));
  EXPECT_EQ(seen.size(), 2'000u);
}

TEST(IdsTest, RefusesAnotherPrefixLengthOrCharacter) {
  std::string good = "fn_01h455vb4pex5vsknk084sn02q";
  EXPECT_TRUE(IsId(kFunctionId, good));
  EXPECT_FALSE(IsId(kRunId, good));
  EXPECT_FALSE(IsId(kFunctionId, good + "0"));
  EXPECT_FALSE(IsId(kFunctionId, good.substr(0, good.size() - 1)));
  for (char bad : {'i', 'l', 'o', 'u', 'A', '-', '\0', ' '}) {
    std::string id = good;
    id.back() = bad;
    EXPECT_FALSE(IsId(kFunctionId, id)) << bad;
  }
}

}  // namespace
}  // namespace nsl
