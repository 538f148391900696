// SPDX-License-Identifier: Apache-2.0
#include "records_service.h"

#include <gtest/gtest.h>

#include "storage/testing/temp_database.h"

namespace nsl::host {
namespace {

using enclave::RecordsPutRequest;
using enclave::RecordsScanReply;
using enclave::SealedRecord;

class RecordsServiceTest : public ::testing::Test {
 protected:
  RecordsServiceTest()
      : temp_({storage::RecordStore::Migrations()}), store_(*temp_.database), service_(store_) {}

  Status Put(uint64_t counter, std::vector<SealedRecord> records) {
    RecordsPutRequest request;
    request.name_space = "ns";
    request.records = std::move(records);
    request.head = {"", "head", counter, Bytes(4, static_cast<uint8_t>(counter))};
    auto done = storage::RunTask(service_.Put({}, std::move(request)));
    if (!done) return std::unexpected(done.error());
    return {};
  }
  RecordsScanReply Scan(std::string table = {}, std::string key = {}, uint32_t limit = 500) {
    // Asked without a namespace, as by a vault that has just started.
    auto reply = storage::RunTask(service_.Scan({}, {"", std::move(table), std::move(key), limit}));
    NSL_CHECK(reply.has_value());
    return std::move(*reply);
  }

  storage::TempDatabase temp_;
  storage::RecordStore store_;
  RecordsService service_;
};

TEST_F(RecordsServiceTest, GivesBackExactlyWhatWasPut) {
  EXPECT_FALSE(Scan().head.has_value());
  ASSERT_TRUE(Put(1, {{"accounts", "a", 1, {1, 2}}, {"accounts", "b", 1, {3}}}).has_value());
  ASSERT_TRUE(Put(2, {{"accounts", "a", 2, {9}}}).has_value());
  RecordsScanReply all = Scan();
  ASSERT_TRUE(all.head.has_value());
  EXPECT_EQ(all.head->version, 2u);
  EXPECT_EQ(all.head->key, "head");
  EXPECT_EQ(all.head->sealed, Bytes(4, 2));
  ASSERT_EQ(all.records.size(), 2u);
  EXPECT_EQ(all.records[0].key, "a");
  EXPECT_EQ(all.records[0].version, 2u);
  EXPECT_EQ(all.records[0].sealed, Bytes{9});
  EXPECT_EQ(all.records[1].version, 1u);
  EXPECT_FALSE(all.more);
}

TEST_F(RecordsServiceTest, EmptySealedBytesRemove) {
  ASSERT_TRUE(Put(1, {{"t", "a", 1, {1}}}).has_value());
  ASSERT_TRUE(Put(2, {{"t", "a", 2, {}}}).has_value());
  EXPECT_TRUE(Scan().records.empty());
}

TEST_F(RecordsServiceTest, AnotherVaultCannotInterleave) {
  ASSERT_TRUE(Put(1, {{"t", "a", 1, {1}}}).has_value());
  EXPECT_EQ(Put(1, {{"t", "a", 1, {2}}}).error().reason, Reason::kRequestVersionConflict);
  EXPECT_EQ(Put(3, {{"t", "a", 3, {2}}}).error().reason, Reason::kRequestVersionConflict);
  EXPECT_FALSE(Put(0, {}).has_value());
  EXPECT_EQ(Scan().records.at(0).sealed, Bytes{1});
}

TEST_F(RecordsServiceTest, PagesGoOnAfterTheLastRecord) {
  ASSERT_TRUE(Put(1, {{"t", "a", 1, {1}}, {"t", "b", 1, {1}}, {"u", "a", 1, {1}}}).has_value());
  RecordsScanReply first = Scan("", "", 2);
  EXPECT_TRUE(first.more);
  ASSERT_EQ(first.records.size(), 2u);
  RecordsScanReply second = Scan(first.records[1].table, first.records[1].key, 2);
  EXPECT_FALSE(second.more);
  ASSERT_EQ(second.records.size(), 1u);
  EXPECT_EQ(second.records[0].table, "u");
}

}  // namespace
}  // namespace nsl::host
