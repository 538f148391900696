// SPDX-License-Identifier: Apache-2.0
//
// IdempotencyStore: the answers of POST requests with an Idempotency-Key (requirements §0).
//
// Guarantee: per principal and key one request runs at a time; its final answer is durable before
// it is sent and is given again for 24 h to the same request. A request that another one with this
// key precedes answers request.in_progress, another body request.idempotency_mismatch. What ended
// in a fault of the platform leaves no record, so that it can be tried again. A request that a
// crash interrupted is forgotten at the next start, unless its run had been accepted: that is
// stored in one transaction with the run, and the key stands for it from then on. One thread.
#pragma once

#include <optional>
#include <string>

#include "base/env.h"
#include "storage/api.h"

namespace nsl::gateway {

struct StoredAnswer {
  unsigned status = 0;
  std::string content_type;
  std::string body;
  std::string run_id;
};

class IdempotencyStore {
 public:
  static constexpr size_t kMaxKey = 255;

  IdempotencyStore(Env env, storage::Database& database) : env_(env), database_(database) {}
  static storage::RoomMigrations Migrations();

  // Forgets what was running when the process ended; once, before the first request.
  Status ForgetRunning();
  // Nothing: the caller runs the request and then calls Finish or Abandon.
  Task<Result<std::optional<StoredAnswer>>> Begin(std::string principal, std::string key,
                                                  Hash256 request_hash);
  Task<Status> Finish(std::string principal, std::string key, StoredAnswer answer);
  // The same, to be written together with something else. A later Finish for the same run replaces
  // the answer; Abandon leaves it.
  static storage::Statement FinishStatement(const std::string& principal, const std::string& key,
                                            const StoredAnswer& answer);
  Task<void> Abandon(std::string principal, std::string key);
  // Removes records older than 24 h.
  Task<Status> Prune();

 private:
  Env env_;
  storage::Database& database_;
};

// True for 1 to 255 printable ASCII characters.
bool IsIdempotencyKey(std::string_view key);

}  // namespace nsl::gateway
