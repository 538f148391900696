// SPDX-License-Identifier: Apache-2.0
#include "orchestrator/run_rows.h"

#include "base/codec.h"
#include "crypto/hash.h"

namespace nsl::orchestrator {

using storage::Row;
using storage::Statement;

std::string_view StateOf(std::string_view reason) {
  if (reason.empty()) return "succeeded";
  if (reason == "run.timeout") return "timed_out";
  if (reason == "run.cancelled") return "cancelled";
  return "failed";
}

Status SplitReceipt(ByteView receipt, KeptRun& run) {
  NSL_TRY(function_runner::Receipt whole, FromCbor<function_runner::Receipt>(receipt));
  run.document = std::move(whole.attestation);
  run.document_hash = crypto::Sha256(run.document);
  whole.attestation.clear();
  run.receipt = ToCbor(whole);
  return {};
}

Result<function_runner::Receipt> JoinReceipt(const Bytes& receipt, Bytes document) {
  NSL_TRY(function_runner::Receipt whole, FromCbor<function_runner::Receipt>(receipt));
  whole.attestation = std::move(document);
  return whole;
}

storage::RoomMigrations RunMigrations() {
  return {"orchestrator",
          {{"0001_runs",
            "CREATE TABLE run_documents (hash BLOB NOT NULL PRIMARY KEY, document BLOB NOT NULL);"
            "CREATE TABLE runs ("
            "id TEXT NOT NULL PRIMARY KEY, project TEXT NOT NULL, function_id TEXT NOT NULL, "
            "version_id TEXT NOT NULL, state TEXT NOT NULL, reason TEXT, "
            "started_ms BIGINT NOT NULL, cpu_us BIGINT NOT NULL, wall_us BIGINT NOT NULL, "
            "input_bytes BIGINT NOT NULL, output_bytes BIGINT NOT NULL, "
            "host_calls BIGINT NOT NULL, peak_memory_kb BIGINT NOT NULL, "
            "receipt BLOB NOT NULL, document_hash BLOB NOT NULL, detail BLOB NOT NULL);"
            "CREATE INDEX runs_by_project ON runs (project, id);"
            "CREATE INDEX runs_by_function ON runs (project, function_id, id);"
            "CREATE INDEX runs_by_start ON runs (started_ms);"},
           {"0002_usage",
            "CREATE TABLE usage_counters ("
            "project TEXT NOT NULL, function_id TEXT NOT NULL, boot_id BLOB NOT NULL, "
            "runs BIGINT NOT NULL, failed BIGINT NOT NULL, cpu_us BIGINT NOT NULL, "
            "wall_us BIGINT NOT NULL, input_bytes BIGINT NOT NULL, output_bytes BIGINT NOT NULL, "
            "host_calls BIGINT NOT NULL, PRIMARY KEY (project, function_id, boot_id));"}}};
}

std::vector<Statement> InsertRun(const KeptRun& kept, bool with_document) {
  const Run& run = kept.run;
  std::vector<Statement> out;
  Bytes hash = ToBytes(ByteView(kept.document_hash));
  if (with_document) {
    out.push_back(Statement(
        "INSERT INTO run_documents (hash, document) VALUES (?, ?) ON CONFLICT (hash) DO NOTHING",
        {hash, kept.document}));
  }
  storage::Value reason;
  if (run.reason) reason = *run.reason;
  out.push_back(Statement(
      "INSERT INTO runs (id, project, function_id, version_id, state, reason, started_ms, cpu_us, "
      "wall_us, input_bytes, output_bytes, host_calls, peak_memory_kb, receipt, document_hash, "
      "detail) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
      "ON CONFLICT (id) DO UPDATE SET version_id = excluded.version_id, state = excluded.state, "
      "reason = excluded.reason, cpu_us = excluded.cpu_us, wall_us = excluded.wall_us, "
      "input_bytes = excluded.input_bytes, output_bytes = excluded.output_bytes, "
      "host_calls = excluded.host_calls, peak_memory_kb = excluded.peak_memory_kb, "
      "receipt = excluded.receipt, document_hash = excluded.document_hash, "
      "detail = excluded.detail WHERE runs.state = 'running'",
      {run.id, run.project_id, run.function_id, run.version_id.value_or(""), run.state, reason,
       kept.started_ms, static_cast<int64_t>(run.cpu_us), static_cast<int64_t>(run.wall_us),
       static_cast<int64_t>(run.input_bytes), static_cast<int64_t>(run.output_bytes),
       static_cast<int64_t>(run.host_calls), static_cast<int64_t>(run.peak_memory_kb), kept.receipt,
       hash, kept.sealed_detail}));
  return out;
}

Statement InsertRunning(const KeptRun& kept) {
  const Run& run = kept.run;
  return Statement(
      "INSERT INTO runs (id, project, function_id, version_id, state, reason, started_ms, cpu_us, "
      "wall_us, input_bytes, output_bytes, host_calls, peak_memory_kb, receipt, document_hash, "
      "detail) VALUES (?, ?, ?, '', 'running', NULL, ?, 0, 0, ?, 0, 0, 0, ?, ?, ?) "
      "ON CONFLICT (id) DO NOTHING",
      {run.id, run.project_id, run.function_id, kept.started_ms,
       static_cast<int64_t>(run.input_bytes), Bytes(), Bytes(), Bytes()});
}

Statement EndLostRuns() {
  return Statement("UPDATE runs SET state = 'failed', reason = ? WHERE state = 'running'",
                   {std::string(TextOf(Reason::kRunPlatform))});
}

namespace {
constexpr std::string_view kColumns =
    "SELECT id, project, function_id, version_id, state, reason, started_ms, cpu_us, wall_us, "
    "input_bytes, output_bytes, host_calls, peak_memory_kb FROM runs ";
}

Statement SelectRun(const std::string& id) {
  return Statement(std::string(kColumns) + "WHERE id = ?", {id});
}

Statement SelectRuns(const RunListRequest& request, const std::string& after, uint32_t limit) {
  std::string sql = std::string(kColumns) + "WHERE project = ?";
  std::vector<storage::Value> params = {request.project};
  auto add = [&](std::string_view condition, const std::string& value) {
    sql += condition;
    params.emplace_back(value);
  };
  if (request.function) add(" AND function_id = ?", *request.function);
  if (request.state) add(" AND state = ?", *request.state);
  // Newest first: ids sort by time.
  if (!after.empty()) add(" AND id < ?", after);
  params.emplace_back(static_cast<int64_t>(limit));
  return Statement(sql + " ORDER BY id DESC LIMIT ?", std::move(params));
}

Run ReadRun(Row row) {
  Run out;
  out.id = row.Text(0);
  out.project_id = row.Text(1);
  out.function_id = row.Text(2);
  if (std::string version = row.Text(3); !version.empty()) out.version_id = std::move(version);
  out.state = row.Text(4);
  if (!row.IsNull(5)) out.reason = row.Text(5);
  out.started_at = ToRfc3339(row.Int(6));
  out.cpu_us = static_cast<uint64_t>(row.Int(7));
  out.wall_us = static_cast<uint64_t>(row.Int(8));
  out.input_bytes = static_cast<uint64_t>(row.Int(9));
  out.output_bytes = static_cast<uint64_t>(row.Int(10));
  out.host_calls = static_cast<uint32_t>(row.Int(11));
  out.peak_memory_kb = static_cast<uint32_t>(row.Int(12));
  return out;
}

Statement SelectRunDetail(const std::string& id) {
  return Statement(
      "SELECT r.receipt, d.document, r.detail, r.function_id, r.project FROM runs r "
      "JOIN run_documents d ON d.hash = r.document_hash WHERE r.id = ?",
      {id});
}

Statement DeleteOldRuns(UnixMillis before) {
  return Statement("DELETE FROM runs WHERE started_ms < ?", {before});
}

Statement DeleteSurplusRuns(int64_t keep) {
  return Statement(
      "DELETE FROM runs WHERE id IN (SELECT id FROM (SELECT id, ROW_NUMBER() OVER "
      "(PARTITION BY project ORDER BY id DESC) AS place FROM runs) ranked WHERE place > ?)",
      {keep});
}

}  // namespace nsl::orchestrator
