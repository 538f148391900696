// SPDX-License-Identifier: Apache-2.0
#include "chain/fork_judge.h"

#include <gtest/gtest.h>

namespace nsl::chain {
namespace {

TEST(ForkJudge, AsksEveryNodeForTheSameBlocks) {
  ForkJudge judge(2);
  EXPECT_FALSE(judge.Wanted(0, 10));
  EXPECT_EQ(judge.Wanted(0, 11), 8u);
  EXPECT_EQ(judge.Wanted(1, 18), 8u);
  EXPECT_EQ(judge.Wanted(0, 19), 16u);
  judge.Told(0, 16, "a");
  EXPECT_FALSE(judge.Wanted(0, 19));
  EXPECT_EQ(judge.Wanted(1, 19), 16u);
}

TEST(ForkJudge, ANodeAloneIsAskedNothing) {
  ForkJudge judge(1);
  EXPECT_FALSE(judge.Wanted(0, 1'000));
  judge.Told(0, 8, "a");
  EXPECT_FALSE(judge.Forked(0));
}

TEST(ForkJudge, TheMinorityIsForked) {
  ForkJudge judge(4);
  judge.Told(0, 8, "a");
  EXPECT_FALSE(judge.Forked(0)) << "nobody else has told";
  judge.Told(1, 8, "a");
  judge.Told(2, 8, "b");
  EXPECT_FALSE(judge.Forked(0));
  EXPECT_FALSE(judge.Forked(1));
  EXPECT_TRUE(judge.Forked(2));
  EXPECT_FALSE(judge.Forked(3)) << "it has told nothing";
}

TEST(ForkJudge, WithoutAStrictMajorityNobodyIsBelieved) {
  ForkJudge two(2);
  two.Told(0, 8, "a");
  two.Told(1, 8, "b");
  EXPECT_TRUE(two.Forked(0));
  EXPECT_TRUE(two.Forked(1));
  ForkJudge four(4);
  for (size_t i = 0; i < 4; ++i) four.Told(i, 8, i < 2 ? "a" : "b");
  for (size_t i = 0; i < 4; ++i) EXPECT_TRUE(four.Forked(i)) << i;
}

TEST(ForkJudge, TheNewestBlockThatOthersHaveToldCounts) {
  ForkJudge judge(3);
  for (size_t i = 0; i < 3; ++i) judge.Told(i, 8, i == 2 ? "b" : "a");
  ASSERT_TRUE(judge.Forked(2));
  // Back on the chain of the others.
  for (size_t i = 0; i < 3; ++i) judge.Told(i, 16, "c");
  EXPECT_FALSE(judge.Forked(2));
  // Ahead of the others it is judged by what they have.
  judge.Told(2, 24, "d");
  EXPECT_FALSE(judge.Forked(2));
}

TEST(ForkJudge, WhatANodeToldInAnotherLifeIsForgotten) {
  ForkJudge judge(2);
  judge.Told(0, 8, "a");
  judge.Told(1, 8, "b");
  judge.Forget(1);
  EXPECT_FALSE(judge.Forked(0));
  EXPECT_FALSE(judge.Forked(1));
  // One that went back tells the older block anew.
  judge.Told(0, 16, "x");
  judge.Told(0, 8, "b");
  judge.Told(1, 8, "b");
  EXPECT_FALSE(judge.Forked(0));
}

TEST(ForkJudge, KeepsABoundedNumber) {
  ForkJudge judge(2);
  for (uint32_t block = 8; block <= 8 * 100; block += 8) judge.Told(0, block, "a");
  judge.Told(1, 8, "b");
  EXPECT_FALSE(judge.Forked(1)) << "what is long past is not compared";
}

}  // namespace
}  // namespace nsl::chain
