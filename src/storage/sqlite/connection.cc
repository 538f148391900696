// SPDX-License-Identifier: Apache-2.0
#include "storage/sqlite/connection.h"

#include <climits>

namespace nsl::storage {
namespace {

// Resets on every way out, so that no statement keeps a read snapshot open.
struct Reset {
  sqlite3_stmt* s;
  ~Reset() {
    sqlite3_reset(s);
    sqlite3_clear_bindings(s);
  }
};

size_t SizeOf(sqlite3_stmt* s, int column) {
  int type = sqlite3_column_type(s, column);
  if (type == SQLITE_TEXT || type == SQLITE_BLOB) {
    return static_cast<size_t>(sqlite3_column_bytes(s, column));
  }
  return sizeof(int64_t);
}

Result<Value> ColumnOf(sqlite3_stmt* s, int column) {
  switch (sqlite3_column_type(s, column)) {
    case SQLITE_NULL:
      return Value(nullptr);
    case SQLITE_INTEGER:
      return Value(int64_t{sqlite3_column_int64(s, column)});
    case SQLITE_TEXT: {
      auto* text = reinterpret_cast<const char*>(sqlite3_column_text(s, column));
      size_t size = static_cast<size_t>(sqlite3_column_bytes(s, column));
      return Value(std::string(text, size));
    }
    case SQLITE_BLOB: {
      auto* data = static_cast<const uint8_t*>(sqlite3_column_blob(s, column));
      size_t size = static_cast<size_t>(sqlite3_column_bytes(s, column));
      return Value(size == 0 ? Bytes() : Bytes(data, data + size));
    }
    default:
      return Fail(Reason::kPlatformInternal, "a floating-point column is outside the SQL subset");
  }
}

int BindValue(sqlite3_stmt* s, int i, const Value& value) {
  if (auto* number = std::get_if<int64_t>(&value)) return sqlite3_bind_int64(s, i, *number);
  if (auto* text = std::get_if<std::string>(&value)) {
    return sqlite3_bind_text64(s, i, text->data(), text->size(), SQLITE_STATIC, SQLITE_UTF8);
  }
  if (auto* bytes = std::get_if<Bytes>(&value)) {
    // A null pointer would bind NULL instead of an empty blob.
    if (bytes->empty()) return sqlite3_bind_zeroblob(s, i, 0);
    return sqlite3_bind_blob64(s, i, bytes->data(), bytes->size(), SQLITE_STATIC);
  }
  return sqlite3_bind_null(s, i);
}

}  // namespace

Result<std::unique_ptr<Connection>> Connection::Open(const std::string& path, int flags,
                                                     const std::string& vfs) {
  sqlite3* db = nullptr;
  int code = sqlite3_open_v2(path.c_str(), &db, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
                             vfs.empty() ? nullptr : vfs.c_str());
  if (code != SQLITE_OK) {
    std::string why = db ? sqlite3_errmsg(db) : sqlite3_errstr(code);
    sqlite3_close_v2(db);
    return Fail(Reason::kPlatformStorage, "cannot open database '" + path + "': " + why);
  }
  std::unique_ptr<Connection> connection(new Connection(db));
  sqlite3_busy_timeout(db, 10'000);
  sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, nullptr);
  sqlite3_set_authorizer(db, &Connection::Authorize, connection.get());
  // Takes the place of SQLite's automatic checkpoint, which is a hook too.
  sqlite3_wal_hook(db, &Connection::OnWal, connection.get());
  return connection;
}

Connection::~Connection() {
  by_sql_.clear();
  cache_.clear();
  sqlite3_close_v2(db_);
}

int Connection::Authorize(void* self, int action, const char*, const char*, const char*,
                          const char*) {
  if (!static_cast<Connection*>(self)->guard_) return SQLITE_OK;
  switch (action) {
    case SQLITE_TRANSACTION:
    case SQLITE_SAVEPOINT:
    case SQLITE_ATTACH:
    case SQLITE_DETACH:
    case SQLITE_PRAGMA:
      return SQLITE_DENY;
    default:
      return SQLITE_OK;
  }
}

int Connection::OnWal(void* self, sqlite3*, const char*, int pages) {
  static_cast<Connection*>(self)->wal_pages_ = pages;
  return SQLITE_OK;
}

Status Connection::Exec(const std::string& sql) {
  int code = sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return Fail(ErrorOf(code, nullptr));
  return {};
}

Result<std::string> Connection::Query(const std::string& sql) {
  sqlite3_stmt* raw = nullptr;
  int code = sqlite3_prepare_v2(db_, sql.c_str(), -1, &raw, nullptr);
  PreparedStatement statement(raw);
  if (code != SQLITE_OK) return Fail(ErrorOf(code, nullptr));
  std::string first;
  bool seen = false;
  // To the end: a statement that writes commits, and may fail, in its last step.
  while ((code = sqlite3_step(raw)) == SQLITE_ROW) {
    auto* text = reinterpret_cast<const char*>(sqlite3_column_text(raw, 0));
    if (!seen && text != nullptr) first = text;
    seen = true;
  }
  if (code != SQLITE_DONE) return Fail(ErrorOf(code, nullptr));
  return first;
}

Result<sqlite3_stmt*> Connection::Prepare(const std::string& sql) {
  auto found = by_sql_.find(sql);
  if (found != by_sql_.end()) {
    cache_.splice(cache_.begin(), cache_, found->second);
    return found->second->statement.get();
  }
  sqlite3_stmt* raw = nullptr;
  const char* tail = nullptr;
  int code = sqlite3_prepare_v3(db_, sql.data(), static_cast<int>(sql.size()),
                                SQLITE_PREPARE_PERSISTENT, &raw, &tail);
  PreparedStatement statement(raw);
  if (code != SQLITE_OK) return Fail(ErrorOf(code, nullptr));
  std::string_view rest(tail, static_cast<size_t>(sql.data() + sql.size() - tail));
  if (raw == nullptr || rest.find_first_not_of(" \n\t;") != std::string_view::npos) {
    return Fail(Reason::kPlatformInternal, "a Statement holds exactly one SQL statement");
  }
  if (cache_.size() >= kCachedStatements) {
    by_sql_.erase(cache_.back().sql);
    cache_.pop_back();
  }
  cache_.push_front({sql, std::move(statement)});
  by_sql_.emplace(cache_.front().sql, cache_.begin());
  return raw;
}

Status Connection::Bind(sqlite3_stmt* s, const std::vector<Value>& params) {
  if (sqlite3_bind_parameter_count(s) != static_cast<int>(params.size())) {
    return Fail(Reason::kPlatformInternal, "statement with " +
                                               std::to_string(sqlite3_bind_parameter_count(s)) +
                                               " parameters got " + std::to_string(params.size()));
  }
  for (size_t i = 0; i < params.size(); ++i) {
    int code = BindValue(s, static_cast<int>(i) + 1, params[i]);
    if (code != SQLITE_OK) return Fail(ErrorOf(code, nullptr));
  }
  return {};
}

Result<StatementResult> Connection::Step(sqlite3_stmt* s, const Statement& statement) {
  StatementResult result;
  // The rows of a change are never cut: a caller must not take a part of them for all.
  bool may_cut = statement.cut_at_budget && sqlite3_stmt_readonly(s);
  size_t used = 0;
  int64_t before = sqlite3_total_changes64(db_);
  for (;;) {
    int code = sqlite3_step(s);
    if (code == SQLITE_DONE) break;
    if (code != SQLITE_ROW) return Fail(ErrorOf(code, &statement));
    int columns = sqlite3_column_count(s);
    for (int i = 0; i < columns; ++i) used += SizeOf(s, i);
    if (used > statement.row_budget) {
      if (may_cut && !result.rows.empty()) {
        result.rows.MarkTruncated();
        break;
      }
      if (!may_cut) {
        return Fail(
            Reason::kRequestTooLarge,
            "the rows exceed " + std::to_string(statement.row_budget) + " bytes; ask for fewer");
      }
    }
    std::vector<Value> row;
    row.reserve(static_cast<size_t>(columns));
    for (int i = 0; i < columns; ++i) {
      NSL_TRY(Value value, ColumnOf(s, i));
      row.push_back(std::move(value));
    }
    result.rows.Append(std::move(row));
  }
  // sqlite3_changes keeps its value over statements that change nothing.
  if (sqlite3_total_changes64(db_) != before) result.changes = sqlite3_changes64(db_);
  return result;
}

Result<StatementResult> Connection::Run(const Statement& statement) {
  guard_ = true;
  auto prepared = Prepare(statement.sql);
  guard_ = false;
  NSL_TRY(sqlite3_stmt * s, std::move(prepared));
  Reset reset{s};
  NSL_TRY_VOID(Bind(s, statement.params));
  NSL_TRY(StatementResult result, Step(s, statement));
  if (statement.expect_changes && *statement.expect_changes != result.changes) {
    return Fail(statement.on_mismatch);
  }
  return result;
}

Result<Rows> Connection::Select(const Statement& statement) {
  guard_ = true;
  auto prepared = Prepare(statement.sql);
  guard_ = false;
  NSL_TRY(sqlite3_stmt * s, std::move(prepared));
  if (!sqlite3_stmt_readonly(s)) {
    return Fail(Reason::kPlatformInternal, "Read takes a SELECT; use Write to change rows");
  }
  Reset reset{s};
  NSL_TRY_VOID(Bind(s, statement.params));
  NSL_TRY(StatementResult result, Step(s, statement));
  return std::move(result.rows);
}

Status Connection::Checkpoint(int mode) {
  int pages = 0;
  int moved = 0;
  int code = sqlite3_wal_checkpoint_v2(db_, nullptr, mode, &pages, &moved);
  if (code != SQLITE_OK) return Fail(ErrorOf(code, nullptr));
  // All moved: the next commit starts the log again from its beginning.
  if (pages == moved) wal_pages_ = 0;
  return {};
}

Error Connection::ErrorOf(int code, const Statement* statement) {
  std::string message = sqlite3_errmsg(db_);
  switch (code & 0xff) {
    case SQLITE_CONSTRAINT:
      if (statement && statement->on_duplicate &&
          (code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY)) {
        return *statement->on_duplicate;
      }
      return Error(Reason::kPlatformInternal, "database constraint: " + message);
    case SQLITE_TOOBIG:
      return Error(Reason::kRequestTooLarge, "a value is larger than the database holds");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Error(Reason::kPlatformUnavailable, "another program holds the database: " + message);
    case SQLITE_ERROR:
    case SQLITE_MISUSE:
    case SQLITE_RANGE:
    case SQLITE_MISMATCH:
    case SQLITE_AUTH:
    case SQLITE_SCHEMA:
      return Error(Reason::kPlatformInternal, "SQL: " + message);
    default:
      storage_failed_ = true;
      return Error(Reason::kPlatformStorage,
                   "storage failed (SQLite " + std::to_string(code) + "): " + message);
  }
}

}  // namespace nsl::storage
