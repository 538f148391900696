// SPDX-License-Identifier: Apache-2.0
// The host as the attacker: everything it may do to the records it keeps, and that nothing of it is
// ever accepted.
#include <gtest/gtest.h>

#include "base/plain_metrics.h"
#include "enclave/memory_records.h"
#include "enclave/run_task.h"
#include "enclave/sealed_store.h"

namespace nsl::enclave {
namespace {

class HostileHost : public testing::Test {
 protected:
  HostileHost() {
    store_ = Open();
    EXPECT_EQ(Load(*store_), "ok");
    Commit({{"t", "a", ToBytes(std::string_view("one"))},
            {"t", "b", ToBytes(std::string_view("two"))}});
    old_ = records_.state;
    Commit({{"t", "a", ToBytes(std::string_view("three"))},
            {"u", "a", ToBytes(std::string_view("four"))}});
    good_ = records_.state;
  }

  std::unique_ptr<SealedStore> Open(size_t cache = 0) {
    StoreOptions options;
    options.environment = "test";
    // Nothing is kept: each read asks the host.
    options.cache_bytes = cache;
    return std::make_unique<SealedStore>(env_, io_.get_executor(), records_, root_, options);
  }
  void Commit(std::vector<StoreChange> changes) {
    EXPECT_TRUE(RunTask(io_, store_->Commit(std::move(changes))));
  }
  std::string Load(SealedStore& store) {
    Status status = RunTask(io_, store.Load());
    return status ? "ok" : std::string(TextOf(status.error().reason));
  }
  std::string Get(std::string table, std::string key) {
    auto value = RunTask(io_, store_->Get(std::move(table), std::move(key)));
    if (!value) return std::string(TextOf(value.error().reason));
    return *value ? std::string(AsText((*value)->value)) : "absent";
  }
  // A store that starts anew and the one that lives both refuse the state as it is now.
  void ExpectRefused(const char* what) {
    auto fresh = Open();
    EXPECT_EQ(Load(*fresh), "platform.integrity") << what;
    std::string living = Load(*store_);
    EXPECT_TRUE(living == "platform.integrity" || living == "attest.rollback") << what << living;
    EXPECT_FALSE(store_->ready()) << what;
    records_.state = good_;
    EXPECT_EQ(Load(*store_), "ok") << what;
  }
  SealedRecord& Row(const char* table, const char* key) {
    return records_.state.rows.at({table, key});
  }

