// SPDX-License-Identifier: Apache-2.0
//
// Transactions, what clients ask of one that exists: reading and cancelling.
#include "base/page.h"
#include "orchestrator/transactions.h"

namespace nsl::orchestrator {

using storage::Rows;
using wallet::Transaction;

Task<Result<TransactionRow>> Transactions::FindFor(CallContext context, std::string id,
                                                   std::string scope) {
  auto principal = co_await parts_.access.Authenticate(std::move(context));
  if (!principal) co_return std::unexpected(std::move(principal.error()));
  Result<TransactionRow> row = co_await Find(std::move(id));
  if (!row) co_return std::unexpected(std::move(row.error()));
  Status may = account::Permit(**principal, row->body.project_id, scope);
  if (!may && may.error().reason == Reason::kNotFound) co_return NoTransaction();
  if (!may) co_return std::unexpected(std::move(may.error()));
  co_return row;
}

Task<Result<Transaction>> Transactions::Get(CallContext context, wallet::TransactionRef request) {
  Result<TransactionRow> row =
      co_await FindFor(std::move(context), std::move(request.transaction), "wallets:read");
  if (!row) co_return std::unexpected(std::move(row.error()));
  co_return std::move(row->body);
}

Task<Result<wallet::TransactionList>> Transactions::List(CallContext context,
                                                         wallet::TransactionListRequest request) {
  auto principal = co_await parts_.access.Authenticate(std::move(context));
  if (!principal) co_return std::unexpected(std::move(principal.error()));
  NSL_CO_TRY_VOID(account::Permit(**principal, request.project, "wallets:read"));
  NSL_CO_TRY(std::string before, DecodeCursor(request.cursor));
  NSL_CO_TRY(uint32_t limit, PageLimit(request.limit));
  Result<Rows> rows =
      co_await parts_.database.Read(SelectTransactions(request.project, before, limit + 1));
  if (!rows) co_return std::unexpected(std::move(rows.error()));
  wallet::TransactionList out;
  for (size_t i = 0; i < rows->size() && i < limit; ++i) {
    NSL_CO_TRY(TransactionRow row, ReadTransaction((*rows)[i]));
    out.items.push_back(std::move(row.body));
  }
  if (rows->size() > limit) out.cursor = EncodeCursor(out.items.back().id);
  co_return out;
}

Task<Result<wallet::Balances>> Transactions::GetBalances(CallContext context,
                                                         wallet::BalancesRequest request) {
  Deadline deadline = context.deadline;
  Result<wallet::Wallet> wallet =
      co_await parts_.wallets.Get(std::move(context), {std::move(request.wallet)});
  if (!wallet) co_return std::unexpected(std::move(wallet.error()));
  wallet::Balances out;
  out.wallet_id = wallet->id;
  out.address = wallet->address;
  out.evidence = "host";
  std::vector<std::string> tokens = {"NEO", "GAS"};
  if (request.token) tokens.push_back(std::move(*request.token));
  for (const std::string& token : tokens) {
    Result<chain::Balance> balance =
        co_await parts_.chain.BalanceOf(token, wallet->address, deadline);
    if (!balance) co_return std::unexpected(std::move(balance.error()));
    out.items.push_back({balance->contract, balance->symbol, balance->decimals, balance->amount});
  }
  Result<uint32_t> height = co_await parts_.chain.Height(deadline);
  if (!height) co_return std::unexpected(std::move(height.error()));
  out.height = *height;
  co_return out;
}

Task<Result<Transaction>> Transactions::Cancel(CallContext context,
                                               wallet::TransactionRef request) {
  Result<TransactionRow> row = co_await FindFor(context, request.transaction, "wallets:send");
  if (!row) co_return std::unexpected(std::move(row.error()));
  Transaction& tx = row->body;
  // Asked again, the answer is where it stands.
  if (!row->cancel_raw.empty()) co_return std::move(tx);
  if (row->settled) {
    co_return Fail(Reason::kWalletEnded, "the transaction has ended as '" + tx.state +
                                             "'; what has ended cannot be cancelled");
  }
  if (row->raw.empty()) {
    co_return Fail(Reason::kRequestInProgress,
                   "the transaction is being signed; cancel it once it is 'signed'");
  }
  wallet::CancelSignRequest ask{ids_.Make(kTransactionId), tx.id};
  Result<wallet::SignedTransaction> by_vault =
      co_await parts_.wallets.Cancel(std::move(context), std::move(ask));
  if (!by_vault) co_return std::unexpected(std::move(by_vault.error()));
  Result<Transaction> done = co_await Cancelling(std::move(tx.id), std::move(*by_vault));
  co_return done;
}

// Kept before a node gets it; a host that dies before that has given nothing away, and asked again
// the vault gives the same bytes.
Task<Result<Transaction>> Transactions::Cancelling(std::string id,
                                                   wallet::SignedTransaction by_vault) {
  for (;;) {
    Result<TransactionRow> row = co_await Find(id);
    if (!row) co_return std::unexpected(std::move(row.error()));
    if (row->settled || !row->cancel_raw.empty()) co_return std::move(row->body);
    row->body.attempts.push_back({"cancel", by_vault.transaction, by_vault.hash,
                                  by_vault.network_fee, by_vault.valid_until_block});
    row->cancel_raw = by_vault.raw;
    Status stored = co_await Store(UpdateTransaction(*row, RowStage::kSigned));
    // A step of the sender came in between.
    if (MovedOn(stored)) continue;
    if (!stored) co_return std::unexpected(std::move(stored.error()));
    parts_.sender.SetRival(id, {by_vault.hash, std::move(by_vault.raw)});
    co_return std::move(row->body);
  }
}

}  // namespace nsl::orchestrator
