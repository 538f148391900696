// SPDX-License-Identifier: Apache-2.0
#include "gateway/idempotency.h"

#include <algorithm>

namespace nsl::gateway {
namespace {

using storage::Rows;
using storage::Statement;
using storage::WriteResult;

constexpr int64_t kKeepMs = 24ll * 3600 * 1000;
constexpr int64_t kRunning = 0;
constexpr int64_t kDone = 1;
constexpr uint32_t kRetryMs = 1'000;

}  // namespace

bool IsIdempotencyKey(std::string_view key) {
  return !key.empty() && key.size() <= IdempotencyStore::kMaxKey &&
         std::all_of(key.begin(), key.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

storage::RoomMigrations IdempotencyStore::Migrations() {
  return {"gateway",
          {{"0001_idempotency",
            "CREATE TABLE idempotency ("
            "principal TEXT NOT NULL, key TEXT NOT NULL, request_hash BLOB NOT NULL, "
            "state BIGINT NOT NULL, created_ms BIGINT NOT NULL, status BIGINT NOT NULL, "
            "content_type TEXT NOT NULL, body BLOB NOT NULL, run_id TEXT NOT NULL, "
            "PRIMARY KEY (principal, key));"
            "CREATE INDEX idempotency_by_age ON idempotency (created_ms);"}}};
}

Status IdempotencyStore::ForgetRunning() {
  std::vector<Statement> statements;
  statements.push_back(Statement("DELETE FROM idempotency WHERE state = ?", {kRunning}));
  Result<WriteResult> written = database_.WriteBlocking(std::move(statements));
  if (!written) return std::unexpected(std::move(written.error()));
  return {};
}

Task<Result<std::optional<StoredAnswer>>> IdempotencyStore::Begin(std::string principal,
                                                                  std::string key,
                                                                  Hash256 request_hash) {
  Bytes hash = ToBytes(ByteView(request_hash));
  int64_t now = env_.clock.NowMs();
  std::vector<Statement> statements;
  statements.push_back(
      Statement("DELETE FROM idempotency WHERE principal = ? AND key = ? AND created_ms < ?",
                {principal, key, now - kKeepMs}));
  statements.push_back(
      Statement("INSERT INTO idempotency (principal, key, request_hash, state, created_ms, status, "
                "content_type, body, run_id) VALUES (?, ?, ?, ?, ?, 0, '', ?, '') "
                "ON CONFLICT (principal, key) DO NOTHING",
                {principal, key, hash, kRunning, now, Bytes()}));
  statements.push_back(
      Statement("SELECT request_hash, state, status, content_type, body, run_id FROM idempotency "
                "WHERE principal = ? AND key = ?",
                {principal, key}));
  Result<WriteResult> written = co_await database_.Write(std::move(statements));
  if (!written) co_return std::unexpected(std::move(written.error()));
  if (written->statements[1].changes == 1) co_return std::nullopt;
  Rows& rows = written->statements[2].rows;
  if (rows.empty()) co_return Fail(Reason::kPlatformInternal, "an idempotency record is missing");
  if (rows[0].Blob(0) != hash) {
    co_return Fail(Reason::kRequestIdempotency,
                   "this Idempotency-Key was used with another request within 24 hours");
  }
  if (rows[0].Int(1) == kRunning) {
    Error error(Reason::kRequestInProgress,
                "the first request with this Idempotency-Key is still running");
    error.retry_after_ms = kRetryMs;
    co_return std::unexpected(std::move(error));
  }
  StoredAnswer answer;
  answer.status = static_cast<unsigned>(rows[0].Int(2));
  answer.content_type = rows[0].Text(3);
  answer.body = std::string(AsText(rows[0].Blob(4)));
  answer.run_id = rows[0].Text(5);
  co_return answer;
}

Statement IdempotencyStore::FinishStatement(const std::string& principal, const std::string& key,
                                            const StoredAnswer& answer) {
  return Statement(
      "UPDATE idempotency SET state = ?, status = ?, content_type = ?, body = ?, run_id = ? "
      "WHERE principal = ? AND key = ? AND (state = ? OR (run_id <> '' AND run_id = ?))",
      {kDone, static_cast<int64_t>(answer.status), answer.content_type, ToBytes(answer.body),
       answer.run_id, principal, key, kRunning, answer.run_id});
}

Task<Status> IdempotencyStore::Finish(std::string principal, std::string key, StoredAnswer answer) {
  std::vector<Statement> statements;
  statements.push_back(FinishStatement(principal, key, answer));
  Result<WriteResult> written = co_await database_.Write(std::move(statements));
  if (!written) co_return std::unexpected(std::move(written.error()));
  co_return Status();
}

Task<void> IdempotencyStore::Abandon(std::string principal, std::string key) {
  std::vector<Statement> statements;
  statements.push_back(
      Statement("DELETE FROM idempotency WHERE principal = ? AND key = ? AND state = ?",
                {principal, key, kRunning}));
  Result<WriteResult> written = co_await database_.Write(std::move(statements));
  if (!written) {
    env_.log.Warn("idempotency_record_stays", {{"detail", written.error().detail}});
  }
}

Task<Status> IdempotencyStore::Prune() {
  std::vector<Statement> statements;
  statements.push_back(
      Statement("DELETE FROM idempotency WHERE created_ms < ?", {env_.clock.NowMs() - kKeepMs}));
  Result<WriteResult> written = co_await database_.Write(std::move(statements));
  if (!written) co_return std::unexpected(std::move(written.error()));
  co_return Status();
}

}  // namespace nsl::gateway
