// SPDX-License-Identifier: Apache-2.0
#include "enclave/sealed_store.h"

#include <gtest/gtest.h>
#include <malloc.h>

#include "base/plain_metrics.h"
#include "enclave/memory_records.h"
#include "enclave/run_task.h"

namespace nsl::enclave {
namespace {

StoreChange Put(std::string key, std::string_view value,
                std::optional<uint64_t> expect = std::nullopt, std::string table = "t") {
  return {std::move(table), std::move(key), ToBytes(value), false, expect};
}
StoreChange Remove(std::string key) { return {"t", std::move(key), {}, true, std::nullopt}; }

class Store : public testing::Test {
 protected:
  std::unique_ptr<SealedStore> Open(StoreOptions options = {}) {
    options.environment = "test";
    return std::make_unique<SealedStore>(env_, io_.get_executor(), records_, root_, options);
  }
  Status Commit(SealedStore& store, std::vector<StoreChange> changes) {
    return RunTask(io_, store.Commit(std::move(changes)));
  }
  // The value, "absent", or the reason.
  std::string Get(SealedStore& store, std::string key) {
    auto value = RunTask(io_, store.Get("t", std::move(key)));
    if (!value) return std::string(TextOf(value.error().reason));
    return *value ? std::string(AsText((*value)->value)) : "absent";
  }
  std::string Load(SealedStore& store) {
    Status status = RunTask(io_, store.Load());
    return status ? "ok" : std::string(TextOf(status.error().reason));
  }

  asio::io_context io_;
  FakeClock clock_;
  SeededRandom random_{9};
  MemoryLog log_;
  PlainMetrics metrics_;
  Env env_{clock_, random_, log_, metrics_};
  MemoryRecords records_;
  Bytes root_ = Bytes(32, 7);
};

TEST_F(Store, KeepsRecordsAcrossALife) {
  auto store = Open();
  ASSERT_EQ(Load(*store), "ok");
  std::string name_space = store->name_space();
  EXPECT_TRUE(Commit(*store, {Put("a", "1"), Put("b", "2")}));
  EXPECT_TRUE(Commit(*store, {Put("a", "3"), Remove("b")}));
  EXPECT_EQ(Get(*store, "a"), "3");
  EXPECT_EQ(Get(*store, "b"), "absent");
  auto next = Open();
  ASSERT_EQ(Load(*next), "ok");
  EXPECT_EQ(next->name_space(), name_space);
  EXPECT_EQ(next->counter(), 3u);
  EXPECT_EQ(Get(*next, "a"), "3");
  EXPECT_EQ(Get(*next, "b"), "absent");
}

TEST_F(Store, AnswersNothingBeforeItHasLoaded) {
  auto store = Open();
  EXPECT_EQ(Get(*store, "a"), "platform.unavailable");
  Status status = Commit(*store, {Put("a", "1")});
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().reason, Reason::kPlatformUnavailable);
  records_.down = true;
  EXPECT_EQ(Load(*store), "platform.unavailable");
  records_.down = false;
  EXPECT_EQ(Load(*store), "ok");
}

TEST_F(Store, ListsByPrefixInOrder) {
  auto store = Open();
  ASSERT_EQ(Load(*store), "ok");
  EXPECT_TRUE(Commit(*store, {Put("b/2", "x"), Put("b/1", "y"), Put("c", "z"), Put("a", "w"),
                              Put("b/3", "other", std::nullopt, "u")}));
  auto list = RunTask(io_, store->List("t", "b/", 10));
  ASSERT_TRUE(list);
  ASSERT_EQ(list->size(), 2u);
  EXPECT_EQ((*list)[0].key, "b/1");
  EXPECT_EQ((*list)[1].key, "b/2");
}

TEST_F(Store, RefusesAChangeWhoseExpectationDoesNotHold) {
  auto store = Open();
  ASSERT_EQ(Load(*store), "ok");
  EXPECT_TRUE(Commit(*store, {Put("a", "1", 0)}));
  Status again = Commit(*store, {Put("a", "2", 0), Put("b", "2")});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().reason, Reason::kRequestVersionConflict);
  EXPECT_EQ(Get(*store, "b"), "absent");
  auto version = RunTask(io_, store->Get("t", "a"));
  EXPECT_TRUE(Commit(*store, {Put("a", "2", (*version)->version)}));
}

