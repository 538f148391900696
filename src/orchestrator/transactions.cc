// SPDX-License-Identifier: Apache-2.0
#include "orchestrator/transactions.h"

#include "base/codec.h"
#include "net/signal.h"

namespace nsl::orchestrator {
namespace {

using storage::Rows;
using wallet::Transaction;

// A call of the vault has ended by then, whatever became of it.
constexpr std::chrono::milliseconds kVaultSettles{15'000};
constexpr std::chrono::milliseconds kAskAgain{500};
constexpr uint32_t kTakenUp = 1'000;
constexpr int kSettleAttempts = 20;
// Of a call that waits: between two looks, and before its deadline.
constexpr std::chrono::milliseconds kLook{50};
constexpr int64_t kAnswerInTime = 500;

struct IntentOf {
  std::optional<wallet::TransferIntent> transfer;
  std::optional<wallet::CallIntent> call;
};
BOOST_DESCRIBE_STRUCT(IntentOf, (), (transfer, call))

bool SameIntent(const Transaction& tx, const wallet::SubmitRequest& request) {
  // The vault compares what they mean; here it only spares the question.
  return tx.wallet_id == request.wallet &&
         ToCbor(IntentOf{tx.transfer, tx.call}) == ToCbor(IntentOf{request.transfer, request.call});
}

// The answer may have been lost on the way: the vault may have signed all the same.
bool MayHaveSigned(const Error& error) {
  switch (error.reason) {
    case Reason::kPlatformUnavailable:
    case Reason::kPlatformDeadline:
    case Reason::kPlatformCancelled:
    case Reason::kPlatformUnknownResult:
    case Reason::kPlatformStorage:
    case Reason::kPlatformInternal:
      return true;
    default:
      return false;
  }
}

// What the vault said about a transaction that it signed.
void Fill(TransactionRow& row, wallet::SignedTransaction by_vault) {
  Transaction& tx = row.body;
  Enter(tx, "simulated", by_vault.simulated_ms);
  Enter(tx, "signed", by_vault.signed_ms);
  tx.hash = by_vault.hash;
  tx.sender = by_vault.sender;
  tx.system_fee = by_vault.system_fee;
  tx.network_fee = by_vault.network_fee;
  tx.valid_until_block = by_vault.valid_until_block;
  tx.authorised_by = by_vault.authorised_by;
  tx.evidence = by_vault.evidence;
  tx.attempts = {
      {"intent", tx.id, by_vault.hash, by_vault.network_fee, by_vault.valid_until_block}};
  row.raw = std::move(by_vault.raw);
  tx.policy = by_vault.policy;
  row.token_hash = by_vault.to.empty() ? std::string() : by_vault.contract;
  row.receiver = by_vault.to;
  row.moved = by_vault.amount;
}

// What a step of the sender makes of the row.
void Apply(const chain::SenderStep& step, int64_t now, TransactionRow& row) {
  using Kind = chain::SenderStep::Kind;
  Transaction& tx = row.body;
  tx.detail.reset();
  if (!step.detail.empty()) tx.detail = step.detail;
  // What is in a block was in a pool, whether or not a node said so.
  if (step.kind == Kind::kBroadcast || step.landed) Enter(tx, "broadcast", now);
  if (step.kind == Kind::kExpired) Enter(tx, "expired", now);
  if (step.kind == Kind::kCancelled) Enter(tx, "cancelled", now);
  if (step.kind == Kind::kLanded) {
    Enter(tx, "confirmed", now);
    tx.succeeded = step.succeeded;
    tx.vm_state = step.landed->vm_state;
    if (!step.landed->exception.empty()) tx.exception = step.landed->exception;
  }
  if (step.landed) tx.block = step.landed->block;
  row.settled = step.landed.has_value() || step.kind == Kind::kExpired;
}

}  // namespace

Transactions::Transactions(Env env, Executor executor, TransactionParts parts)
    : env_(env), parts_(parts), ids_(env.clock, env.random), group_(executor) {
  parts_.sender.SetJournal(*this);
}

void Transactions::Start() { group_.Spawn(TakeUp()); }

Task<void> Transactions::Shutdown() {
  group_.Close();
  co_await group_.Wait();
}

Task<Status> Transactions::Store(storage::Statement statement) {
  std::vector<storage::Statement> list;
  list.push_back(std::move(statement));
  Result<storage::WriteResult> written = co_await parts_.database.Write(std::move(list));
  if (!written) co_return std::unexpected(std::move(written.error()));
  co_return Status();
}

Task<Result<TransactionRow>> Transactions::Find(std::string id) {
  if (!IsId(kTransactionId, id)) co_return NoTransaction();
  Result<Rows> rows = co_await parts_.database.Read(SelectTransaction(id));
  if (!rows) co_return std::unexpected(std::move(rows.error()));
  if (rows->empty()) co_return NoTransaction();
  co_return ReadTransaction((*rows)[0]);
}

// --- Sending ------------------------------------------------------------------------------------

Task<Result<TransactionRow>> Transactions::Open(CallContext context, wallet::SubmitRequest request,
                                                std::string principal) {
  std::vector<storage::Statement> writes;
  if (!context.idempotency_key.empty()) {
    Result<Rows> rows = co_await parts_.database.Read(
        SelectTransactionByKey(request.project, principal, context.idempotency_key));
    if (!rows) co_return std::unexpected(std::move(rows.error()));
    if (!rows->empty()) {
      NSL_CO_TRY(TransactionRow before, ReadTransaction((*rows)[0]));
      if (!SameIntent(before.body, request)) {
        co_return Fail(Reason::kWalletEffect, "the Idempotency-Key was used for another intent (" +
                                                  before.body.id +
                                                  "); use a new key for a new one");
      }
      if (before.body.state != "rejected") co_return before;
      // Nothing was signed for it: this is a new try.
      writes.push_back(ReleaseKey(before.body.id));
    }
  }
  TransactionRow row;
  row.principal_id = std::move(principal);
  row.idempotency_key = context.idempotency_key;
  int64_t now = env_.clock.NowMs();
  row.body.id = ids_.Make(kTransactionId);
  row.body.project_id = request.project;
  row.body.wallet_id = request.wallet;
  row.body.transfer = request.transfer;
  row.body.call = request.call;
  row.body.created_at = ToRfc3339(now);
  Enter(row.body, "received", now);
  writes.push_back(InsertTransaction(row));
  Result<storage::WriteResult> written = co_await parts_.database.Write(std::move(writes));
  if (!written) co_return std::unexpected(std::move(written.error()));
  co_return row;
}

Task<Result<Transaction>> Transactions::Submit(CallContext context, wallet::SubmitRequest request) {
  auto principal = co_await parts_.access.Authenticate(context);
  if (!principal) co_return std::unexpected(std::move(principal.error()));
  NSL_CO_TRY_VOID(account::Permit(**principal, request.project, "wallets:send"));
  if (parts_.sender.full()) {
    co_return Fail(Reason::kQuotaBusy, "too many transactions are on their way; try again");
  }
  Result<TransactionRow> row = co_await Open(context, request, (*principal)->id);
  if (!row) co_return std::unexpected(std::move(row.error()));
  if (row->body.state != "received") co_return std::move(row->body);
  wallet::SignRequest ask{row->body.id,    request.project,      request.wallet, request.transfer,
                          request.max_fee, request.valid_blocks, request.call};
  Result<wallet::SignedTransaction> by_vault =
      co_await parts_.wallets.Sign(std::move(context), std::move(ask));
  if (by_vault) {
    Result<Transaction> done = co_await Signed(std::move(*row), std::move(*by_vault));
    co_return done;
  }
  Error error = std::move(by_vault.error());
  if (MayHaveSigned(error)) {
    group_.Spawn(Resume(std::move(*row), kVaultSettles));
    co_return std::unexpected(std::move(error));
  }
  Status rejected = co_await Reject(std::move(*row), error);
  if (!rejected) co_return std::unexpected(std::move(rejected.error()));
  co_return std::unexpected(std::move(error));
}

Task<Result<Transaction>> Transactions::Signed(TransactionRow row,
                                               wallet::SignedTransaction by_vault) {
  if (by_vault.transaction != row.body.id) {
    // The vault knows the effect under an earlier id, whose row may be here or may have been lost.
    Result<TransactionRow> earlier = co_await Find(by_vault.transaction);
    bool lost = !earlier && earlier.error().reason == Reason::kNotFound;
    if (!earlier && !lost) co_return std::unexpected(std::move(earlier.error()));
    Status gone = co_await Store(DeleteTransaction(row.body.id));
    if (!gone) co_return std::unexpected(std::move(gone.error()));
    if (!lost && !earlier->raw.empty()) co_return std::move(earlier->body);
    if (!lost) row = std::move(*earlier);
    row.body.id = by_vault.transaction;
    if (lost) {
      Status made = co_await Store(InsertTransaction(row));
      if (!made) co_return std::unexpected(std::move(made.error()));
    }
  }
  Fill(row, std::move(by_vault));
  Status stored = co_await Store(UpdateTransaction(row, RowStage::kUnsigned));
  if (MovedOn(stored)) {
    Result<TransactionRow> now = co_await Find(row.body.id);
    if (!now) co_return std::unexpected(std::move(now.error()));
    co_return std::move(now->body);
  }
  if (!stored) co_return std::unexpected(std::move(stored.error()));
  NSL_CO_TRY_VOID(Follow(row));
  co_return std::move(row.body);
}

Task<Result<Transaction>> Transactions::Track(TrackedTransaction tracked) {
  Result<TransactionRow> known = co_await Find(tracked.signed_tx.transaction);
  if (known && known->body.project_id == tracked.project_id) co_return std::move(known->body);
  if (known || known.error().reason != Reason::kNotFound) {
    if (!known) co_return std::unexpected(std::move(known.error()));
    co_return NoTransaction();
  }
  TransactionRow row;
  row.principal_id = tracked.function_id;
  row.body.id = tracked.signed_tx.transaction;
  row.body.project_id = std::move(tracked.project_id);
  row.body.wallet_id = std::move(tracked.wallet_id);
  row.body.function_id = std::move(tracked.function_id);
  row.body.run_id = std::move(tracked.run_id);
  row.body.transfer = std::move(tracked.transfer);
  row.body.call = std::move(tracked.call);
  int64_t now = env_.clock.NowMs();
  row.body.created_at = ToRfc3339(now);
  Enter(row.body, "received", now);
  Fill(row, std::move(tracked.signed_tx));
  Status stored = co_await Store(InsertTransaction(row));
  if (!stored) co_return std::unexpected(std::move(stored.error()));
  NSL_CO_TRY_VOID(Follow(row));
  co_return std::move(row.body);
}

Task<Result<Transaction>> Transactions::StateIn(std::string project_id, std::string id, bool wait,
                                                Deadline deadline) {
  net::Signal pause(co_await asio::this_coro::executor);
  for (;;) {
    Result<TransactionRow> row = co_await Find(id);
    if (!row) co_return std::unexpected(std::move(row.error()));
    if (row->body.project_id != project_id) co_return NoTransaction();
    bool late = deadline.RemainingMs(env_.clock) < kAnswerInTime;
    if (!wait || row->settled || late || group_.closed()) co_return std::move(row->body);
    co_await pause.WaitFor(kLook);
  }
}

Task<Status> Transactions::Reject(TransactionRow row, Error error) {
  Enter(row.body, "rejected", env_.clock.NowMs());
  row.body.reason = std::string(TextOf(error.reason));
  row.body.detail = error.detail;
  row.settled = true;
  bool judged = error.reason == Reason::kWalletPolicy || error.reason == Reason::kChainSimulation ||
                error.reason == Reason::kFundsGas || error.reason == Reason::kFundsToken ||
                error.reason == Reason::kPlatformUnknownResult;
  // What was no intent at all leaves no row.
  Status stored = co_await Store(judged ? UpdateTransaction(row, RowStage::kUnsigned)
                                        : DeleteTransaction(row.body.id));
  if (MovedOn(stored)) co_return Status();
  co_return stored;
}

Status Transactions::Follow(const TransactionRow& row) {
  const Transaction& tx = row.body;
  std::optional<chain::Rival> rival;
  if (!row.cancel_raw.empty()) rival = {tx.attempts.back().hash, row.cancel_raw};
  return parts_.sender.Track({tx.id,
                              tx.hash.value_or(""),
                              row.raw,
                              tx.valid_until_block.value_or(0),
                              {row.token_hash, tx.sender.value_or(""), row.receiver, row.moved},
                              std::move(rival)});
}

// --- After a restart ----------------------------------------------------------------------------

Task<void> Transactions::TakeUp() {
  Executor executor = co_await asio::this_coro::executor;
  net::Signal pause(executor);
  Result<Rows> rows = co_await parts_.database.Read(SelectUnsettled(kTakenUp));
  while (!rows && !group_.closed()) {
    env_.log.Warn("transactions_not_read", {{"detail", rows.error().detail}});
    co_await pause.WaitFor(kAskAgain);
    rows = co_await parts_.database.Read(SelectUnsettled(kTakenUp));
  }
  for (size_t i = 0; rows && i < rows->size(); ++i) {
    Result<TransactionRow> row = ReadTransaction((*rows)[i]);
    if (!row) {
      env_.log.Error("transaction_row_unreadable", {{"detail", row.error().detail}});
      continue;
    }
    if (row->raw.empty()) {
      // The call of the life before ended with it.
      group_.Spawn(Resume(std::move(*row), std::chrono::milliseconds(0)));
      continue;
    }
    Status follows = Follow(*row);
    if (!follows) env_.log.Error("transaction_not_followed", {{"transaction", row->body.id}});
  }
}

Task<void> Transactions::Resume(TransactionRow row, std::chrono::milliseconds first_wait) {
  Executor executor = co_await asio::this_coro::executor;
  net::Signal pause(executor);
  if (first_wait.count() > 0) co_await pause.WaitFor(first_wait);
  while (!group_.closed()) {
    CallContext context;
    context.deadline = Deadline::In(env_.clock, std::chrono::seconds(5));
    Result<wallet::SignedTransaction> by_vault =
        co_await parts_.wallets.FindSigned(std::move(context), {row.body.id});
    if (by_vault) {
      Result<Transaction> done = co_await Signed(row, std::move(*by_vault));
      if (done) co_return;
    } else if (by_vault.error().reason == Reason::kNotFound) {
      Status rejected = co_await Reject(
          row, Error(Reason::kPlatformUnknownResult,
                     "the system stopped before the transaction was signed; send it again"));
      if (rejected) co_return;
    }
    co_await pause.WaitFor(kAskAgain);
  }
}

Task<Status> Transactions::Note(std::string id, chain::SenderStep step) {
  for (;;) {
    Result<TransactionRow> row = co_await Find(id);
    if (!row) co_return std::unexpected(std::move(row.error()));
    if (row->settled) co_return Status();
    Apply(step, env_.clock.NowMs(), *row);
    Status stored = co_await Store(UpdateTransaction(*row, RowStage::kSigned));
    // A cancellation was asked for in between.
    if (MovedOn(stored)) continue;
    if (stored && row->settled) SettleAll(row->body);
    co_return stored;
  }
}

void Transactions::SettleAll(const Transaction& tx) {
  if (tx.attempts.empty()) group_.Spawn(Settle(tx.id));
  for (const wallet::Attempt& one : tx.attempts) group_.Spawn(Settle(one.id));
}

// The vault holds back of the balance what is on its way. When it is not told, it learns the same
// from the block heights, later.
Task<void> Transactions::Settle(std::string id) {
  net::Signal pause(co_await asio::this_coro::executor);
  for (int i = 0; i < kSettleAttempts && !group_.closed(); ++i) {
    CallContext context;
    context.deadline = Deadline::In(env_.clock, std::chrono::seconds(5));
    Result<rpc::Empty> told = co_await parts_.wallets.Settle(std::move(context), {id});
    if (told || told.error().reason == Reason::kNotFound) co_return;
    co_await pause.WaitFor(kAskAgain);
  }
}

}  // namespace nsl::orchestrator
