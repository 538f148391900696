// SPDX-License-Identifier: Apache-2.0
#include "storage/kv_sql.h"

#include <algorithm>

namespace nsl::storage {
namespace {

constexpr size_t kListValueBytes = 4u << 20;

// The size that the entry has now; three parameters.
constexpr const char* kOldSize =
    "COALESCE((SELECT size FROM kv_entries WHERE project = ? AND ns = ? AND key = ?), 0)";

void AddKey(Statement& s, const KvScope& scope, const Bytes& key) {
  s.params.push_back(scope.project);
  s.params.push_back(scope.ns);
  s.params.push_back(key);
}

Error At(Reason reason, std::string detail, size_t index) {
  std::string pointer = "/operations/" + std::to_string(index);
  return Error(reason, detail).WithField(std::move(pointer), detail);
}

Error ConflictAt(size_t index) {
  return At(Reason::kKvConflict, "the key has another version; read it and try again", index);
}

// Lets an entry shrink also when the project is over a quota that was lowered.
Statement Charge(const KvScope& scope, const Bytes& key, int64_t size, size_t index,
                 int64_t default_quota) {
  Statement s(std::string("UPDATE kv_projects SET bytes = bytes + ? - ") + kOldSize +
              " WHERE project = ? AND (? <= " + kOldSize + " OR bytes + ? - " + kOldSize +
              " <= COALESCE(quota, ?))");
  s.params.push_back(size);
  AddKey(s, scope, key);
  s.params.push_back(scope.project);
  s.params.push_back(size);
  AddKey(s, scope, key);
  s.params.push_back(size);
  AddKey(s, scope, key);
  s.params.push_back(default_quota);
  s.expect_changes = 1;
  s.on_mismatch =
      At(Reason::kQuotaStorage,
         "the project's key-value quota is used up; delete keys or raise the quota", index);
  return s;
}

// The first byte string behind all that begin with the prefix; nothing when there is none.
std::optional<Bytes> After(Bytes prefix) {
  while (!prefix.empty() && prefix.back() == 0xff) prefix.pop_back();
  if (prefix.empty()) return std::nullopt;
  ++prefix.back();
  return prefix;
}

}  // namespace

Statement KvEnsureProject(const KvScope& scope) {
  return Statement(
      "INSERT INTO kv_projects (project, bytes, floor) VALUES (?, 0, 0) "
      "ON CONFLICT (project) DO NOTHING",
      {scope.project});
}

void AppendKvPut(std::vector<Statement>& out, const KvScope& scope, KvOperation operation,
                 size_t index, int64_t default_quota, UnixMillis now) {
  int64_t size =
      static_cast<int64_t>(operation.key.size() + operation.value.size()) + kKvEntryOverhead;
  out.push_back(Charge(scope, operation.key, size, index, default_quota));

  // b.current: 0 without an entry; b.base: what the new version must exceed.
  bool chosen = operation.new_version != 0;
  Statement s(
      std::string("INSERT INTO kv_entries (project, ns, key, version, size, updated_ms, value) "
                  "SELECT ?, ?, ?, ") +
      (chosen ? "?" : "b.base + 1") +
      ", ?, ?, ? FROM (SELECT COALESCE(e.version, 0) AS current, "
      "COALESCE(e.version, p.floor) AS base FROM kv_projects p LEFT JOIN kv_entries e "
      "ON e.project = p.project AND e.ns = ? AND e.key = ? WHERE p.project = ?) b WHERE 1 = 1" +
      (operation.expected >= 0 ? " AND b.current = ?" : "") +
      (chosen ? " AND ? > b.base AND ? <= b.base + ?" : "") +
      " ON CONFLICT (project, ns, key) DO UPDATE SET version = excluded.version, "
      "size = excluded.size, updated_ms = excluded.updated_ms, value = excluded.value "
      "RETURNING version");
  AddKey(s, scope, operation.key);
  if (chosen) s.params.push_back(operation.new_version);
  s.params.push_back(size);
  s.params.push_back(now);
  s.params.push_back(std::move(operation.value));
  s.params.push_back(scope.ns);
  s.params.push_back(std::move(operation.key));
  s.params.push_back(scope.project);
  if (operation.expected >= 0) s.params.push_back(operation.expected);
  if (chosen) {
    s.params.push_back(operation.new_version);
    s.params.push_back(operation.new_version);
    s.params.push_back(kKvMaxVersionStep);
  }
  s.expect_changes = 1;
  s.on_mismatch = ConflictAt(index);
  out.push_back(std::move(s));
}

void AppendKvDelete(std::vector<Statement>& out, const KvScope& scope, KvOperation operation,
                    size_t index) {
  constexpr const char* kOldVersion =
      "COALESCE((SELECT version FROM kv_entries WHERE project = ? AND ns = ? AND key = ?), 0)";
  Statement release(std::string("UPDATE kv_projects SET bytes = bytes - ") + kOldSize +
                    ", floor = CASE WHEN floor < " + kOldVersion + " THEN " + kOldVersion +
                    " ELSE floor END WHERE project = ?");
  for (int i = 0; i < 3; ++i) AddKey(release, scope, operation.key);
  release.params.push_back(scope.project);
  out.push_back(std::move(release));

  Statement s("DELETE FROM kv_entries WHERE project = ? AND ns = ? AND key = ?");
  AddKey(s, scope, operation.key);
  if (operation.expected >= 0) {
    s.sql += " AND version = ?";
    s.params.push_back(operation.expected);
    s.expect_changes = 1;
    s.on_mismatch = ConflictAt(index);
  }
  out.push_back(std::move(s));
}

Statement KvGet(const KvScope& scope, Bytes key) {
  return Statement(
      "SELECT p.floor, e.version, e.updated_ms, e.value FROM kv_projects p LEFT JOIN kv_entries e "
      "ON e.project = p.project AND e.ns = ? AND e.key = ? WHERE p.project = ?",
      {scope.ns, std::move(key), scope.project});
}

Statement KvList(const KvScope& scope, const Bytes& prefix, Bytes from, bool after, size_t limit,
                 bool with_values) {
  std::optional<Bytes> end = After(prefix);
  Statement s(std::string("SELECT key, version, updated_ms") + (with_values ? ", value" : "") +
              " FROM kv_entries WHERE project = ? AND ns = ? AND key " + (after ? ">" : ">=") +
              " ?" + (end ? " AND key < ?" : "") + " ORDER BY key LIMIT ?");
  s.params = {scope.project, scope.ns, std::move(from)};
  if (end) s.params.push_back(std::move(*end));
  s.params.push_back(static_cast<int64_t>(limit));
  return std::move(s).CutAt(kListValueBytes);
}

}  // namespace nsl::storage
