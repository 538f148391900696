// SPDX-License-Identifier: Apache-2.0
#include "function_store/rows.h"

#include "base/clock.h"
#include "base/codec.h"

namespace nsl::function_store {

using storage::Row;
using storage::Statement;

storage::RoomMigrations StoreMigrations() {
  return {"function_store",
          {{"0001_functions",
            "CREATE TABLE functions ("
            "id TEXT NOT NULL PRIMARY KEY, project TEXT NOT NULL, name TEXT NOT NULL, "
            "runtime TEXT NOT NULL, created_ms BIGINT NOT NULL, version BIGINT NOT NULL, "
            "UNIQUE (project, name));"
            "CREATE TABLE function_versions ("
            "id TEXT NOT NULL PRIMARY KEY, function_id TEXT NOT NULL, code_hash BLOB NOT NULL, "
            "manifest BLOB NOT NULL, authorised_by TEXT NOT NULL, bundle_bytes BIGINT NOT NULL, "
            "created_ms BIGINT NOT NULL, build_record BLOB NOT NULL, grant_bytes BLOB NOT NULL, "
            "grant_signature BLOB NOT NULL, artefacts BLOB NOT NULL, "
            "UNIQUE (function_id, code_hash));"
            "CREATE INDEX function_versions_by_function ON function_versions (function_id, id);"
            "CREATE TABLE function_aliases ("
            "function_id TEXT NOT NULL, name TEXT NOT NULL, version_id TEXT NOT NULL, "
            "PRIMARY KEY (function_id, name));"}}};
}

Function ToFunction(const FunctionRow& row) {
  Function out;
  out.id = row.id;
  out.project_id = row.project_id;
  out.name = row.name;
  out.runtime = row.runtime;
  out.created_at = ToRfc3339(row.created_ms);
  out.version = row.version;
  return out;
}

Version ToVersion(const VersionRow& row) {
  Version out;
  out.id = row.id;
  out.function_id = row.function_id;
  out.code_hash = "0x" + ToHex(row.code_hash);
  out.runtime = row.manifest.runtime;
  out.entry = row.manifest.entry;
  out.limits = row.manifest.limits;
  out.access = row.manifest.access;
  out.authorised_by = row.authorised_by;
  out.bundle_bytes = static_cast<uint64_t>(row.bundle_bytes);
  out.created_at = ToRfc3339(row.created_ms);
  return out;
}

Statement InsertFunction(const FunctionRow& row) {
  // The count is part of the insert, so that two requests at once cannot pass the limit.
  return Statement(
             "INSERT INTO functions (id, project, name, runtime, created_ms, version) "
             "SELECT ?, ?, ?, ?, ?, ? "
             "WHERE (SELECT COUNT(*) FROM functions WHERE project = ?) < ?",
             {row.id, row.project_id, row.name, row.runtime, row.created_ms, row.version,
              row.project_id, kMaxFunctionsPerProject})
      .Expect(1, Reason::kQuotaItems,
              "a project has at most " + std::to_string(kMaxFunctionsPerProject) +
                  " functions; delete one first")
      .OnDuplicate(Reason::kFunctionExists,
                   "the project already has a function named '" + row.name + "'");
}

namespace {
constexpr std::string_view kFunctionColumns =
    "SELECT id, project, name, runtime, created_ms, version FROM functions ";
constexpr std::string_view kVersionColumns =
    "SELECT id, function_id, code_hash, manifest, authorised_by, bundle_bytes, created_ms, "
    "artefacts FROM function_versions ";
constexpr std::string_view kUnaliased =
    "NOT EXISTS (SELECT 1 FROM function_aliases a WHERE a.function_id = v.function_id AND "
    "a.version_id = v.id)";
}  // namespace

Statement SelectFunction(const std::string& id) {
  return Statement(std::string(kFunctionColumns) + "WHERE id = ?", {id});
}

Statement SelectPlace(const std::string& id) {
  return Statement(
      "SELECT project, (SELECT COUNT(*) FROM function_aliases a WHERE a.function_id = f.id) "
      "FROM functions f WHERE id = ?",
      {id});
}

Statement NextVersion(const std::string& id, int64_t version) {
  return Statement("UPDATE functions SET version = version + 1 WHERE id = ? AND version = ?",
                   {id, version})
      .Expect(1, Reason::kRequestVersionConflict,
              "the function was changed at the same time; read it again and repeat the change");
}

Statement SelectFunctions(const std::string& project, const std::string& after, uint32_t limit) {
  return Statement(
      std::string(kFunctionColumns) + "WHERE project = ? AND id > ? ORDER BY id LIMIT ?",
      {project, after, static_cast<int64_t>(limit)});
}

FunctionRow ReadFunction(Row row) {
  return {row.Text(0), row.Text(1), row.Text(2), row.Text(3), row.Int(4), row.Int(5)};
}

Statement SelectAliases(const std::vector<std::string>& functions) {
  std::string sql =
      "SELECT function_id, name, version_id FROM function_aliases WHERE function_id IN (";
  std::vector<storage::Value> params;
  for (const std::string& id : functions) {
    sql += params.empty() ? "?" : ", ?";
    params.emplace_back(id);
  }
  return Statement(sql + ") ORDER BY function_id, name", std::move(params));
}

Statement InsertVersion(const VersionRow& row) {
  std::vector<Bytes> hashes;
  for (const Hash256& hash : row.artefacts) hashes.push_back(ToBytes(ByteView(hash)));
  return Statement(
             "INSERT INTO function_versions (id, function_id, code_hash, manifest, "
             "authorised_by, bundle_bytes, created_ms, build_record, grant_bytes, "
             "grant_signature, artefacts) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
             {row.id, row.function_id, row.code_hash, ToCbor(row.manifest), row.authorised_by,
              row.bundle_bytes, row.created_ms, row.build_record, row.grant, row.grant_signature,
              ToCbor(hashes)})
      .OnDuplicate(Reason::kRequestVersionConflict, "the same code was deployed at the same time");
}

Statement SelectVersionByCode(const std::string& function, const Bytes& code_hash) {
  return Statement(std::string(kVersionColumns) + "WHERE function_id = ? AND code_hash = ?",
                   {function, code_hash});
}

Statement SelectVersions(const std::string& function, const std::string& after, uint32_t limit) {
  // Newest first: ids sort by time.
  std::string sql = std::string(kVersionColumns) + "WHERE function_id = ? ";
  std::vector<storage::Value> params = {function};
  if (!after.empty()) {
    sql += "AND id < ? ";
    params.emplace_back(after);
  }
  params.emplace_back(static_cast<int64_t>(limit));
  return Statement(sql + "ORDER BY id DESC LIMIT ?", std::move(params));
}

Statement SelectUnaliased(const std::string& function) {
  return Statement("SELECT id, artefacts FROM function_versions v WHERE function_id = ? AND " +
                       std::string(kUnaliased) + " ORDER BY id DESC",
                   {function});
}

Statement SelectArtefacts(const std::string& function) {
  return Statement("SELECT id, artefacts FROM function_versions WHERE function_id = ?", {function});
}

Result<VersionRow> ReadVersion(Row row) {
  VersionRow out;
  out.id = row.Text(0);
  out.function_id = row.Text(1);
  out.code_hash = row.Blob(2);
  Result<function_runner::Manifest> manifest = FromCbor<function_runner::Manifest>(row.Blob(3));
  if (!manifest)
    return Fail(Reason::kPlatformIntegrity, "the manifest of " + out.id + " is damaged");
  out.manifest = std::move(*manifest);
  out.authorised_by = row.Text(4);
  out.bundle_bytes = row.Int(5);
  out.created_ms = row.Int(6);
  return out;
}

Result<std::vector<Hash256>> ReadArtefacts(const Bytes& cbor) {
  NSL_TRY(std::vector<Bytes> raw, FromCbor<std::vector<Bytes>>(cbor));
  std::vector<Hash256> out;
  for (const Bytes& bytes : raw) {
    std::optional<Hash256> hash = ToArray<32>(bytes);
    if (!hash) return Fail(Reason::kPlatformIntegrity, "the artefact list of a version is damaged");
    out.push_back(*hash);
  }
  return out;
}

}  // namespace nsl::function_store
