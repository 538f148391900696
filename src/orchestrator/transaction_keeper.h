// SPDX-License-Identifier: Apache-2.0
//
// Transactions of functions: signed by the vault for a run, landed by the host.
#pragma once

#include "base/deadline.h"
#include "wallet/transactions_api.h"

namespace nsl::orchestrator {

struct TrackedTransaction {
  std::string project_id;
  std::string function_id;
  std::string run_id;
  std::string wallet_id;
  std::optional<wallet::TransferIntent> transfer;
  std::optional<wallet::CallIntent> call;
  wallet::SignedTransaction signed_tx;
};

struct TransactionKeeper {
  virtual ~TransactionKeeper() = default;
  // The row is durable and followed when this answers; a known transaction is its row.
  virtual Task<Result<wallet::Transaction>> Track(TrackedTransaction tracked) = 0;
  // not_found for one of another project. With `wait`, when it has ended or the deadline is near.
  virtual Task<Result<wallet::Transaction>> StateIn(std::string project_id, std::string id,
                                                    bool wait, Deadline deadline) = 0;
};

}  // namespace nsl::orchestrator
