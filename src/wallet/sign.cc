// SPDX-License-Identifier: Apache-2.0
//
// The signing half of WalletService.
#include "crypto/hash.h"
#include "neo/amount.h"
#include "neo/check_arguments.h"
#include "neo/manifest.h"
#include "neo/signing.h"
#include "wallet/policy_text.h"
#include "wallet/service.h"
#include "wallet/transactions_api.h"

namespace nsl::wallet {
namespace {

std::string EffectKey(EffectName name) {
  name.tag = "nsl/effect/1";
  if (!name.idempotency_key.empty()) name.transaction.clear();
  return ToHex(crypto::Sha256(ToCbor(name)));
}

}  // namespace

Task<Result<std::optional<SignedTransaction>>> WalletService::FindEffect(std::string key,
                                                                         Hash256 intent_hash) {
  auto found = co_await rows_.Find<EffectRow>(std::move(key));
  if (!found) co_return std::unexpected(std::move(found.error()));
  if (!*found) co_return std::optional<SignedTransaction>();
  EffectRow& row = (*found)->row;
  if (!ConstantTimeEqual(row.intent_hash, intent_hash)) {
    co_return Fail(Reason::kWalletEffect, "the Idempotency-Key was used for another intent (" +
                                              row.signed_tx.transaction +
                                              "); use a new key for a new one");
  }
  co_return std::optional(std::move(row.signed_tx));
}

Task<Result<WalletService::Asked>> WalletService::Examine(SubmitRequest request, Asker asker) {
  auto row = co_await FindWallet(request.wallet);
  if (!row) co_return std::unexpected(std::move(row.error()));
  if (row->project_id != request.project) co_return Fail(Reason::kNotFound, "no such wallet");
  Asked out;
  NSL_CO_TRY(neo::PublicKey key, neo::PublicKey::FromBytes(row->public_key));
  NSL_CO_TRY(out.intent, CheckIntent(request, neo::AccountOf(key)));
  auto policies = co_await policies_.Of(request.project);
  if (!policies) co_return std::unexpected(std::move(policies.error()));
  Status loaded = co_await book_.Load(row->id, &*policies);
  if (!loaded) co_return std::unexpected(std::move(loaded.error()));
  out.wallet = std::move(*row);
  out.asker = std::move(asker);
  out.policies = std::move(*policies);
  co_return out;
}

Task<Status> WalletService::CheckManifest(CallContext context, const CheckedIntent* intent) {
  auto reply = co_await chain_.facts->Contract(std::move(context), {neo::ToText(intent->contract)});
  if (!reply) co_return std::unexpected(std::move(reply.error()));
  if (reply->manifest.empty()) {
    co_return Fail(Error(Reason::kWalletInvalid, "there is no contract " +
                                                     neo::ToText(intent->contract) +
                                                     " on this network; nothing was signed")
                       .WithField("/call/contract", "the hash of a deployed contract"));
  }
  auto manifest = neo::ParseManifest(reply->manifest);
  if (!manifest) {
    co_return Fail(Reason::kChainUnavailable,
                   "the chain's answer has a manifest that is none: " + manifest.error().detail);
  }
  Status fits = neo::CheckArguments(*manifest, intent->method, intent->arguments);
  if (fits) co_return fits;
  co_return Fail(Error(Reason::kWalletInvalid, fits.error().detail + "; nothing was signed")
                     .WithField("/call/args", "as the manifest of the contract declares them"));
}

Task<Result<WalletService::Priced>> WalletService::Price(CallContext context, const Asked* asked) {
  if (chain_.facts == nullptr) co_return NoChain();
  const CheckedIntent& intent = asked->intent;
  if (!intent.moved) {
    Status fits = co_await CheckManifest(WithoutCaller(context), &intent);
    if (!fits) co_return std::unexpected(std::move(fits.error()));
  }
  NSL_CO_TRY(neo::PublicKey key, neo::PublicKey::FromBytes(asked->wallet.public_key));
  Sender sender = SenderOf(key);
  Priced out;
  out.held_before = book_.HeldOf(asked->wallet.id);
  SimulateRequest ask{asked->script, neo::ToText(sender.account),
                      neo::ToText(intent.moved ? intent.contract : GasHash())};
  auto facts = co_await chain_.facts->Simulate(WithoutCaller(context), std::move(ask));
  if (!facts) co_return std::unexpected(std::move(facts.error()));
  NSL_CO_TRY_VOID(heights_.Check(facts->height));
  auto nonce = static_cast<uint32_t>(env_.random.U64());
  NSL_CO_TRY(out.tx,
             BuildTransaction(sender, intent, asked->script, *facts, network_.magic, nonce));
  out.simulated_ms = env_.clock.NowMs();
  NSL_CO_TRY(Bytes unsigned_form, UnsignedForm(sender, out.tx));
  Status confirmed =
      co_await ConfirmFee(WithoutCaller(context), std::move(unsigned_form), out.tx.network_fee);
  if (!confirmed) co_return std::unexpected(std::move(confirmed.error()));
  out.facts = std::move(*facts);
  co_return out;
}

Task<Status> WalletService::ConfirmFee(CallContext context, Bytes unsigned_form, int64_t computed) {
  auto fee = co_await chain_.facts->NetworkFee(std::move(context), {std::move(unsigned_form)});
  if (!fee) co_return std::unexpected(std::move(fee.error()));
  if (fee->network_fee == computed) co_return Status();
  co_return Fail(Reason::kChainUnavailable, "the node computes a network fee of " +
                                                std::to_string(fee->network_fee) +
                                                " datoshi, the vault one of " +
                                                std::to_string(computed) + "; nothing was signed");
}

Result<SignedTransaction> WalletService::Finish(const Asked& asked, neo::Transaction tx) {
  const WalletRow& row = asked.wallet;
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
  out.transaction = asked.transaction;
  out.hash = neo::ToText(hash);
  out.sender = neo::ToAddress(account);
  out.contract = neo::ToText(asked.intent.contract);
  out.method = asked.intent.method;
  if (asked.intent.moved) {
    out.to = neo::ToAddress(asked.intent.moved->to);
    out.amount = asked.intent.moved->amount;
  }
  out.system_fee = std::to_string(tx.system_fee);
  out.network_fee = std::to_string(tx.network_fee);
  out.valid_until_block = tx.valid_until_block;
  out.evidence = chain_.level;
  out.authorised_by = asked.authorised_by;
  out.signed_ms = env_.clock.NowMs();
  return out;
}

Task<Result<SignedTransaction>> WalletService::Make(CallContext context, Asked asked) {
  auto priced = co_await Price(std::move(context), &asked);
  if (!priced) co_return std::unexpected(std::move(priced.error()));
  // From here to the commit nothing comes between: what was reserved is what was judged.
  int64_t fee = priced->tx.system_fee + priced->tx.network_fee;
  auto balance = neo::AmountFromText(priced->facts.gas_balance, 0);
  PolicyQuestion question{asked.asker, asked.wallet.id, asked.intent, fee, env_.clock.NowMs()};
  auto reserved = book_.Reserve({asked.wallet, asked.policies, question, asked.transaction,
                                 priced->tx.valid_until_block, priced->facts.height,
                                 balance ? *balance : 0, priced->held_before});
  if (!reserved) co_return std::unexpected(std::move(reserved.error()));
  auto made = Finish(asked, std::move(priced->tx));
  if (made) made->simulated_ms = priced->simulated_ms;
  auto kept = co_await Keep(std::move(asked), std::move(*reserved), std::move(made));
  co_return kept;
}

Task<Result<SignedTransaction>> WalletService::Keep(Asked asked, SpendBook::Reservation reserved,
                                                    Result<SignedTransaction> made) {
  if (!made) {
    book_.TakeBack(reserved);
    co_return made;
  }
  made->policy = reserved.policy_id;
  EffectRow effect{asked.wallet.project_id, asked.wallet.id, ToBytes(ByteView(asked.intent_hash)),
                   asked.principal_id, *made};
  std::vector<enclave::StoreChange> changes = std::move(reserved.changes);
  changes.push_back(PutRow(asked.effect_key, effect, 0));
  changes.push_back(PutRow(asked.transaction, EffectOfRow{asked.effect_key}, 0));
  Status done = co_await rows_.Commit(std::move(changes));
  if (done) {
    signed_.Add();
    env_.log.Info("transaction_signed",
                  {{"transaction", made->transaction}, {"evidence", made->evidence}});
    co_return made;
  }
  if (done.error().reason != Reason::kPlatformUnknownResult) book_.TakeBack(reserved);
  if (!IsConflict(done)) co_return std::unexpected(std::move(done.error()));
  // Another call with the same key was quicker: its bytes are the ones, ours never leave.
  auto other = co_await FindEffect(asked.effect_key, asked.intent_hash);
  if (!other) co_return std::unexpected(std::move(other.error()));
  if (*other) co_return std::move(**other);
  co_return Fail(Reason::kWalletEffect, "the transaction id was used before");
}

Verdict WalletService::Ask(const Asked& asked, std::optional<int64_t> fee) const {
  PolicyQuestion question{asked.asker, asked.wallet.id, asked.intent, fee, env_.clock.NowMs()};
  return Decide(
      asked.policies, [this](const std::string& id) { return book_.SpendOf(id); }, question);
}

Task<Result<SignedTransaction>> WalletService::SignAsked(CallContext context, SubmitRequest request,
                                                         Asker asker, EffectName name,
                                                         std::string authorised_by) {
  if (!IsId(kTransactionId, name.transaction)) {
    co_return Fail(Reason::kRequestInvalid, "the transaction id is not one");
  }
  auto asked = co_await Examine(std::move(request), std::move(asker));
  if (!asked) co_return std::unexpected(std::move(asked.error()));
  asked->transaction = name.transaction;
  asked->principal_id = name.principal;
  asked->authorised_by = std::move(authorised_by);
  asked->effect_key = EffectKey(std::move(name));
  NSL_CO_TRY(asked->script, ScriptOf(asked->intent));
  asked->intent_hash = IntentHash(asked->wallet.id, asked->intent, asked->script);
  auto before = co_await FindEffect(asked->effect_key, asked->intent_hash);
  if (!before) co_return std::unexpected(std::move(before.error()));
  if (*before) co_return std::move(**before);
  Verdict verdict = Ask(*asked, std::nullopt);
  std::string transaction = asked->transaction;
  Result<SignedTransaction> made = std::unexpected(Error(Reason::kWalletPolicy));
  if (verdict.allowed) {
    if (!asked->intent.names_max_fee) {
      asked->intent.max_fee = CeilingOf(asked->policies, verdict.policy);
    }
    made = co_await Make(std::move(context), std::move(*asked));
  } else {
    made = RefusedBy(verdict);
  }
  if (!made) {
    refused_.Add();
    env_.log.Info("transaction_refused",
                  {{"transaction", transaction}, {"reason", TextOf(made.error().reason)}});
  }
  co_return made;
}

Task<Result<SignedTransaction>> WalletService::Sign(CallContext context, SignRequest request) {
  // What is done is what the client signed; of the host's own words only the id counts.
  SubmitRequest asked{request.project, request.wallet,       std::move(request.transfer),
                      request.max_fee, request.valid_blocks, std::move(request.call)};
  auto change = co_await account::AuthoriseChange(
      authoriser_, context, rpc::FormOf<TransactionsApi, &TransactionsApi::Submit>(),
      std::move(asked), "wallets:send");
  if (!change) co_return std::unexpected(std::move(change.error()));
  account::Authorised& who = change->who;
  bool member = who.principal_id == who.account_id;
  Asker asker{{who.principal_id}, member};
  if (member) asker.names.push_back(std::string(kMembers));
  EffectName name{{},
                  change->request.project,
                  who.principal_id,
                  context.idempotency_key,
                  std::move(request.transaction)};
  auto made = co_await SignAsked(std::move(context), std::move(change->request), std::move(asker),
                                 std::move(name), std::move(who.authorised_by));
  co_return made;
}

Task<Result<std::string>> WalletService::WalletIn(std::string project_id, std::string name_or_id) {
  auto all = co_await rows_.FindOrEmpty<ProjectWalletsRow>(std::move(project_id));
  if (!all) co_return std::unexpected(std::move(all.error()));
  for (const WalletName& wallet : all->row.wallets) {
    if (wallet.id == name_or_id || wallet.name == name_or_id) co_return wallet.id;
  }
  co_return Fail(Error(Reason::kWalletInvalid, "the project has no such wallet")
                     .WithField("/wallet", "the name or id of a wallet of the project"));
}

Task<Result<WalletService::FunctionAsk>> WalletService::AskOf(FunctionSignRequest request) {
  auto granted = co_await authoriser_.FindGranted(request.version);
  if (!granted) co_return std::unexpected(std::move(granted.error()));
  if (granted->network != network_.name) {
    co_return Fail(Reason::kWalletInvalid, "the project is of the network '" + granted->network +
                                               "', this vault signs for '" + network_.name + "'");
  }
  auto wallet = co_await WalletIn(granted->project_id, std::move(request.wallet));
  if (!wallet) co_return std::unexpected(std::move(wallet.error()));
  FunctionAsk out;
  out.request = {granted->project_id,        std::move(*wallet),   std::move(request.transfer),
                 std::move(request.max_fee), request.valid_blocks, std::move(request.call)};
  // Whoever holds a bearer token, the host among them, can deploy code of his own as a version of
  // the function: a rule about the function speaks for versions alone that somebody signed for.
  out.asker.names.push_back(std::move(request.version));
  if (granted->authorised_by == "signature") out.asker.names.push_back(granted->function_id);
  out.granted = std::move(*granted);
  co_return out;
}

Task<Result<FunctionSignReply>> WalletService::SignForFunction(CallContext context,
                                                               FunctionSignRequest request) {
  EffectName name{{}, {}, {}, std::move(request.effect), std::move(request.transaction)};
  auto ask = co_await AskOf(std::move(request));
  if (!ask) co_return std::unexpected(std::move(ask.error()));
  name.project = ask->granted.project_id;
  name.principal = ask->granted.function_id;
  std::string wallet = ask->request.wallet;
  auto made = co_await SignAsked(std::move(context), std::move(ask->request), std::move(ask->asker),
                                 std::move(name), "function");
  if (!made) co_return std::unexpected(std::move(made.error()));
  co_return FunctionSignReply{std::move(wallet), std::move(*made)};
}

Task<Result<SignedTransaction>> WalletService::FindSigned(CallContext, SignedRef request) {
  auto effect = co_await FindEffectOf(std::move(request.transaction));
  if (!effect) co_return std::unexpected(std::move(effect.error()));
  co_return std::move(effect->signed_tx);
}

Task<Result<EffectRow>> WalletService::FindEffectOf(std::string transaction) {
  auto none = [] { return Fail(Reason::kNotFound, "nothing was signed under this id"); };
  if (!IsId(kTransactionId, transaction)) co_return none();
  auto of = co_await rows_.Find<EffectOfRow>(std::move(transaction));
  if (!of) co_return std::unexpected(std::move(of.error()));
  if (!*of) co_return none();
  auto effect = co_await rows_.Find<EffectRow>((*of)->row.effect_key);
  if (!effect) co_return std::unexpected(std::move(effect.error()));
  if (!*effect) co_return none();
  co_return std::move((*effect)->row);
}

Task<Result<rpc::Empty>> WalletService::Settle(CallContext, SignedRef request) {
  auto effect = co_await FindEffectOf(request.transaction);
  if (!effect) co_return std::unexpected(std::move(effect.error()));
  std::vector<PolicyRow> none;
  Status loaded = co_await book_.Load(effect->wallet_id, &none);
  if (!loaded) co_return std::unexpected(std::move(loaded.error()));
  auto change = book_.Settle(effect->wallet_id, request.transaction);
  if (!change) co_return rpc::Empty{};
  std::vector<enclave::StoreChange> changes;
  changes.push_back(std::move(*change));
  Status done = co_await rows_.Commit(std::move(changes));
  if (!done) co_return std::unexpected(std::move(done.error()));
  co_return rpc::Empty{};
}

}  // namespace nsl::wallet
