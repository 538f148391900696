// SPDX-License-Identifier: Apache-2.0
//
// Database: the one SQL database that holds the truth of the host.
//
// Guarantee: Write is one transaction, all or nothing, and answers yes only after the commit is
// durable; a write that was answered with an error other than platform.storage left nothing. After
// a failed fsync or another storage fault every write answers platform.storage until the process is
// started again; a write that was under way then may or may not have happened.
// A read sees every write that was acknowledged before it began. Thread-safe; Write and Read are
// awaited on any io_context and answer there. The Blocking forms are for boot and for threads that
// run no io_context. A full queue answers quota.busy at once.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/task.h"
#include "storage/value.h"

namespace nsl::storage {

struct StatementResult {
  // Rows inserted, updated or deleted.
  int64_t changes = 0;
  // Rows of a RETURNING clause or of a SELECT inside the transaction.
  Rows rows;
};

// One entry per statement, in order.
struct WriteResult {
  std::vector<StatementResult> statements;
};

// Each migration runs once, in order, in its own transaction. A text never changes once released.
struct Migration {
  std::string name;
  std::string sql;
};
struct RoomMigrations {
  std::string room;
  std::vector<Migration> migrations;
};

class Database {
 public:
  virtual ~Database() = default;

  // One SELECT, on a snapshot of its own.
  virtual Task<Result<Rows>> Read(Statement statement) = 0;
  virtual Task<Result<WriteResult>> Write(std::vector<Statement> statements) = 0;

  virtual Result<Rows> ReadBlocking(Statement statement) = 0;
  virtual Result<WriteResult> WriteBlocking(std::vector<Statement> statements) = 0;

  // Applies what is missing. Refuses with platform.config when the text of an applied migration
  // changed, or when the database knows a migration that the program does not (it is newer).
  // Called once at boot with the migrations of all rooms.
  virtual Status Migrate(std::vector<RoomMigrations> rooms) = 0;
};

// Limits that hold for every implementation.
inline constexpr size_t kMaxStatementsPerWrite = 4096;
inline constexpr size_t kMaxWriteBytes = 128u << 20;

}  // namespace nsl::storage