Task<void> CommitInto(SealedStore& store, std::vector<StoreChange> changes,
                      std::vector<std::string>& out) {
  Status status = co_await store.Commit(std::move(changes));
  out.push_back(status ? "ok" : std::string(TextOf(status.error().reason)));
}

TEST_F(Store, JoinsWhatWaitsIntoFewWrites) {
  auto store = Open();
  ASSERT_EQ(Load(*store), "ok");
  size_t before = records_.puts;
  std::vector<std::string> done;
  TaskGroup group(io_.get_executor());
  for (int i = 0; i < 100; ++i) {
    group.Spawn(CommitInto(*store, {Put("k" + std::to_string(i), "v", 0)}, done));
  }
  // The same record twice: the second expectation is judged after the first write.
  group.Spawn(CommitInto(*store, {Put("k0", "again", 0)}, done));
  RunTask(io_, group.Wait());
  ASSERT_EQ(done.size(), 101u);
  EXPECT_EQ(std::count(done.begin(), done.end(), "ok"), 100);
  EXPECT_EQ(std::count(done.begin(), done.end(), "request.version_conflict"), 1);
  EXPECT_LE(records_.puts - before, 3u);
  auto next = Open();
  EXPECT_EQ(Load(*next), "ok");
  EXPECT_EQ(next->size(), 100u);
}

TEST_F(Store, ARefusedWriteLeavesEverythingAsItWas) {
  auto store = Open();
  ASSERT_EQ(Load(*store), "ok");
  EXPECT_TRUE(Commit(*store, {Put("a", "1")}));
  records_.before_put = [](const RecordsPutRequest&) {
    return Status(Fail(Reason::kQuotaStorage, "disk full"));
  };
  Status status = Commit(*store, {Put("a", "2"), Put("b", "1")});
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().reason, Reason::kQuotaStorage);
  EXPECT_EQ(Get(*store, "a"), "1");
  EXPECT_EQ(Get(*store, "b"), "absent");
  records_.before_put = nullptr;
  EXPECT_TRUE(Commit(*store, {Put("a", "3")}));
  auto next = Open();
  EXPECT_EQ(Load(*next), "ok");
}

TEST_F(Store, AnUnknownResultStopsTheStoreUntilItHasLookedAgain) {
  // A disk that failed at the commit leaves as much open as an answer that never came.
  for (auto [stored, reason] :
       {std::pair(false, Reason::kPlatformUnknownResult),
        std::pair(true, Reason::kPlatformUnknownResult), std::pair(false, Reason::kPlatformStorage),
        std::pair(true, Reason::kPlatformStorage)}) {
    records_ = MemoryRecords();
    auto store = Open();
    ASSERT_EQ(Load(*store), "ok");
    EXPECT_TRUE(Commit(*store, {Put("a", "1")}));
    auto gone = [reason] { return Status(Fail(reason, "gone")); };
    if (stored) {
      records_.after_put = gone;
    } else {
      records_.before_put = [&](const RecordsPutRequest&) { return gone(); };
    }
    Status status = Commit(*store, {Put("a", "2")});
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().reason, Reason::kPlatformUnknownResult);
    EXPECT_EQ(Get(*store, "a"), "platform.unavailable");
    records_.after_put = nullptr;
    records_.before_put = nullptr;
    EXPECT_EQ(Load(*store), "ok");
    EXPECT_EQ(Get(*store, "a"), stored ? "2" : "1");
    EXPECT_TRUE(Commit(*store, {Put("a", "3")}));
  }
}

TEST_F(Store, TheFirstHeadSurvivesALostAnswer) {
  records_.after_put = [] { return Status(Fail(Reason::kPlatformUnknownResult, "gone")); };
  auto store = Open();
  EXPECT_EQ(Load(*store), "platform.unknown_result");
  records_.after_put = nullptr;
  EXPECT_EQ(Load(*store), "ok");
  EXPECT_FALSE(store->name_space().empty());
  EXPECT_TRUE(Commit(*store, {Put("a", "1")}));
}

