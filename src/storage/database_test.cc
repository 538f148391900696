// SPDX-License-Identifier: Apache-2.0
//
// What every implementation of Database promises; the parameter makes one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/task_group.h"
#include "storage/testing/temp_database.h"

namespace nsl::storage {
namespace {

using testing::HasSubstr;

RoomMigrations Notes() {
  return {"notes",
          {{"0001",
            "CREATE TABLE notes (id BIGINT NOT NULL PRIMARY KEY, version BIGINT NOT NULL, "
            "text TEXT, body BLOB)"}}};
}

Statement Insert(int64_t id, std::string text = "x") {
  return Statement("INSERT INTO notes (id, version, text) VALUES (?, 1, ?)", {id, std::move(text)});
}

struct Backend {
  std::string name;
  // Opens the same database again and again.
  std::function<Result<std::unique_ptr<Database>>(const TempFolder&, Env)> open;
};

class DatabaseTest : public testing::TestWithParam<Backend> {
 protected:
  void SetUp() override {
    Open();
    ASSERT_TRUE(db_->Migrate({Notes()}));
  }
  void Open() {
    db_.reset();
    auto opened = GetParam().open(folder_, env_);
    ASSERT_TRUE(opened) << opened.error().ToString();
    db_ = std::move(*opened);
  }
  Result<WriteResult> Write(std::vector<Statement> s) { return db_->WriteBlocking(std::move(s)); }
  int64_t Count() {
    auto rows = db_->ReadBlocking(Statement("SELECT count(*) FROM notes"));
    NSL_CHECK(rows.has_value());
    return (*rows)[0].Int(0);
  }

