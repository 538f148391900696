// SPDX-License-Identifier: Apache-2.0
#include "storage/kv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/task_group.h"
#include "storage/testing/temp_database.h"

namespace nsl::storage {
namespace {

using testing::ElementsAre;

class KvTest : public testing::Test {
 protected:
  static constexpr int64_t kOverhead = 64;
  Result<int64_t> Put(std::string key, std::string value, int64_t new_version = 0) {
    return RunTask(kv_.Put(scope_, ToBytes(key), ToBytes(value), new_version));
  }
  Result<int64_t> PutIf(std::string key, int64_t expected, int64_t new_version = 0) {
    return RunTask(kv_.PutIf(scope_, ToBytes(key), ToBytes("v"), expected, new_version));
  }
  Result<bool> Delete(std::string key, int64_t expected = kAnyVersion) {
    return RunTask(kv_.Delete(scope_, ToBytes(key), expected));
  }
  KvLookup Get(std::string key) {
    auto found = RunTask(kv_.Get(scope_, ToBytes(key)));
    NSL_CHECK(found.has_value());
    return *found;
  }
  int64_t UsedBytes() { return RunTask(kv_.Usage(scope_.project))->bytes; }
  std::vector<std::string> Keys(const KvPage& page) {
    std::vector<std::string> keys;
    for (const KvEntry& e : page.entries) keys.emplace_back(AsText(e.key));
    return keys;
  }
  static KvOperation PutOp(std::string key, std::string value, int64_t expected = kAnyVersion) {
    return {KvOperation::Kind::kPut, ToBytes(key), ToBytes(value), expected, 0};
  }
  static KvOperation DeleteOp(std::string key, int64_t expected = kAnyVersion) {
    return {KvOperation::Kind::kDelete, ToBytes(key), {}, expected, 0};
  }

