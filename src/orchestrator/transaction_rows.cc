// SPDX-License-Identifier: Apache-2.0
#include "orchestrator/transaction_rows.h"

#include "base/clock.h"
#include "base/codec.h"

namespace nsl::orchestrator {

using storage::Row;
using storage::Statement;
using storage::Value;

namespace {

constexpr std::string_view kColumns =
    "SELECT body, principal, idempotency_key, settled, raw, token_hash, receiver, moved, "
    "cancel_raw, revision "
    "FROM transactions ";

template <class T>
Value OrNull(const T& value) {
  return value.empty() ? Value() : Value(value);
}

}  // namespace

storage::RoomMigrations TransactionMigrations() {
  return {"transactions",
          {{"0001_transactions",
            "CREATE TABLE transactions ("
            "id TEXT NOT NULL PRIMARY KEY, project TEXT NOT NULL, principal TEXT NOT NULL, "
            "idempotency_key TEXT, settled BIGINT NOT NULL, raw BLOB NOT NULL, "
            "token_hash TEXT NOT NULL, receiver TEXT NOT NULL, body BLOB NOT NULL, "
            "UNIQUE (project, principal, idempotency_key));"
            "CREATE INDEX transactions_by_project ON transactions (project, id);"
            "CREATE INDEX transactions_by_settled ON transactions (settled, id);"},
           {"0002_moved", "ALTER TABLE transactions ADD COLUMN moved TEXT NOT NULL DEFAULT '';"},
           {"0003_cancel",
            "ALTER TABLE transactions ADD COLUMN cancel_raw BLOB;"
            "ALTER TABLE transactions ADD COLUMN revision BIGINT NOT NULL DEFAULT 0;"}}};
}

Statement InsertTransaction(const TransactionRow& row) {
  return Statement(
             "INSERT INTO transactions (id, project, principal, idempotency_key, settled, raw, "
             "token_hash, receiver, moved, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
             {row.body.id, row.body.project_id, row.principal_id, OrNull(row.idempotency_key),
              int64_t{row.settled}, row.raw, row.token_hash, row.receiver, row.moved,
              ToCbor(row.body)})
      .OnDuplicate(Reason::kRequestInProgress,
                   "the first request with this Idempotency-Key is still running");
}

Statement UpdateTransaction(const TransactionRow& row, RowStage from) {
  std::string sql =
      "UPDATE transactions SET settled = ?, raw = ?, token_hash = ?, receiver = ?, moved = ?, "
      "cancel_raw = ?, body = ?, revision = revision + 1 "
      "WHERE id = ? AND revision = ? AND settled = 0 AND LENGTH(raw) ";
  sql += from == RowStage::kUnsigned ? "= 0" : "> 0";
  return Statement(std::move(sql),
                   {int64_t{row.settled}, row.raw, row.token_hash, row.receiver, row.moved,
                    OrNull(row.cancel_raw), ToCbor(row.body), row.body.id, row.revision})
      .Expect(1, Reason::kRequestVersionConflict, "the transaction has moved on");
}

Statement DeleteTransaction(const std::string& id) {
  return Statement("DELETE FROM transactions WHERE id = ?", {id});
}

Statement ReleaseKey(const std::string& id) {
  return Statement("UPDATE transactions SET idempotency_key = NULL WHERE id = ?", {id});
}

Statement SelectTransaction(const std::string& id) {
  return Statement(std::string(kColumns) + "WHERE id = ?", {id});
}

Statement SelectTransactionByKey(const std::string& project, const std::string& principal,
                                 const std::string& key) {
  return Statement(
      std::string(kColumns) + "WHERE project = ? AND principal = ? AND idempotency_key = ?",
      {project, principal, key});
}

Statement SelectTransactions(const std::string& project, const std::string& before,
                             uint32_t limit) {
  std::string sql = std::string(kColumns) + "WHERE project = ? ";
  std::vector<Value> params = {project};
  // Newest first: ids sort by time.
  if (!before.empty()) {
    sql += "AND id < ? ";
    params.emplace_back(before);
  }
  params.emplace_back(static_cast<int64_t>(limit));
  return Statement(sql + "ORDER BY id DESC LIMIT ?", std::move(params));
}

Statement SelectUnsettled(uint32_t limit) {
  return Statement(std::string(kColumns) + "WHERE settled = 0 ORDER BY id LIMIT ?",
                   {static_cast<int64_t>(limit)});
}

Result<TransactionRow> ReadTransaction(Row row) {
  TransactionRow out;
  NSL_TRY(out.body, FromCbor<wallet::Transaction>(row.Blob(0)));
  out.principal_id = row.Text(1);
  out.idempotency_key = row.TextOr(2, "");
  out.settled = row.Int(3) != 0;
  out.raw = row.Blob(4);
  out.token_hash = row.Text(5);
  out.receiver = row.Text(6);
  out.moved = row.Text(7);
  if (!row.IsNull(8)) out.cancel_raw = row.Blob(8);
  out.revision = row.Int(9);
  return out;
}

void Enter(wallet::Transaction& tx, std::string state, int64_t at_ms) {
  if (tx.state == state) return;
  tx.state = state;
  tx.states.push_back({std::move(state), ToRfc3339(at_ms)});
}

}  // namespace nsl::orchestrator
