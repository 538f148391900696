// SPDX-License-Identifier: Apache-2.0
#include "storage/kv.h"

#include <algorithm>
#include <set>

#include "storage/kv_sql.h"

namespace nsl::storage {
namespace {

constexpr size_t kMaxNameBytes = 128;

Status CheckKeySize(const Bytes& key, size_t limit, bool may_be_empty) {
  if (key.size() > limit) {
    return Fail(Reason::kKvTooLarge, "key has " + std::to_string(key.size()) +
                                         " bytes, the limit is " + std::to_string(limit));
  }
  if (key.empty() && !may_be_empty) {
    return Fail(Reason::kRequestInvalid,
                "key is empty; it has 1 to " + std::to_string(limit) + " bytes");
  }
  return {};
}

KvEntry EntryOf(Rows& rows, size_t i, bool with_values) {
  KvEntry entry;
  entry.version = rows[i].Int(1);
  entry.updated_ms = rows[i].Int(2);
  if (with_values) entry.value = rows.TakeBlob(i, 3);
  entry.key = rows.TakeBlob(i, 0);
  return entry;
}

}  // namespace

RoomMigrations KvStore::Migrations() {
  return {"storage_kv",
          {{"0001_kv",
            "CREATE TABLE kv_projects ("
            "project TEXT NOT NULL PRIMARY KEY, bytes BIGINT NOT NULL, floor BIGINT NOT NULL, "
            "quota BIGINT);"
            "CREATE TABLE kv_entries ("
            "project TEXT NOT NULL, ns TEXT NOT NULL, key BLOB NOT NULL, version BIGINT NOT NULL, "
            "size BIGINT NOT NULL, updated_ms BIGINT NOT NULL, value BLOB NOT NULL, "
            "PRIMARY KEY (project, ns, key));"}}};
}

Status KvStore::CheckScope(const KvScope& scope) const {
  if (scope.project.empty() || scope.project.size() > kMaxNameBytes ||
      scope.ns.size() > kMaxNameBytes) {
    return Fail(Reason::kRequestInvalid, "project and namespace have at most 128 bytes");
  }
  return {};
}

Status KvStore::CheckOperations(const std::vector<KvOperation>& operations) const {
  if (operations.empty() || operations.size() > limits_.max_batch) {
    return Fail(Reason::kRequestInvalid, "a batch has 1 to " + std::to_string(limits_.max_batch) +
                                             " operations, this one " +
                                             std::to_string(operations.size()));
  }
  std::set<ByteView, decltype([](ByteView a, ByteView b) { return AsText(a) < AsText(b); })> keys;
  for (const KvOperation& op : operations) {
    NSL_TRY_VOID(CheckKeySize(op.key, limits_.max_key_bytes, false));
    if (!keys.insert(op.key).second) {
      return Fail(Reason::kRequestInvalid, "a batch names each key once");
    }
    if (op.expected < kAnyVersion || op.new_version < 0) {
      return Fail(Reason::kRequestInvalid, "a version is not negative");
    }
    if (op.kind == KvOperation::Kind::kDelete && op.expected == 0) {
      return Fail(Reason::kRequestInvalid, "a delete cannot expect version 0, no such key");
    }
    if (op.value.size() > limits_.max_value_bytes) {
      return Fail(Reason::kKvTooLarge, "value has " + std::to_string(op.value.size()) +
                                           " bytes, the limit is " +
                                           std::to_string(limits_.max_value_bytes));
    }
  }
  return {};
}

Task<Result<std::vector<int64_t>>> KvStore::Batch(KvScope scope,
                                                  std::vector<KvOperation> operations) {
  NSL_CO_TRY_VOID(CheckScope(scope));
  NSL_CO_TRY_VOID(CheckOperations(operations));
  UnixMillis now = clock_.NowMs();
  std::vector<Statement> statements;
  statements.push_back(KvEnsureProject(scope));
  for (size_t i = 0; i < operations.size(); ++i) {
    if (operations[i].kind == KvOperation::Kind::kPut) {
      AppendKvPut(statements, scope, std::move(operations[i]), i, limits_.default_quota_bytes, now);
    } else {
      AppendKvDelete(statements, scope, std::move(operations[i]), i);
    }
  }
  NSL_CO_TRY(WriteResult result, co_await database_.Write(std::move(statements)));
  std::vector<int64_t> versions;
  // Each operation is a quota statement and the one that changes the entry.
  for (size_t i = 0; i < operations.size(); ++i) {
    const Rows& rows = result.statements[2 + 2 * i].rows;
    versions.push_back(rows.empty() ? 0 : rows[0].Int(0));
  }
  co_return versions;
}

Task<Result<int64_t>> KvStore::One(KvScope scope, KvOperation operation) {
  Bytes key = operation.key;
  std::vector<KvOperation> operations;
  operations.push_back(std::move(operation));
  Result<std::vector<int64_t>> versions = co_await Batch(scope, std::move(operations));
  if (versions) co_return versions->front();
  Error error = versions.error();
  error.fields.clear();
  if (error.reason != Reason::kKvConflict) co_return Fail(std::move(error));
  NSL_CO_TRY(KvLookup now, co_await Get(std::move(scope), std::move(key)));
  std::string current = std::to_string(now.entry.version);
  error.detail = now.found ? "the key has version " + current + "; read it and try again"
                           : "there is no such key; a new one has a version above " +
                                 std::to_string(now.floor);
  co_return Fail(std::move(error)
                     .WithField("/currentVersion", current)
                     .WithField("/floor", std::to_string(now.floor)));
}

Task<Result<int64_t>> KvStore::Put(KvScope scope, Bytes key, Bytes value, int64_t new_version) {
  return PutIf(std::move(scope), std::move(key), std::move(value), kAnyVersion, new_version);
}

Task<Result<int64_t>> KvStore::PutIf(KvScope scope, Bytes key, Bytes value, int64_t expected,
                                     int64_t new_version) {
  KvOperation operation{KvOperation::Kind::kPut, std::move(key), std::move(value), expected,
                        new_version};
  Result<int64_t> version = co_await One(std::move(scope), std::move(operation));
  co_return version;
}

Task<Result<bool>> KvStore::Delete(KvScope scope, Bytes key, int64_t expected) {
  KvOperation operation{KvOperation::Kind::kDelete, std::move(key), {}, expected, 0};
  NSL_CO_TRY_VOID(CheckScope(scope));
  NSL_CO_TRY_VOID(CheckKeySize(operation.key, limits_.max_key_bytes, false));
  if (expected != kAnyVersion) {
    NSL_CO_TRY([[maybe_unused]] int64_t none, co_await One(std::move(scope), std::move(operation)));
    co_return true;
  }
  // Not through Batch: only the row count tells whether there was something to delete.
  std::vector<Statement> statements;
  AppendKvDelete(statements, scope, std::move(operation), 0);
  NSL_CO_TRY(WriteResult result, co_await database_.Write(std::move(statements)));
  co_return result.statements[1].changes > 0;
}

Task<Result<KvLookup>> KvStore::Get(KvScope scope, Bytes key) {
  NSL_CO_TRY_VOID(CheckScope(scope));
  NSL_CO_TRY_VOID(CheckKeySize(key, limits_.max_key_bytes, false));
  Bytes asked = key;
  NSL_CO_TRY(Rows rows, co_await database_.Read(KvGet(scope, std::move(key))));
  KvLookup lookup;
  if (rows.empty()) co_return lookup;
  lookup.floor = rows[0].Int(0);
  if (rows[0].IsNull(1)) co_return lookup;
  lookup.found = true;
  lookup.entry.key = std::move(asked);
  lookup.entry.version = rows[0].Int(1);
  lookup.entry.updated_ms = rows[0].Int(2);
  lookup.entry.value = rows.TakeBlob(0, 3);
  co_return lookup;
}

Task<Result<KvPage>> KvStore::List(KvScope scope, Bytes prefix, std::string cursor, size_t limit,
                                   bool with_values) {
  NSL_CO_TRY_VOID(CheckScope(scope));
  NSL_CO_TRY_VOID(CheckKeySize(prefix, limits_.max_key_bytes, true));
  if (limit == 0 || limit > limits_.max_list) {
    co_return Fail(Reason::kRequestInvalid, "limit is 1 to " + std::to_string(limits_.max_list));
  }
  Bytes from = prefix;
  if (!cursor.empty()) {
    std::optional<Bytes> decoded = FromBase64Url(cursor);
    if (!decoded || decoded->size() > limits_.max_key_bytes ||
        !AsText(*decoded).starts_with(AsText(prefix))) {
      co_return Fail(Reason::kRequestInvalid, "cursor is not one of this list; start without it");
    }
    from = std::move(*decoded);
  }
  // One more than asked for tells whether there is another page.
  Statement statement =
      KvList(scope, prefix, std::move(from), !cursor.empty(), limit + 1, with_values);
  NSL_CO_TRY(Rows rows, co_await database_.Read(std::move(statement)));
  KvPage page;
  size_t count = std::min(rows.size(), limit);
  for (size_t i = 0; i < count; ++i) page.entries.push_back(EntryOf(rows, i, with_values));
  if (rows.size() > limit || rows.truncated()) {
    page.next_cursor = ToBase64Url(page.entries.back().key);
  }
  co_return page;
}

Task<Result<KvUsage>> KvStore::Usage(std::string project) {
  Statement statement("SELECT bytes, quota FROM kv_projects WHERE project = ?",
                      {std::move(project)});
  NSL_CO_TRY(Rows rows, co_await database_.Read(std::move(statement)));
  KvUsage usage{0, limits_.default_quota_bytes};
  if (!rows.empty()) {
    usage.bytes = rows[0].Int(0);
    usage.quota_bytes = rows[0].IntOr(1, limits_.default_quota_bytes);
  }
  co_return usage;
}

Task<Status> KvStore::SetQuota(std::string project, int64_t quota_bytes) {
  NSL_CO_TRY_VOID(CheckScope({project, {}}));
  if (quota_bytes < 0) co_return Fail(Reason::kRequestInvalid, "a quota is not negative");
  std::vector<Statement> statements;
  statements.push_back(
      Statement("INSERT INTO kv_projects (project, bytes, floor, quota) VALUES (?, 0, 0, ?) "
                "ON CONFLICT (project) DO UPDATE SET quota = excluded.quota",
                {std::move(project), quota_bytes}));
  Result<WriteResult> result = co_await database_.Write(std::move(statements));
  if (!result) co_return Fail(result.error());
  co_return Status();
}

}  // namespace nsl::storage