  TempDatabase t_{{KvStore::Migrations()}};
  KvStore kv_{*t_.database, t_.clock};
  KvScope scope_{"prj_a", "fn"};
};

TEST_F(KvTest, PutGetDelete) {
  EXPECT_FALSE(Get("k").found);
  EXPECT_EQ(*Put("k", "one"), 1);
  EXPECT_EQ(*Put("k", "two"), 2);
  KvLookup found = Get("k");
  ASSERT_TRUE(found.found);
  EXPECT_EQ(AsText(found.entry.value), "two");
  EXPECT_EQ(found.entry.version, 2);
  EXPECT_EQ(found.entry.updated_ms, t_.clock.NowMs());
  EXPECT_TRUE(*Delete("k"));
  EXPECT_FALSE(*Delete("k"));
  EXPECT_FALSE(Get("k").found);
}

TEST_F(KvTest, VersionIsNeverUsedAgainAfterADelete) {
  ASSERT_EQ(*Put("k", "a"), 1);
  ASSERT_EQ(*Put("k", "b"), 2);
  ASSERT_TRUE(*Delete("k"));
  EXPECT_EQ(Get("k").floor, 2);
  EXPECT_EQ(*Put("k", "c"), 3);
  ASSERT_TRUE(*Delete("k", 3));
  EXPECT_EQ(*PutIf("k", 0), 4);
}

TEST_F(KvTest, PutIfComparesTheVersion) {
  EXPECT_EQ(*PutIf("k", 0), 1);
  auto exists = PutIf("k", 0);
  ASSERT_FALSE(exists);
  EXPECT_EQ(exists.error().reason, Reason::kKvConflict);
  ASSERT_FALSE(exists.error().fields.empty());
  EXPECT_EQ(exists.error().fields[0].pointer, "/currentVersion");
  EXPECT_EQ(exists.error().fields[0].detail, "1");
  EXPECT_EQ(*PutIf("k", 1), 2);
  EXPECT_FALSE(PutIf("k", 1));
  EXPECT_FALSE(PutIf("missing", 3));
  EXPECT_FALSE(Delete("k", 1));
  EXPECT_TRUE(Get("k").found);
  EXPECT_EQ(UsedBytes(), 1 + 1 + kOverhead);
}

TEST_F(KvTest, CallersOwnVersionMustRise) {
  EXPECT_EQ(*Put("k", "a", 10), 10);
  for (int64_t bad : {int64_t{9}, int64_t{10}, int64_t{1} << 40}) {
    auto refused = Put("k", "b", bad);
    ASSERT_FALSE(refused) << bad;
    EXPECT_EQ(refused.error().reason, Reason::kKvConflict);
  }
  EXPECT_EQ(*PutIf("k", 10, 11), 11);
  ASSERT_TRUE(*Delete("k"));
  EXPECT_FALSE(Put("k", "c", 11));
  EXPECT_EQ(*Put("k", "c", 12), 12);
  EXPECT_EQ(AsText(Get("k").entry.value), "c");
}

TEST_F(KvTest, ProjectsAndNamespacesAreApart) {
  ASSERT_TRUE(Put("k", "mine"));
  auto other = RunTask(kv_.Get({"prj_b", "fn"}, ToBytes("k")));
  EXPECT_FALSE(other->found);
  auto sibling = RunTask(kv_.Get({"prj_a", "other"}, ToBytes("k")));
  EXPECT_FALSE(sibling->found);
  ASSERT_TRUE(*RunTask(kv_.Delete({"prj_a", "fn"}, ToBytes("k"))));
  EXPECT_FALSE(Get("k").found);
}

TEST_F(KvTest, QuotaStopsWritesButNotReads) {
  ASSERT_TRUE(RunTask(kv_.SetQuota("prj_a", 2 * kOverhead + 30)));
  ASSERT_TRUE(Put("a", "0123456789"));
  ASSERT_TRUE(Put("b", "01234567"));
  auto full = Put("c", "");
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().reason, Reason::kQuotaStorage);
  EXPECT_FALSE(Put("a", std::string(30, 'x')));
  EXPECT_EQ(AsText(Get("a").entry.value), "0123456789");
  EXPECT_EQ(UsedBytes(), 2 * kOverhead + 20);
  // Replacing frees what was there; deleting makes room.
  EXPECT_TRUE(Put("a", std::string(19, 'x')));
  EXPECT_TRUE(*Delete("b"));
  EXPECT_TRUE(Put("c", ""));
  // Under a lowered quota an entry may still shrink.
  ASSERT_TRUE(RunTask(kv_.SetQuota("prj_a", 0)));
  EXPECT_TRUE(Put("a", "s"));
  EXPECT_FALSE(Put("a", "longer"));
}

TEST_F(KvTest, UsageReturnsToZero) {
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(Put("k" + std::to_string(i), std::string(i, 'x')));
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(*Delete("k" + std::to_string(i)));
  EXPECT_EQ(UsedBytes(), 0);
}

TEST_F(KvTest, LimitsAreNamed) {
  auto key = Put(std::string(1025, 'k'), "v");
  ASSERT_FALSE(key);
  EXPECT_EQ(key.error().reason, Reason::kKvTooLarge);
  EXPECT_FALSE(Put("", "v"));
  EXPECT_FALSE(Put("k", std::string((1 << 20) + 65, 'v')));
  EXPECT_TRUE(Put(std::string(1024, 'k'), std::string((1 << 20) + 64, 'v')));
}

TEST_F(KvTest, ListWalksAPrefixInByteOrder) {
  for (const std::string& key :
       std::vector<std::string>{"a", "b/2", "b/1", "b/\xff", "b0", std::string("b/\0x", 4)}) {
    ASSERT_TRUE(Put(key, "v" + key));
  }
  auto page = RunTask(kv_.List(scope_, ToBytes("b/"), "", 2, true));
  ASSERT_TRUE(page);
  EXPECT_THAT(Keys(*page), ElementsAre(std::string("b/\0x", 4), "b/1"));
  EXPECT_EQ(AsText(page->entries[1].value), "vb/1");
  auto rest = RunTask(kv_.List(scope_, ToBytes("b/"), page->next_cursor, 2, false));
  ASSERT_TRUE(rest);
  EXPECT_THAT(Keys(*rest), ElementsAre("b/2", "b/\xff"));
  EXPECT_TRUE(rest->next_cursor.empty());
  auto all = RunTask(kv_.List(scope_, {}, "", 100, false));
  EXPECT_EQ(all->entries.size(), 6u);
  EXPECT_FALSE(RunTask(kv_.List(scope_, ToBytes("a"), page->next_cursor, 2, false)));
  EXPECT_FALSE(RunTask(kv_.List(scope_, {}, "!", 2, false)));
  EXPECT_FALSE(RunTask(kv_.List(scope_, {}, "", 0, false)));
  EXPECT_FALSE(RunTask(kv_.List(scope_, {}, "", 501, false)));
}

TEST_F(KvTest, ListPageIsBoundedInBytes) {
  for (int i = 0; i < 6; ++i) ASSERT_TRUE(Put("k" + std::to_string(i), std::string(1 << 20, 'v')));
  std::string cursor;
  size_t seen = 0;
  size_t pages = 0;
  do {
    auto page = RunTask(kv_.List(scope_, {}, cursor, 500, true));
    ASSERT_TRUE(page);
    EXPECT_LE(page->entries.size(), 4u);
    seen += page->entries.size();
    cursor = page->next_cursor;
    ++pages;
  } while (!cursor.empty());
  EXPECT_EQ(seen, 6u);
  EXPECT_EQ(pages, 2u);
}

TEST_F(KvTest, BatchIsAllOrNothing) {
  ASSERT_TRUE(Put("old", "x"));
  auto versions =
      RunTask(kv_.Batch(scope_, {PutOp("a", "1"), DeleteOp("old"), PutOp("b", "2", 0)}));
  ASSERT_TRUE(versions);
  // The delete raised the floor to 1 before b was made.
  EXPECT_THAT(*versions, ElementsAre(1, 0, 2));
  auto failed = RunTask(kv_.Batch(scope_, {PutOp("c", "1"), DeleteOp("a"), PutOp("b", "3", 99)}));
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().reason, Reason::kKvConflict);
  EXPECT_EQ(failed.error().fields[0].pointer, "/operations/2");
  EXPECT_FALSE(Get("c").found);
  EXPECT_TRUE(Get("a").found);
  EXPECT_EQ(UsedBytes(), 2 * (2 + kOverhead));
}