  TempFolder folder_;
  FakeClock clock_;
  SeededRandom random_{1};
  MemoryLog log_;
  PlainMetrics metrics_;
  Env env_{clock_, random_, log_, metrics_};
  std::unique_ptr<Database> db_;
};

TEST_P(DatabaseTest, ValuesComeBackAsTheyWereWritten) {
  Bytes body = {0, 1, 255, 0};
  ASSERT_TRUE(Write({Statement("INSERT INTO notes VALUES (?, ?, ?, ?)",
                               {INT64_MIN, INT64_MAX, std::string("Grüße '; --"), body})}));
  ASSERT_TRUE(Write({Statement("INSERT INTO notes VALUES (?, ?, ?, ?)",
                               {int64_t{2}, int64_t{0}, nullptr, Bytes()})}));
  auto rows = db_->ReadBlocking(Statement("SELECT * FROM notes ORDER BY id"));
  ASSERT_TRUE(rows);
  ASSERT_EQ(rows->size(), 2u);
  EXPECT_EQ((*rows)[0].Int(0), INT64_MIN);
  EXPECT_EQ((*rows)[0].Int(1), INT64_MAX);
  EXPECT_EQ((*rows)[0].Text(2), "Grüße '; --");
  EXPECT_EQ((*rows)[0].Blob(3), body);
  EXPECT_TRUE((*rows)[1].IsNull(2));
  EXPECT_EQ((*rows)[1].TextOr(2, "none"), "none");
  EXPECT_FALSE((*rows)[1].IsNull(3));
  EXPECT_TRUE((*rows)[1].Blob(3).empty());
}

TEST_P(DatabaseTest, TransactionIsAllOrNothing) {
  auto failed = Write({Insert(1), Insert(2),
                       Statement("UPDATE notes SET version = 2 WHERE id = 77")
                           .Expect(1, Reason::kRequestVersionConflict, "note 77 changed")});
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().reason, Reason::kRequestVersionConflict);
  EXPECT_EQ(failed.error().detail, "note 77 changed");
  EXPECT_EQ(Count(), 0);
  EXPECT_TRUE(Write({Insert(1), Insert(2)}));
  EXPECT_EQ(Count(), 2);
}

TEST_P(DatabaseTest, DuplicateBecomesTheNamedReason) {
  ASSERT_TRUE(Write({Insert(1)}));
  auto named = Write({Insert(2), Insert(1).OnDuplicate(Reason::kProjectExists, "note 1 exists")});
  ASSERT_FALSE(named);
  EXPECT_EQ(named.error().reason, Reason::kProjectExists);
  auto unnamed = Write({Insert(1)});
  ASSERT_FALSE(unnamed);
  EXPECT_EQ(unnamed.error().reason, Reason::kPlatformInternal);
  EXPECT_EQ(Count(), 1);
}

TEST_P(DatabaseTest, CompareAndSetLetsOneOfTwoThrough) {
  ASSERT_TRUE(Write({Insert(1)}));
  auto set = [] {
    return Statement("UPDATE notes SET version = 2 WHERE id = 1 AND version = 1")
        .Expect(1, Reason::kRequestVersionConflict, "");
  };
  EXPECT_TRUE(Write({set()}));
  EXPECT_FALSE(Write({set()}));
}

TEST_P(DatabaseTest, ResultTellsChangesAndReturnedRows) {
  auto result = Write({Insert(1), Insert(2), Statement("SELECT count(*) FROM notes"),
                       Statement("UPDATE notes SET version = version + 1 RETURNING id, version")});
  ASSERT_TRUE(result);
  ASSERT_EQ(result->statements.size(), 4u);
  EXPECT_EQ(result->statements[1].changes, 1);
  EXPECT_EQ(result->statements[2].changes, 0);
  EXPECT_EQ(result->statements[2].rows[0].Int(0), 2);
  EXPECT_EQ(result->statements[3].changes, 2);
  EXPECT_EQ(result->statements[3].rows[1].Int(1), 2);
}

TEST_P(DatabaseTest, CallersCannotTouchTransactionsOrSettings) {
  for (const char* sql : {"COMMIT", "BEGIN", "ROLLBACK", "SAVEPOINT a", "PRAGMA synchronous = OFF",
                          "ATTACH '/tmp/x' AS y", "SELECT 1; DELETE FROM notes", ""}) {
    auto refused = Write({Insert(1), Statement(sql)});
    ASSERT_FALSE(refused) << sql;
    EXPECT_EQ(refused.error().reason, Reason::kPlatformInternal) << sql;
  }
  EXPECT_EQ(Count(), 0);
  EXPECT_TRUE(Write({Insert(1)}));
}

TEST_P(DatabaseTest, ReadRefusesToChangeAnything) {
  for (const char* sql : {"DELETE FROM notes", "INSERT INTO notes (id, version) VALUES (1, 1)",
                          "PRAGMA query_only = OFF", "CREATE TABLE t (a BIGINT)"}) {
    auto refused = db_->ReadBlocking(Statement(sql));
    ASSERT_FALSE(refused) << sql;
    EXPECT_EQ(refused.error().reason, Reason::kPlatformInternal) << sql;
  }
}

TEST_P(DatabaseTest, WrongNumberOfParametersIsRefused) {
  EXPECT_FALSE(Write({Statement("INSERT INTO notes (id, version) VALUES (?, ?)", {int64_t{1}})}));
  EXPECT_FALSE(db_->ReadBlocking(Statement("SELECT 1", {int64_t{1}})));
}

TEST_P(DatabaseTest, RowBudgetRefusesOrCuts) {
  for (int64_t i = 0; i < 10; ++i) ASSERT_TRUE(Write({Insert(i, std::string(1000, 'a'))}));
  Statement all("SELECT text FROM notes ORDER BY id");
  all.row_budget = 3500;
  auto refused = db_->ReadBlocking(all);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, Reason::kRequestTooLarge);
  auto cut = db_->ReadBlocking(Statement(all).CutAt(3500));
  ASSERT_TRUE(cut);
  EXPECT_EQ(cut->size(), 3u);
  EXPECT_TRUE(cut->truncated());
  auto one = db_->ReadBlocking(Statement(all).CutAt(10));
  ASSERT_TRUE(one);
  EXPECT_EQ(one->size(), 1u);
}

TEST_P(DatabaseTest, TooLargeTransactionsAreRefused) {
  auto none = Write({});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().reason, Reason::kRequestTooLarge);
  std::vector<Statement> many(kMaxStatementsPerWrite + 1, Statement("SELECT 1"));
  EXPECT_FALSE(Write(many));
}

