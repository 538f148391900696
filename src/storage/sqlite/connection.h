// SPDX-License-Identifier: Apache-2.0
//
// Connection: one SQLite connection with its prepared statements.
//
// Guarantee: each failure is either the statement's own (its Error carries the reason the caller
// named) or a storage failure, and then storage_failed() stays true. Statements from callers cannot
// begin or end transactions, attach files or change settings. One thread at a time.
#pragma once

#include <sqlite3.h>

#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "storage/api.h"

namespace nsl::storage {

struct StatementCloser {
  void operator()(sqlite3_stmt* s) const { sqlite3_finalize(s); }
};
using PreparedStatement = std::unique_ptr<sqlite3_stmt, StatementCloser>;

class Connection {
 public:
  static Result<std::unique_ptr<Connection>> Open(const std::string& path, int flags,
                                                  const std::string& vfs);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Our own control statements: pragmas, transactions, migrations. May hold several.
  Status Exec(const std::string& sql);
  // First column of the first row as text, empty without a row.
  Result<std::string> Query(const std::string& sql);
  // One statement of a caller.
  Result<StatementResult> Run(const Statement& statement);
  // As Run, but refuses whatever writes.
  Result<Rows> Select(const Statement& statement);

  Status Checkpoint(int mode);
  bool storage_failed() const { return storage_failed_; }
  bool in_transaction() const { return sqlite3_get_autocommit(db_) == 0; }
  // Pages in the write-ahead log after the last commit.
  int wal_pages() const { return wal_pages_; }

 private:
  static constexpr size_t kCachedStatements = 128;
  struct Cached {
    std::string sql;
    PreparedStatement statement;
  };

  explicit Connection(sqlite3* db) : db_(db) {}
  static int Authorize(void* self, int action, const char*, const char*, const char*, const char*);
  static int OnWal(void* self, sqlite3*, const char*, int pages);
  Result<sqlite3_stmt*> Prepare(const std::string& sql);
  Status Bind(sqlite3_stmt* s, const std::vector<Value>& params);
  Result<StatementResult> Step(sqlite3_stmt* s, const Statement& statement);
  // Turns a result code into an Error and notes a storage failure.
  Error ErrorOf(int code, const Statement* statement);

  sqlite3* db_;
  bool guard_ = false;
  bool storage_failed_ = false;
  int wal_pages_ = 0;
  std::list<Cached> cache_;
  std::unordered_map<std::string_view, std::list<Cached>::iterator> by_sql_;
};

}  // namespace nsl::storage
