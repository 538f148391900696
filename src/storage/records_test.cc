// SPDX-License-Identifier: Apache-2.0
#include "storage/records.h"

#include <gtest/gtest.h>

#include "storage/testing/temp_database.h"

namespace nsl::storage {
namespace {

class RecordsTest : public testing::Test {
 protected:
  Status Apply(int64_t sequence, std::vector<RecordChange> changes, std::string ns = "v") {
    return RunTask(store_.ApplyBatch(ns, std::move(changes),
                                     {sequence, ToBytes("head" + std::to_string(sequence))}));
  }
  static RecordChange Set(std::string table, std::string key, std::string sealed) {
    return {std::move(table), ToBytes(key), ToBytes(sealed), false};
  }
  static RecordChange Remove(std::string table, std::string key) {
    return {std::move(table), ToBytes(key), {}, true};
  }
  std::vector<std::string> ScanAll(size_t limit, std::string ns = "v") {
    std::vector<std::string> out;
    std::string cursor;
    do {
      auto page = RunTask(store_.Scan(ns, cursor, limit));
      NSL_CHECK(page.has_value());
      for (const Record& r : page->records) {
        out.push_back(r.table + ":" + std::string(AsText(r.key)) + "=" +
                      std::string(AsText(r.sealed)));
      }
      cursor = page->next_cursor;
    } while (!cursor.empty());
    return out;
  }

  TempDatabase t_{{RecordStore::Migrations()}};
  RecordStore store_{*t_.database, {.scan_bytes = 100'000}};
};

TEST_F(RecordsTest, BatchAndHeadMoveTogether) {
  EXPECT_EQ(RunTask(store_.Head("v"))->sequence, 0);
  ASSERT_TRUE(Apply(1, {Set("keys", "b", "2"), Set("keys", "a", "1"), Set("acc", "x", "3")}));
  ASSERT_TRUE(Apply(2, {Set("keys", "a", "1b"), Remove("acc", "x"), Remove("acc", "absent")}));
  auto head = RunTask(store_.Head("v"));
  EXPECT_EQ(head->sequence, 2);
  EXPECT_EQ(AsText(head->sealed), "head2");
  EXPECT_EQ(ScanAll(100), (std::vector<std::string>{"keys:a=1b", "keys:b=2"}));
}

TEST_F(RecordsTest, AnotherSequenceChangesNothing) {
  ASSERT_TRUE(Apply(1, {Set("k", "a", "1")}));
  for (int64_t wrong : {1, 3}) {
    auto refused = Apply(wrong, {Set("k", "a", "2"), Set("k", "b", "2")});
    ASSERT_FALSE(refused) << wrong;
    EXPECT_EQ(refused.error().reason, Reason::kRequestVersionConflict);
  }
  EXPECT_EQ(ScanAll(10), (std::vector<std::string>{"k:a=1"}));
  EXPECT_EQ(AsText(RunTask(store_.Head("v"))->sealed), "head1");
}

TEST_F(RecordsTest, NamespacesAreApart) {
  ASSERT_TRUE(Apply(1, {Set("k", "a", "1")}, "v"));
  ASSERT_TRUE(Apply(1, {Set("k", "a", "2")}, "w"));
  EXPECT_EQ(ScanAll(10, "w"), (std::vector<std::string>{"k:a=2"}));
}

TEST_F(RecordsTest, ScanVisitsEachRecordOnceInSmallPages) {
  std::vector<RecordChange> changes;
  for (int i = 0; i < 50; ++i) {
    changes.push_back(Set(i % 2 ? "odd" : "even", std::string(1, static_cast<char>(i)), "s"));
  }
  ASSERT_TRUE(Apply(1, changes));
  auto pages = ScanAll(7);
  EXPECT_EQ(pages.size(), 50u);
  EXPECT_EQ(pages, ScanAll(5000));
  EXPECT_FALSE(RunTask(store_.Scan("v", "", 0)));
  EXPECT_FALSE(RunTask(store_.Scan("v", "", 5001)));
  EXPECT_FALSE(RunTask(store_.Scan("v", "AAA!", 5)));
}

TEST_F(RecordsTest, ScanPageIsBoundedInBytes) {
  std::vector<RecordChange> changes;
  for (int i = 0; i < 10; ++i)
    changes.push_back(Set("t", std::to_string(i), std::string(40'000, 's')));
  ASSERT_TRUE(Apply(1, changes));
  auto page = RunTask(store_.Scan("v", "", 100));
  EXPECT_EQ(page->records.size(), 2u);
  EXPECT_FALSE(page->next_cursor.empty());
  EXPECT_EQ(ScanAll(100).size(), 10u);
}

TEST_F(RecordsTest, LimitsAreChecked) {
  EXPECT_FALSE(Apply(0, {}));
  EXPECT_FALSE(Apply(1, {Set("", "k", "s")}));
  EXPECT_FALSE(Apply(1, {Set(std::string("a\0b", 3), "k", "s")}));
  EXPECT_FALSE(Apply(1, {Set("t", std::string(1025, 'k'), "s")}));
  EXPECT_FALSE(Apply(1, {Set("t", "k", std::string((4 << 20) + 1, 's'))}));
  EXPECT_FALSE(Apply(1, std::vector<RecordChange>(1001, Set("t", "k", "s"))));
  EXPECT_TRUE(Apply(1, {}));
}

}  // namespace
}  // namespace nsl::storage
