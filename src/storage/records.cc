// SPDX-License-Identifier: Apache-2.0
#include "storage/records.h"

#include <algorithm>

namespace nsl::storage {
namespace {

// Table and key of the last record of a page; a table name has no NUL.
std::string CursorOf(const Record& record) {
  Bytes raw = ToBytes(record.table);
  raw.push_back(0);
  raw.insert(raw.end(), record.key.begin(), record.key.end());
  return ToBase64Url(raw);
}

Result<Record> FromCursor(const std::string& cursor) {
  std::optional<Bytes> raw = FromBase64Url(cursor);
  auto end = raw ? std::find(raw->begin(), raw->end(), 0) : Bytes::iterator();
  if (!raw || end == raw->end()) {
    return Fail(Reason::kRequestInvalid, "cursor is not one of this scan; start without it");
  }
  return Record{std::string(raw->begin(), end), Bytes(end + 1, raw->end()), {}};
}

bool IsName(const std::string& name, size_t limit) {
  return !name.empty() && name.size() <= limit && name.find('\0') == std::string::npos;
}

Statement HeadStatement(const std::string& ns, RecordHead head) {
  std::string detail = "the stored records are not at the sequence before " +
                       std::to_string(head.sequence) +
                       "; another vault writes here, or the "
                       "database was replaced";
  if (head.sequence == 1) {
    return Statement("INSERT INTO record_heads (ns, sequence, sealed) VALUES (?, 1, ?)",
                     {ns, std::move(head.sealed)})
        .OnDuplicate(Reason::kRequestVersionConflict, std::move(detail));
  }
  return Statement("UPDATE record_heads SET sequence = ?, sealed = ? WHERE ns = ? AND sequence = ?",
                   {head.sequence, std::move(head.sealed), ns, head.sequence - 1})
      .Expect(1, Reason::kRequestVersionConflict, std::move(detail));
}

Statement ChangeStatement(const std::string& ns, RecordChange change) {
  if (change.remove) {
    return Statement("DELETE FROM records WHERE ns = ? AND tbl = ? AND key = ?",
                     {ns, std::move(change.table), std::move(change.key)});
  }
  return Statement(
      "INSERT INTO records (ns, tbl, key, sealed) VALUES (?, ?, ?, ?) "
      "ON CONFLICT (ns, tbl, key) DO UPDATE SET sealed = excluded.sealed",
      {ns, std::move(change.table), std::move(change.key), std::move(change.sealed)});
}

}  // namespace

RoomMigrations RecordStore::Migrations() {
  return {"storage_records",
          {{"0001_records",
            "CREATE TABLE record_heads ("
            "ns TEXT NOT NULL PRIMARY KEY, sequence BIGINT NOT NULL, sealed BLOB NOT NULL);"
            "CREATE TABLE records ("
            "ns TEXT NOT NULL, tbl TEXT NOT NULL, key BLOB NOT NULL, sealed BLOB NOT NULL, "
            "PRIMARY KEY (ns, tbl, key));"}}};
}

Status RecordStore::Check(const std::string& ns, const std::vector<RecordChange>& changes,
                          const RecordHead& head) const {
  if (!IsName(ns, limits_.max_name_bytes)) {
    return Fail(Reason::kRequestInvalid,
                "namespace has 1 to " + std::to_string(limits_.max_name_bytes) + " bytes");
  }
  if (head.sequence < 1) {
    return Fail(Reason::kRequestInvalid, "the head's sequence starts at 1");
  }
  if (changes.size() > limits_.max_changes) {
    return Fail(Reason::kRequestTooLarge,
                "a batch has at most " + std::to_string(limits_.max_changes) + " changes");
  }
  if (head.sealed.size() > limits_.max_sealed_bytes) {
    return Fail(Reason::kRequestTooLarge, "the head exceeds the limit of one record");
  }
  for (const RecordChange& change : changes) {
    if (!IsName(change.table, limits_.max_name_bytes)) {
      return Fail(
          Reason::kRequestInvalid,
          "a table name has 1 to " + std::to_string(limits_.max_name_bytes) + " bytes and no NUL");
    }
    if (change.key.size() > limits_.max_key_bytes ||
        change.sealed.size() > limits_.max_sealed_bytes) {
      return Fail(Reason::kRequestTooLarge,
                  "a record has a key of at most " + std::to_string(limits_.max_key_bytes) +
                      " and a body of at most " + std::to_string(limits_.max_sealed_bytes) +
                      " bytes");
    }
  }
  return {};
}

Task<Status> RecordStore::ApplyBatch(std::string ns, std::vector<RecordChange> changes,
                                     RecordHead head) {
  NSL_CO_TRY_VOID(Check(ns, changes, head));
  std::vector<Statement> statements;
  statements.reserve(changes.size() + 1);
  statements.push_back(HeadStatement(ns, std::move(head)));
  for (RecordChange& change : changes) {
    statements.push_back(ChangeStatement(ns, std::move(change)));
  }
  Result<WriteResult> result = co_await database_.Write(std::move(statements));
  if (!result) co_return Fail(result.error());
  co_return Status();
}

Task<Result<RecordHead>> RecordStore::Head(std::string ns) {
  Statement statement("SELECT sequence, sealed FROM record_heads WHERE ns = ?", {std::move(ns)});
  NSL_CO_TRY(Rows rows, co_await database_.Read(std::move(statement)));
  RecordHead head;
  if (!rows.empty()) {
    head.sequence = rows[0].Int(0);
    head.sealed = rows.TakeBlob(0, 1);
  }
  co_return head;
}

Task<Result<RecordPage>> RecordStore::Scan(std::string ns, std::string cursor, size_t limit) {
  if (limit == 0 || limit > limits_.max_scan) {
    co_return Fail(Reason::kRequestInvalid, "limit is 1 to " + std::to_string(limits_.max_scan));
  }
  Statement statement("SELECT tbl, key, sealed FROM records WHERE ns = ?", {std::move(ns)});
  if (!cursor.empty()) {
    NSL_CO_TRY(Record last, FromCursor(cursor));
    statement.sql += " AND (tbl, key) > (?, ?)";
    statement.params.push_back(std::move(last.table));
    statement.params.push_back(std::move(last.key));
  }
  statement.sql += " ORDER BY tbl, key LIMIT ?";
  statement.params.push_back(static_cast<int64_t>(limit) + 1);
  statement = std::move(statement).CutAt(limits_.scan_bytes);
  NSL_CO_TRY(Rows rows, co_await database_.Read(std::move(statement)));
  RecordPage page;
  size_t count = std::min(rows.size(), limit);
  for (size_t i = 0; i < count; ++i) {
    std::string table = rows[i].Text(0);
    page.records.push_back({std::move(table), rows.TakeBlob(i, 1), rows.TakeBlob(i, 2)});
  }
  if (rows.size() > limit || rows.truncated()) page.next_cursor = CursorOf(page.records.back());
  co_return page;
}

}  // namespace nsl::storage
