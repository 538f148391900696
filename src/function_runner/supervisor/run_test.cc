// SPDX-License-Identifier: Apache-2.0
#include "function_runner/supervisor/run.h"

#include <gtest/gtest.h>

namespace nsl::function_runner {
namespace {

TEST(RunTable, AKeyThatNamesNoRunFindsNone) {
  RunTable table;
  EXPECT_EQ(table.Find(0), nullptr);
  auto& first = table.Take();
  RunKey key = first.key;
  EXPECT_EQ(table.Find(key), &first);
  table.Release(first);
  // The slot is free and its key is 0: neither the old key nor 0 may find it.
  EXPECT_EQ(table.Find(key), nullptr);
  EXPECT_EQ(table.Find(0), nullptr);
  EXPECT_EQ(table.size(), 0u);
}

TEST(RunTable, AReusedSlotHasAnotherKey) {
  RunTable table;
  auto& first = table.Take();
  RunKey old = first.key;
  table.Release(first);
  auto& second = table.Take();
  EXPECT_EQ(&first, &second);
  EXPECT_NE(second.key, old);
  EXPECT_EQ(table.Find(old), nullptr);
}

}  // namespace
}  // namespace nsl::function_runner
