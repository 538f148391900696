// SPDX-License-Identifier: Apache-2.0
#include "storage/sqlite/sqlite_database.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <unistd.h>

#include <condition_variable>
#include <filesystem>
#include <thread>

#include "storage/sqlite/writer.h"
#include "storage/testing/temp_database.h"

namespace nsl::storage {
namespace {

using testing::HasSubstr;

const RoomMigrations kTable = {"t", {{"0001", "CREATE TABLE t (a BIGINT NOT NULL, b BLOB)"}}};

TEST(SqliteDatabase, SecondOpenerLearnsThePidOfTheFirst) {
  TempDatabase first;
  auto second = OpenSqlite({.path = first.folder.File("nsl.db")}, first.env, {});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().reason, Reason::kPlatformConfig);
  EXPECT_THAT(second.error().detail, HasSubstr("pid " + std::to_string(::getpid())));
  first.database.reset();
  EXPECT_TRUE(OpenSqlite({.path = first.folder.File("nsl.db")}, first.env, {}));
}

TEST(SqliteDatabase, MissingFolderIsNamed) {
  TempDatabase t;
  auto opened = OpenSqlite({.path = t.folder.File("no/nsl.db")}, t.env, {});
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().detail, HasSubstr("no/nsl.db"));
}

TEST(SqliteDatabase, AnotherProgramsDatabaseIsRefused) {
  TempDatabase t;
  std::string path = t.folder.File("other.db");
  sqlite3* raw = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &raw), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(raw, "CREATE TABLE x (a)", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(raw);
  auto opened = OpenSqlite({.path = path}, t.env, {});
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().detail, HasSubstr("another program"));
}

TEST(SqliteDatabase, LogIsCheckpointedAndStaysBounded) {
  TempDatabase t;
  std::string path = t.folder.File("small.db");
  auto opened = OpenSqlite({.path = path, .checkpoint_pages = 50}, t.env, {});
  ASSERT_TRUE(opened);
  ASSERT_TRUE((*opened)->Migrate({kTable}));
  for (int64_t i = 0; i < 200; ++i) {
    ASSERT_TRUE((*opened)->WriteBlocking(
        {Statement("INSERT INTO t VALUES (?, ?)", {i, Bytes(20'000, 7)})}));
  }
  EXPECT_LT(std::filesystem::file_size(path + "-wal"), 1u << 20);
  EXPECT_GT(std::filesystem::file_size(path), 3u << 20);
}

TEST(SqliteDatabase, FullReadQueueRefusesAtOnce) {
  TempDatabase t;
  auto opened = OpenSqlite({.path = t.folder.File("q.db"), .read_queue = 0}, t.env, {});
  ASSERT_TRUE(opened);
  auto rows = RunTask((*opened)->Read(Statement("SELECT 1")));
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().reason, Reason::kQuotaBusy);
}

// Holds the writer's thread inside a job until opened.
class Barrier {
 public:
  Status Hold() {
    std::unique_lock lock(mutex_);
    entered_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
    return {};
  }
  void AwaitEntered() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return entered_; });
  }
  void Open() {
    std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool entered_ = false;
  bool open_ = false;
};

class WriterTest : public testing::Test {
 protected:
  void Start(SqliteConfig config) {
    auto connection =
        Connection::Open(t_.folder.File("w.db"), SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, "");
    ASSERT_TRUE(connection);
    ASSERT_TRUE((*connection)->Query("PRAGMA journal_mode=WAL"));
    ASSERT_TRUE((*connection)->Exec("CREATE TABLE t (a BIGINT NOT NULL, b BLOB)"));
    writer_ = std::make_unique<Writer>(std::move(*connection), config, t_.env, nullptr);
    writer_->SubmitJob([this](Connection&) { return barrier_.Hold(); }, [](auto) {});
    barrier_.AwaitEntered();
  }
  void Submit(int64_t a, size_t blob = 0) {
    std::vector<Statement> s;
    s.push_back(Statement("INSERT INTO t VALUES (?, ?)", {a, Bytes(blob)}));
    writer_->Submit(std::move(s), [this](Result<WriteResult> r) {
      std::lock_guard lock(mutex_);
      if (r) {
        ++ok_;
      } else {
        reasons_.push_back(r.error().reason);
      }
    });
  }

  TempDatabase t_;
  Barrier barrier_;
  std::mutex mutex_;
  int ok_ = 0;
  std::vector<Reason> reasons_;
  std::unique_ptr<Writer> writer_;
};

TEST_F(WriterTest, FullQueueRefusesAtOnceAndKeepsWhatItAccepted) {
  Start({.write_queue = 3});
  for (int64_t i = 0; i < 5; ++i) Submit(i);
  EXPECT_THAT(reasons_, testing::ElementsAre(Reason::kQuotaBusy, Reason::kQuotaBusy));
  EXPECT_EQ(t_.metrics.GetCounter("nsl_storage_refused_total", "", {}).value(), 2u);
  barrier_.Open();
  writer_.reset();
  EXPECT_EQ(ok_, 3);
}

TEST_F(WriterTest, QueueIsBoundedInBytes) {
  Start({.write_queue_bytes = 10'000});
  for (int64_t i = 0; i < 3; ++i) Submit(i, 4000);
  EXPECT_THAT(reasons_, testing::ElementsAre(Reason::kQuotaBusy));
  barrier_.Open();
  writer_.reset();
  EXPECT_EQ(ok_, 2);
}

TEST_F(WriterTest, WaitingTransactionsShareOneCommit) {
  Start({});
  for (int64_t i = 0; i < 100; ++i) Submit(i);
  barrier_.Open();
  writer_.reset();
  EXPECT_EQ(ok_, 100);
  EXPECT_EQ(t_.metrics.GetCounter("nsl_storage_commits_total", "", {}).value(), 1u);
}

TEST_F(WriterTest, BatchIsBounded) {
  Start({.max_batch = 10});
  for (int64_t i = 0; i < 100; ++i) Submit(i);
  barrier_.Open();
  writer_.reset();
  EXPECT_EQ(t_.metrics.GetCounter("nsl_storage_commits_total", "", {}).value(), 10u);
}

}  // namespace
}  // namespace nsl::storage
