// SPDX-License-Identifier: Apache-2.0
//
// The signing half of WalletService.
#include "base/codec.h"
#include "crypto/hash.h"
#include "neo/signing.h"
#include "wallet/service.h"
#include "wallet/transactions_api.h"

namespace nsl::wallet {
namespace {

// What names an effect: at most one transaction ever comes of one key.
struct EffectName {
  std::string tag;
  std::string project;
  std::string principal;
  // Empty when the caller gave none; the transaction id counts then.
  std::string idempotency_key;
  std::string transaction;
};
BOOST_DESCRIBE_STRUCT(EffectName, (), (tag, project, principal, idempotency_key, transaction))

std::string EffectKey(const SignRequest& request, const std::string& principal,
                      const std::string& idempotency_key) {
  EffectName name{"nsl/effect/1", request.project, principal, idempotency_key,
                  idempotency_key.empty() ? request.transaction : std::string()};
  return ToHex(crypto::Sha256(ToCbor(name)));
}

CallContext WithoutCaller(const CallContext& context) {
  CallContext out;
  out.deadline = context.deadline;
  out.request_id = context.request_id;
  out.traceparent = context.traceparent;
  return out;
}

}  // namespace

Task<Result<std::optional<SignedTransaction>>> WalletService::FindEffect(std::string key,
                                                                         Hash256 intent_hash) {
  auto found = co_await Find<EffectRow>(std::move(key));
  if (!found) co_return std::unexpected(std::move(found.error()));
  if (!*found) co_return std::optional<SignedTransaction>();
  EffectRow& row = (*found)->row;
  if (!ConstantTimeEqual(row.intent_hash, intent_hash)) {
    co_return Fail(Reason::kWalletEffect, "the Idempotency-Key was used for another transfer (" +
                                              row.signed_tx.transaction +
                                              "); use a new key for a new transfer");
  }
  co_return std::optional(std::move(row.signed_tx));
}

Result<SignedTransaction> WalletService::Finish(const WalletRow& row, const CheckedIntent& intent,
                                                neo::Transaction tx) {
  NSL_TRY(neo::PublicKey public_key, neo::PublicKey::FromBytes(row.public_key));
  NSL_TRY(crypto::P256PrivateKey key,
          keys_.Open(row.sealed_key, row.public_key, row.project_id, row.id));
  neo::Uint256 hash = neo::TransactionHash(tx);
  NSL_TRY(neo::Witness witness, neo::SingleKeyWitness(key, network_.magic, hash.bytes));
  tx.witnesses = {std::move(witness)};
  SignedTransaction out;
  NSL_TRY(out.raw, neo::EncodeTransaction(tx));
  // What leaves is read back and judged as a node will judge it.
  NSL_TRY(neo::Transaction again, neo::DecodeTransaction(out.raw));
  neo::ScriptHash account = neo::AccountOf(public_key);
  if (again != tx || neo::TransactionHash(again) != hash ||
      again.signers.at(0).account != account) {
    return Fail(Reason::kPlatformIntegrity, "the signed transaction reads back otherwise");
  }
  NSL_TRY_VOID(neo::VerifyWitness(again.witnesses.at(0), account, network_.magic, hash.bytes));
  out.hash = neo::ToText(hash);
  out.sender = neo::ToAddress(account);
  out.token_hash = neo::ToText(intent.token);
  out.to = neo::ToAddress(intent.to);
  out.amount = intent.amount.ToText();
  out.system_fee = std::to_string(tx.system_fee);
  out.network_fee = std::to_string(tx.network_fee);
  out.valid_until_block = tx.valid_until_block;
  out.evidence = chain_.level;
  out.signed_ms = env_.clock.NowMs();
  return out;
}

Task<Result<SignedTransaction>> WalletService::Make(CallContext context, const WalletRow* row,
                                                    const CheckedIntent* intent,
                                                    std::string transaction) {
  if (chain_.facts == nullptr) {
    co_return Fail(Reason::kPlatformUnimplemented,
                   "this vault has no source of chain facts that it may believe, so it signs "
                   "nothing; a development system does");
  }
  NSL_CO_TRY(neo::PublicKey public_key, neo::PublicKey::FromBytes(row->public_key));
  Sender sender = SenderOf(public_key);
  NSL_CO_TRY(Bytes script, TransferScript(sender, *intent));
  SimulateRequest ask{script, neo::ToText(sender.account), neo::ToText(intent->token)};
  auto facts = co_await chain_.facts->Simulate(WithoutCaller(context), std::move(ask));
  if (!facts) co_return std::unexpected(std::move(facts.error()));
  NSL_CO_TRY_VOID(heights_.Check(facts->height));
  auto nonce = static_cast<uint32_t>(env_.random.U64());
  NSL_CO_TRY(neo::Transaction tx,
             BuildTransfer(sender, *intent, script, *facts, network_.magic, nonce));
  int64_t simulated_ms = env_.clock.NowMs();
  NSL_CO_TRY(Bytes unsigned_form, UnsignedForm(sender, tx));
  auto fee = co_await chain_.facts->NetworkFee(WithoutCaller(context), {std::move(unsigned_form)});
  if (!fee) co_return std::unexpected(std::move(fee.error()));
  if (fee->network_fee != tx.network_fee) {
    co_return Fail(Reason::kChainUnavailable,
                   "the node computes a network fee of " + std::to_string(fee->network_fee) +
                       " datoshi, the vault one of " + std::to_string(tx.network_fee) +
                       "; nothing was signed");
  }
  NSL_CO_TRY(SignedTransaction out, Finish(*row, *intent, std::move(tx)));
  out.transaction = std::move(transaction);
  out.simulated_ms = simulated_ms;
  co_return out;
}

Task<Result<SignedTransaction>> WalletService::Sign(CallContext context, SignRequest request) {
  // What moves is what the client signed; of the host's own words only the id counts.
  SubmitRequest asked{request.project, request.wallet, request.transfer, request.max_fee,
                      request.valid_blocks};
  auto change = co_await account::AuthoriseChange(
      authoriser_, context, rpc::FormOf<TransactionsApi, &TransactionsApi::Submit>(),
      std::move(asked), "wallets:send");
  if (!change) co_return std::unexpected(std::move(change.error()));
  account::Authorised who = std::move(change->who);
  request.project = std::move(change->request.project);
  request.wallet = std::move(change->request.wallet);
  request.transfer = std::move(change->request.transfer);
  request.max_fee = std::move(change->request.max_fee);
  request.valid_blocks = change->request.valid_blocks;
  if (!IsId(kTransactionId, request.transaction)) {
    co_return Fail(Reason::kRequestInvalid, "the transaction id is not one");
  }
  auto row = co_await FindWallet(request.wallet);
  if (!row) co_return std::unexpected(std::move(row.error()));
  if (row->project_id != request.project) {
    co_return Fail(Reason::kNotFound, "no such wallet");
  }
  NSL_CO_TRY(CheckedIntent intent, CheckIntent(request));
  Hash256 hash = IntentHash(row->id, intent);
  std::string key = EffectKey(request, who.principal_id, context.idempotency_key);
  auto before = co_await FindEffect(key, hash);
  if (!before) co_return std::unexpected(std::move(before.error()));
  if (*before) co_return std::move(**before);
  auto made = co_await Make(std::move(context), &*row, &intent, request.transaction);
  if (!made) {
    refused_.Add();
    env_.log.Info("transfer_refused",
                  {{"transaction", request.transaction}, {"reason", TextOf(made.error().reason)}});
    co_return std::unexpected(std::move(made.error()));
  }
  made->authorised_by = who.authorised_by;
  EffectRow effect{request.project, row->id, ToBytes(ByteView(hash)), who.principal_id, *made};
  std::vector<enclave::StoreChange> changes;
  changes.push_back({std::string(EffectRow::kTable), key, ToCbor(effect), false, 0});
  changes.push_back(
      {std::string(EffectOfRow::kTable), request.transaction, ToCbor(EffectOfRow{key}), false, 0});
  Status done = co_await store_.Commit(std::move(changes));
  if (!done && done.error().reason == Reason::kRequestVersionConflict) {
    // Another call with the same key was quicker: its bytes are the ones, ours never leave.
    auto other = co_await FindEffect(std::move(key), hash);
    if (!other) co_return std::unexpected(std::move(other.error()));
    if (*other) co_return std::move(**other);
    co_return Fail(Reason::kWalletEffect, "the transaction id was used before");
  }
  if (!done) co_return std::unexpected(std::move(done.error()));
  signed_.Add();
  env_.log.Info("transfer_signed",
                {{"transaction", request.transaction}, {"evidence", made->evidence}});
  co_return std::move(*made);
}

Task<Result<SignedTransaction>> WalletService::FindSigned(CallContext, SignedRef request) {
  auto none = [] { return Fail(Reason::kNotFound, "nothing was signed under this id"); };
  if (!IsId(kTransactionId, request.transaction)) co_return none();
  auto of = co_await Find<EffectOfRow>(std::move(request.transaction));
  if (!of) co_return std::unexpected(std::move(of.error()));
  if (!*of) co_return none();
  auto effect = co_await Find<EffectRow>((*of)->row.effect_key);
  if (!effect) co_return std::unexpected(std::move(effect.error()));
  if (!*effect) co_return none();
  co_return std::move((*effect)->row.signed_tx);
}

}  // namespace nsl::wallet