TEST_P(DatabaseTest, DataSurvivesReopening) {
  ASSERT_TRUE(Write({Insert(1)}));
  Open();
  ASSERT_TRUE(db_->Migrate({Notes()}));
  EXPECT_EQ(Count(), 1);
}

TEST_P(DatabaseTest, NewMigrationsAreAppliedOnce) {
  RoomMigrations next = Notes();
  next.migrations.push_back({"0002",
                             "ALTER TABLE notes ADD COLUMN extra TEXT; INSERT INTO notes "
                             "(id, version) VALUES (7, 1)"});
  Open();
  ASSERT_TRUE(db_->Migrate({next}));
  ASSERT_TRUE(db_->Migrate({next}));
  EXPECT_EQ(Count(), 1);
}

TEST_P(DatabaseTest, ChangedMigrationIsRefused) {
  RoomMigrations changed = Notes();
  changed.migrations[0].sql += " ";
  auto status = db_->Migrate({changed});
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().reason, Reason::kPlatformConfig);
  EXPECT_THAT(status.error().detail, HasSubstr("an applied migration never changes"));
}

TEST_P(DatabaseTest, NewerDatabaseIsRefused) {
  RoomMigrations older = Notes();
  older.migrations.clear();
  auto missing = db_->Migrate({older});
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error().detail, HasSubstr("newer than this program"));
  auto unknown = db_->Migrate({});
  ASSERT_FALSE(unknown);
  EXPECT_THAT(unknown.error().detail, HasSubstr("unknown room 'notes'"));
}

TEST_P(DatabaseTest, FailedMigrationLeavesNothing) {
  RoomMigrations next = Notes();
  next.migrations.push_back({"0002", "INSERT INTO notes (id, version) VALUES (7, 1); SELEKT"});
  auto status = db_->Migrate({next});
  ASSERT_FALSE(status);
  EXPECT_THAT(status.error().detail, HasSubstr("'0002' of room 'notes'"));
  EXPECT_EQ(Count(), 0);
  EXPECT_TRUE(Write({Insert(1)}));
}

TEST_P(DatabaseTest, MigrationThatCommitsIsRefused) {
  RoomMigrations next = Notes();
  next.migrations.push_back({"0002", "COMMIT"});
  EXPECT_FALSE(db_->Migrate({next}));
  EXPECT_TRUE(Write({Insert(1)}));
}

struct Tally {
  int ok = 0;
  int refused = 0;
  int unseen = 0;
};

// Writes, reads its own write back, and has every fifth transaction refused after an insert.
Task<void> Client(Database* db, int64_t first, int count, Tally* tally) {
  for (int64_t id = first; id < first + count; ++id) {
    std::vector<Statement> statements;
    statements.push_back(Insert(id));
    bool bad = id % 5 == 0;
    if (bad) {
      statements.push_back(Statement("UPDATE notes SET version = 9 WHERE id = -1")
                               .Expect(1, Reason::kKvConflict, ""));
    }
    Result<WriteResult> written = co_await db->Write(std::move(statements));
    (written ? tally->ok : tally->refused)++;
    Result<Rows> rows =
        co_await db->Read(Statement("SELECT version FROM notes WHERE id = ?", {id}));
    if (!rows || rows->empty() != bad) tally->unseen++;
  }
}

TEST_P(DatabaseTest, ManyCoroutinesEachSeeTheirOwnWrites) {
  constexpr int kClients = 200;
  constexpr int kEach = 10;
  asio::io_context io(1);
  Tally tally;
  TaskGroup group(io.get_executor());
  for (int64_t c = 0; c < kClients; ++c) {
    group.Spawn(Client(db_.get(), 1000 + c * kEach, kEach, &tally));
  }
  io.run();
  EXPECT_EQ(tally.ok, kClients * kEach * 4 / 5);
  EXPECT_EQ(tally.refused, kClients * kEach / 5);
  EXPECT_EQ(tally.unseen, 0);
  EXPECT_EQ(Count(), tally.ok);
}

INSTANTIATE_TEST_SUITE_P(Backends, DatabaseTest,
                         testing::Values(Backend{"Sqlite",
                                                 [](const TempFolder& folder, Env env) {
                                                   return OpenSqlite(
                                                       {.path = folder.File("nsl.db")}, env, {});
                                                 }}),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace nsl::storage
