// SPDX-License-Identifier: Apache-2.0
//
// Rows of transactions: one per intent, with the signed bytes until it has ended. Pure.
#pragma once

#include "storage/api.h"
#include "wallet/transactions_api.h"

namespace nsl::orchestrator {

struct TransactionRow {
  wallet::Transaction body;
  // Who asked, and under which Idempotency-Key; empty: none.
  std::string principal_id;
  std::string idempotency_key;
  // In one of the terminal states.
  bool settled = false;
  // Empty before it was signed.
  Bytes raw;
  // The transfer that must be among the notifications; empty when none was asked for.
  std::string token_hash;
  std::string receiver;
  std::string moved;
  // The signed bytes of its cancellation; empty: none was asked for.
  Bytes cancel_raw;
  // Rises with each change.
  int64_t revision = 0;
};

storage::RoomMigrations TransactionMigrations();

storage::Statement InsertTransaction(const TransactionRow& row);
// What the row must still be for a change to hold, besides of the same revision;
// request.version_conflict when it is not.
enum class RowStage : uint8_t { kUnsigned, kSigned };
storage::Statement UpdateTransaction(const TransactionRow& row, RowStage from);
storage::Statement DeleteTransaction(const std::string& id);
// Lets the key be used for another try.
storage::Statement ReleaseKey(const std::string& id);
storage::Statement SelectTransaction(const std::string& id);
storage::Statement SelectTransactionByKey(const std::string& project, const std::string& principal,
                                          const std::string& key);
storage::Statement SelectTransactions(const std::string& project, const std::string& before,
                                      uint32_t limit);
storage::Statement SelectUnsettled(uint32_t limit);
Result<TransactionRow> ReadTransaction(storage::Row row);

// Appends the state with its time unless the last one is the same.
void Enter(wallet::Transaction& tx, std::string state, int64_t at_ms);

}  // namespace nsl::orchestrator
