// SPDX-License-Identifier: Apache-2.0
//
// Transactions: TransactionsApi of the host. It asks the vault to sign, keeps one row per intent,
// and lets the sender follow what was signed.
//
// Guarantee: the row is durable before the vault is asked, the signed bytes are before a node gets
// them; after a crash everything that has not ended goes on from its row. One Idempotency-Key of a
// caller gives one transaction. It decides nothing about money: the vault checks the caller itself.
// A transaction of another project answers not_found. One thread.
#pragma once

#include "account/client/access_cache.h"
#include "base/ids.h"
#include "base/task_group.h"
#include "chain/api.h"
#include "chain/sender.h"
#include "orchestrator/transaction_keeper.h"
#include "orchestrator/transaction_rows.h"

namespace nsl::orchestrator {

using rpc::CallContext;

struct TransactionParts {
  storage::Database& database;
  account::AccessCache& access;
  // The vault.
  wallet::WalletApi& wallets;
  chain::ChainApi& chain;
  chain::TransactionSender& sender;
};

inline std::unexpected<Error> NoTransaction() {
  return Fail(Reason::kNotFound, "no such transaction");
}

// Another task of this host was quicker with the same row.
inline bool MovedOn(const Status& status) {
  return !status && status.error().reason == Reason::kRequestVersionConflict;
}

class Transactions final : public wallet::TransactionsApi,
                           public TransactionKeeper,
                           public chain::SenderJournal {
 public:
  // Borrowed; all outlive this.
  Transactions(Env env, Executor executor, TransactionParts parts);

  static storage::RoomMigrations Migrations() { return TransactionMigrations(); }
  // Takes up what had not ended.
  void Start();
  Task<void> Shutdown();

  Task<Result<wallet::Transaction>> Submit(CallContext, wallet::SubmitRequest) override;
  Task<Result<wallet::TransactionList>> List(CallContext, wallet::TransactionListRequest) override;
  Task<Result<wallet::Transaction>> Get(CallContext, wallet::TransactionRef) override;
  Task<Result<wallet::Transaction>> Cancel(CallContext, wallet::TransactionRef) override;
  Task<Result<wallet::Balances>> GetBalances(CallContext, wallet::BalancesRequest) override;

  Task<Result<wallet::Transaction>> Track(TrackedTransaction tracked) override;
  Task<Result<wallet::Transaction>> StateIn(std::string project_id, std::string id, bool wait,
                                            Deadline deadline) override;

  Task<Status> Note(std::string id, chain::SenderStep step) override;

 private:
  Task<Result<TransactionRow>> Find(std::string id);
  // A new row, or that of an earlier request with the same key.
  Task<Result<TransactionRow>> Open(CallContext context, wallet::SubmitRequest request,
                                    std::string principal);
  Task<Result<wallet::Transaction>> Signed(TransactionRow row, wallet::SignedTransaction by_vault);
  // Of another project: not_found.
  Task<Result<TransactionRow>> FindFor(CallContext context, std::string id, std::string scope);
  Task<Result<wallet::Transaction>> Cancelling(std::string id, wallet::SignedTransaction by_vault);
  Task<Status> Reject(TransactionRow row, Error error);
  Task<Status> Store(storage::Statement statement);
  Status Follow(const TransactionRow& row);
  Task<void> TakeUp();
  Task<void> Settle(std::string id);
  void SettleAll(const wallet::Transaction& tx);
  // Asks the vault what became of a request whose answer was lost.
  Task<void> Resume(TransactionRow row, std::chrono::milliseconds first_wait);

  Env env_;
  TransactionParts parts_;
  IdMaker ids_;
  TaskGroup group_;
};

}  // namespace nsl::orchestrator