TEST_F(Store, ReadsAgainWhatDoesNotFitAndChecksIt) {
  StoreOptions options;
  options.cache_bytes = 8;
  auto store = Open(options);
  ASSERT_EQ(Load(*store), "ok");
  EXPECT_TRUE(Commit(*store, {Put("a", "first"), Put("b", "second"), Put("c", "third")}));
  size_t before = records_.scans;
  EXPECT_EQ(Get(*store, "a"), "first");
  EXPECT_EQ(Get(*store, "b"), "second");
  EXPECT_EQ(Get(*store, "c"), "third");
  EXPECT_GT(records_.scans, before);
}

TEST_F(Store, ManyPagesLoadAndMemoryStaysSmall) {
  records_.page = 7;
  auto store = Open();
  ASSERT_EQ(Load(*store), "ok");
  std::vector<StoreChange> changes;
  for (int i = 0; i < 300; ++i) changes.push_back(Put("k" + std::to_string(i), "value"));
  EXPECT_TRUE(Commit(*store, std::move(changes)));
  auto next = Open();
  EXPECT_EQ(Load(*next), "ok");
  EXPECT_EQ(next->size(), 300u);
}

TEST_F(Store, TenThousandRecordsTakeAFewMegabytes) {
  StoreOptions options;
  options.cache_bytes = 0;
  auto store = Open(options);
  ASSERT_EQ(Load(*store), "ok");
  for (int batch = 0; batch < 20; ++batch) {
    std::vector<StoreChange> changes;
    for (int i = 0; i < 500; ++i) {
      changes.push_back(Put("key_01m86vajrpd7zyby9ke" + std::to_string(batch * 500 + i), "value"));
    }
    ASSERT_TRUE(Commit(*store, std::move(changes)));
  }
  size_t before = mallinfo2().uordblks;
  auto next = Open(options);
  ASSERT_EQ(Load(*next), "ok");
  size_t bytes = mallinfo2().uordblks - before;
  EXPECT_EQ(next->size(), 10'000u);
  std::printf("10,000 records: %zu KiB of index\n", bytes >> 10);
#if !defined(__SANITIZE_ADDRESS__) && !__has_feature(address_sanitizer)
  EXPECT_LT(bytes, 5u << 20);
#endif
}

// A slow host: the answer of a write does not come in time, the vault reads the old state, and then
// the write arrives after all.
TEST_F(Store, WriteThatArrivesLateIsFoundAndNotFoughtForEver) {
  auto store = Open();
  ASSERT_EQ(Load(*store), "ok");
  ASSERT_TRUE(Commit(*store, {Put("a", "1")}));
  std::optional<RecordsPutRequest> late;
  records_.before_put = [&](const RecordsPutRequest& request) -> Status {
    late = request;
    return Fail(Reason::kPlatformDeadline, "too slow");
  };
  EXPECT_FALSE(Commit(*store, {Put("b", "2")}));
  EXPECT_FALSE(store->ready());
  records_.before_put = nullptr;
  ASSERT_EQ(Load(*store), "ok");
  for (SealedRecord& r : late->records) records_.state.rows[{r.table, r.key}] = r;
  records_.state.head = late->head;
  EXPECT_FALSE(Commit(*store, {Put("c", "3")}));
  EXPECT_FALSE(store->ready());
  ASSERT_EQ(Load(*store), "ok");
  EXPECT_TRUE(Commit(*store, {Put("c", "3")}));
  EXPECT_EQ(store->size(), 3u);
}

TEST_F(Store, AnotherRootOpensNothing) {
  auto store = Open();
  ASSERT_EQ(Load(*store), "ok");
  EXPECT_TRUE(Commit(*store, {Put("a", "1")}));
  // Another root files its records elsewhere; a host that answers with these is refused.
  root_[0] ^= 1;
  auto other = Open();
  EXPECT_EQ(Load(*other), "platform.integrity");
}

}  // namespace
}  // namespace nsl::enclave