  asio::io_context io_;
  FakeClock clock_;
  SeededRandom random_{9};
  NullLog log_;
  PlainMetrics metrics_;
  Env env_{clock_, random_, log_, metrics_};
  MemoryRecords records_;
  Bytes root_ = Bytes(32, 7);
  std::unique_ptr<SealedStore> store_;
  MemoryRecords::State old_;
  MemoryRecords::State good_;
};

TEST_F(HostileHost, SwappedBetweenKeysAndTables) {
  std::swap(Row("t", "a").sealed, Row("t", "b").sealed);
  EXPECT_EQ(Get("t", "a"), "platform.integrity");
  ExpectRefused("keys");
  std::swap(Row("t", "a").sealed, Row("u", "a").sealed);
  EXPECT_EQ(Get("u", "a"), "platform.integrity");
  ExpectRefused("tables");
}

TEST_F(HostileHost, OlderVersionOfOneRecord) {
  Row("t", "a") = old_.rows.at({"t", "a"});
  EXPECT_EQ(Get("t", "a"), "platform.integrity");
  // Others are not touched by it.
  EXPECT_EQ(Get("t", "b"), "two");
  ExpectRefused("older record");
  // The same bytes under the version that stands now.
  Row("t", "a").sealed = old_.rows.at({"t", "a"}).sealed;
  EXPECT_EQ(Get("t", "a"), "platform.integrity");
  ExpectRefused("older bytes");
}

TEST_F(HostileHost, DeletedRecord) {
  records_.state.rows.erase({"t", "b"});
  EXPECT_EQ(Get("t", "b"), "platform.integrity");
  ExpectRefused("deleted");
}

TEST_F(HostileHost, DoubledRecord) {
  SealedRecord copy = Row("t", "a");
  copy.key = "z";
  records_.state.rows[{"t", "z"}] = copy;
  ExpectRefused("copied to another key");
  records_.change_reply = [](RecordsScanReply& reply) {
    if (!reply.records.empty()) reply.records.push_back(reply.records.back());
  };
  EXPECT_EQ(Get("t", "a"), "platform.integrity");
  auto fresh = Open();
  EXPECT_EQ(Load(*fresh), "platform.integrity");
}

TEST_F(HostileHost, AbsenceIsNotAskedFromTheHost) {
  SealedRecord invented = Row("t", "a");
  invented.key = "never";
  records_.state.rows[{"t", "never"}] = invented;
  EXPECT_EQ(Get("t", "never"), "absent");
}

TEST_F(HostileHost, HeadReplacedByAnOlderOneOrRemoved) {
  records_.state.head = old_.head;
  ExpectRefused("older head, newer records");
  records_.state.head.reset();
  ExpectRefused("no head");
  records_.state.head->sealed[40] ^= 1;
  ExpectRefused("altered head");
  ++records_.state.head->version;
  ExpectRefused("head with another counter");
}

TEST_F(HostileHost, WholeOlderStateIsRefusedWithinALife) {
  records_.state = old_;
  EXPECT_EQ(Load(*store_), "attest.rollback");
  records_.state = MemoryRecords::State();
  EXPECT_EQ(Load(*store_), "attest.rollback");
  EXPECT_EQ(Get("t", "a"), "platform.unavailable");
  records_.state = good_;
  EXPECT_EQ(Load(*store_), "ok");
  EXPECT_EQ(Get("t", "a"), "three");
}

TEST_F(HostileHost, AFreshWorldHasAnotherNamespace) {
  std::string known = store_->name_space();
  records_.state = MemoryRecords::State();
  auto fresh = Open();
  ASSERT_EQ(Load(*fresh), "ok");
  EXPECT_NE(fresh->name_space(), known);
  // Records of the old world do not fit into the new one.
  records_.state.rows = good_.rows;
  auto mixed = Open();
  EXPECT_EQ(Load(*mixed), "platform.integrity");
}

TEST_F(HostileHost, AWriteThatTheHostDeniedIsNeverAccepted) {
  records_.after_put = [] { return Status(Fail(Reason::kQuotaStorage, "a lie")); };
  Status denied = RunTask(io_, store_->Commit({{"t", "a", ToBytes(std::string_view("hidden"))}}));
  EXPECT_FALSE(denied);
  records_.after_put = nullptr;
  EXPECT_EQ(Load(*store_), "attest.rollback");
}

TEST_F(HostileHost, FlippedByteOfEveryPartOfARecord) {
  size_t size = Row("t", "a").sealed.size();
  for (size_t i = 0; i < size; ++i) {
    Row("t", "a").sealed[i] ^= 0x10;
    ASSERT_EQ(Get("t", "a"), "platform.integrity") << i;
    auto fresh = Open();
    ASSERT_EQ(Load(*fresh), "platform.integrity") << i;
    records_.state = good_;
  }
  EXPECT_EQ(Get("t", "a"), "three");
}

TEST_F(HostileHost, LiesAboutPages) {
  records_.change_reply = [](RecordsScanReply& reply) {
    reply.records.clear();
    reply.more = true;
  };
  auto fresh = Open();
  EXPECT_EQ(Load(*fresh), "platform.integrity");
  records_.change_reply = [](RecordsScanReply& reply) {
    std::reverse(reply.records.begin(), reply.records.end());
  };
  fresh = Open();
  EXPECT_EQ(Load(*fresh), "platform.integrity");
  // The same page for ever.
  records_.page = 1;
  MemoryRecords::State state = records_.state;
  records_.change_reply = [state](RecordsScanReply& reply) {
    reply.records = {state.rows.begin()->second};
    reply.more = true;
  };
  fresh = Open();
  EXPECT_EQ(Load(*fresh), "platform.integrity");
}

}  // namespace
}  // namespace nsl::enclave
