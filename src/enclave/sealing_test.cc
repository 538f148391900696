// SPDX-License-Identifier: Apache-2.0
#include "enclave/sealing.h"

#include <gtest/gtest.h>

#include <functional>

namespace nsl::enclave {
namespace {

class Sealing : public testing::Test {
 protected:
  SealPlace place_{.environment = "dev",
                   .name_space = "ns",
                   .project = "prj",
                   .table = "t",
                   .key = "k",
                   .version = 7,
                   .epoch = 1};
  SeededRandom random_{1};
  Bytes root_ = random_.Draw(32);
  Bytes plain_ = ToBytes(std::string_view("the value"));
};

TEST_F(Sealing, OpensAtItsOwnPlace) {
  Bytes sealed = SealRecord(root_, place_, plain_, random_);
  EXPECT_EQ(sealed.size(), plain_.size() + kSealOverhead);
  auto opened = OpenRecord(root_, place_, sealed);
  ASSERT_TRUE(opened);
  EXPECT_EQ(*opened, plain_);
}

TEST_F(Sealing, TwoSealingsOfOneValueDiffer) {
  EXPECT_NE(SealRecord(root_, place_, plain_, random_), SealRecord(root_, place_, plain_, random_));
}

TEST_F(Sealing, RefusesEveryOtherPlace) {
  Bytes sealed = SealRecord(root_, place_, plain_, random_);
  std::vector<std::function<void(SealPlace&)>> moves = {
      [](SealPlace& p) { p.environment = "prod"; },
      [](SealPlace& p) { p.name_space = "other"; },
      [](SealPlace& p) { p.project = "prj2"; },
      [](SealPlace& p) { p.table = "u"; },
      [](SealPlace& p) { p.key = "k2"; },
      [](SealPlace& p) { p.version = 8; },
      [](SealPlace& p) { p.epoch = 2; },
      [](SealPlace& p) { p.project = ""; }};
  for (size_t i = 0; i < moves.size(); ++i) {
    SealPlace other = place_;
    moves[i](other);
    auto opened = OpenRecord(root_, other, sealed);
    ASSERT_FALSE(opened) << i;
    EXPECT_EQ(opened.error().reason, Reason::kPlatformIntegrity);
  }
}

TEST_F(Sealing, RefusesAFlippedBitInEveryByte) {
  Bytes sealed = SealRecord(root_, place_, plain_, random_);
  for (size_t i = 0; i < sealed.size(); ++i) {
    Bytes bad = sealed;
    bad[i] ^= 1;
    EXPECT_FALSE(OpenRecord(root_, place_, bad)) << i;
  }
  for (size_t n = 0; n < sealed.size(); ++n) {
    EXPECT_FALSE(OpenRecord(root_, place_, ByteView(sealed).first(n))) << n;
  }
}

TEST_F(Sealing, RefusesAnotherRootAndNamesTheRecord) {
  Bytes sealed = SealRecord(root_, place_, plain_, random_);
  auto opened = OpenRecord(random_.Draw(32), place_, sealed);
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().detail.find("t/k"), std::string::npos);
}

}  // namespace
}  // namespace nsl::enclave