TEST_F(KvTest, BatchLimits) {
  std::vector<KvOperation> many;
  for (int i = 0; i < 101; ++i) many.push_back(PutOp(std::to_string(i), ""));
  EXPECT_FALSE(RunTask(kv_.Batch(scope_, many)));
  many.pop_back();
  EXPECT_TRUE(RunTask(kv_.Batch(scope_, many)));
  EXPECT_FALSE(RunTask(kv_.Batch(scope_, {})));
  EXPECT_FALSE(RunTask(kv_.Batch(scope_, {PutOp("k", "1"), DeleteOp("k")})));
  EXPECT_FALSE(RunTask(kv_.Batch(scope_, {DeleteOp("k", 0)})));
}

// Adds one, again and again until its compare-and-set wins.
Task<void> Increment(KvStore* kv, KvScope scope, int times) {
  for (int done = 0; done < times;) {
    Result<KvLookup> now = co_await kv->Get(scope, ToBytes("n"));
    NSL_CHECK(now.has_value());
    int n = now->found ? std::stoi(std::string(AsText(now->entry.value))) : 0;
    Result<int64_t> put =
        co_await kv->PutIf(scope, ToBytes("n"), ToBytes(std::to_string(n + 1)), now->entry.version);
    if (put) ++done;
  }
}

TEST_F(KvTest, CompareAndSetCountsRightUnderContention) {
  asio::io_context io(1);
  TaskGroup group(io.get_executor());
  for (int i = 0; i < 8; ++i) group.Spawn(Increment(&kv_, scope_, 5));
  io.run();
  EXPECT_EQ(AsText(Get("n").entry.value), "40");
  EXPECT_EQ(Get("n").entry.version, 40);
}

}  // namespace
}  // namespace nsl::storage
