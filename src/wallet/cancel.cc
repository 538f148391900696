// SPDX-License-Identifier: Apache-2.0
//
// The cancelling half of WalletService.
#include "crypto/hash.h"
#include "neo/amount.h"
#include "neo/signing.h"
#include "wallet/service.h"
#include "wallet/transactions_api.h"

namespace nsl::wallet {
namespace {

// There is one cancellation of a transaction, so its id is all that names the effect.
struct CancelName {
  std::string tag;
  std::string cancels;
};
BOOST_DESCRIBE_STRUCT(CancelName, (), (tag, cancels))

Hash256 CancelHash(const std::string& cancels) {
  return crypto::Sha256(ToCbor(CancelName{"nsl/cancel/1", cancels}));
}

std::unexpected<Error> NoTransaction() { return Fail(Reason::kNotFound, "no such transaction"); }

}  // namespace

Task<Result<EffectRow>> WalletService::FindVictim(CallContext context, std::string transaction) {
  auto effect = co_await FindEffectOf(std::move(transaction));
  if (!effect && effect.error().reason != Reason::kNotFound) {
    co_return std::unexpected(std::move(effect.error()));
  }
  std::string project = effect ? effect->project_id : std::string();
  auto who = co_await authoriser_.Authorise(
      std::move(context), std::move(project), "wallets:send",
      rpc::FormOf<TransactionsApi, &TransactionsApi::Cancel>().signature);
  // To who is no member there is no such transaction.
  if (!who && who.error().reason == Reason::kNotFound) co_return NoTransaction();
  if (!who) co_return std::unexpected(std::move(who.error()));
  // Nor is a cancellation one: it is part of what it cancels.
  if (!effect || effect->signed_tx.contract.empty()) co_return NoTransaction();
  effect->principal_id = std::move(who->principal_id);
  co_return std::move(*effect);
}

Task<Result<SignedTransaction>> WalletService::Cancel(CallContext context,
                                                      CancelSignRequest request) {
  constexpr rpc::HttpForm kForm = rpc::FormOf<TransactionsApi, &TransactionsApi::Cancel>();
  TransactionRef named{request.cancels};
  if (context.signed_http) {
    NSL_CO_TRY(named, rpc::ReadSigned<TransactionRef>(*context.signed_http, kForm));
  }
  if (!IsId(kTransactionId, request.transaction)) {
    co_return Fail(Reason::kRequestInvalid, "the transaction id is not one");
  }
  auto victim = co_await FindVictim(context, named.transaction);
  if (!victim) co_return std::unexpected(std::move(victim.error()));
  Asked asked;
  asked.intent_hash = CancelHash(named.transaction);
  asked.effect_key = ToHex(asked.intent_hash);
  auto before = co_await FindEffect(asked.effect_key, asked.intent_hash);
  if (!before) co_return std::unexpected(std::move(before.error()));
  if (*before) co_return std::move(**before);
  auto wallet = co_await FindWallet(victim->wallet_id);
  if (!wallet) co_return std::unexpected(std::move(wallet.error()));
  std::vector<PolicyRow> none;
  Status loaded = co_await book_.Load(wallet->id, &none);
  if (!loaded) co_return std::unexpected(std::move(loaded.error()));
  asked.wallet = std::move(*wallet);
  asked.transaction = std::move(request.transaction);
  asked.principal_id = std::move(victim->principal_id);
  asked.authorised_by = "signature";
  auto made =
      co_await MakeCancellation(std::move(context), std::move(asked), std::move(victim->signed_tx));
  if (!made) {
    refused_.Add();
    env_.log.Info("cancellation_refused",
                  {{"transaction", named.transaction}, {"reason", TextOf(made.error().reason)}});
  }
  co_return made;
}

Task<Result<SignedTransaction>> WalletService::MakeCancellation(CallContext context, Asked asked,
                                                                SignedTransaction victim) {
  if (chain_.facts == nullptr) co_return NoChain();
  NSL_CO_TRY(neo::PublicKey key, neo::PublicKey::FromBytes(asked.wallet.public_key));
  Sender sender = SenderOf(key);
  std::vector<HeldBack> held_before = book_.HeldOf(asked.wallet.id);
  SimulateRequest ask{NoEffect(), neo::ToText(sender.account), neo::ToText(GasHash())};
  auto facts = co_await chain_.facts->Simulate(WithoutCaller(context), std::move(ask));
  if (!facts) co_return std::unexpected(std::move(facts.error()));
  NSL_CO_TRY_VOID(heights_.Check(facts->height));
  auto nonce = static_cast<uint32_t>(env_.random.U64());
  NSL_CO_TRY(Cancellation built, BuildCancellation(sender, victim, *facts, network_.magic, nonce));
  int64_t simulated_ms = env_.clock.NowMs();
  NSL_CO_TRY(Bytes unsigned_form, UnsignedForm(sender, built.tx));
  Status confirmed =
      co_await ConfirmFee(WithoutCaller(context), std::move(unsigned_form), built.needed_fee);
  if (!confirmed) co_return std::unexpected(std::move(confirmed.error()));
  int64_t fee = built.tx.system_fee + built.tx.network_fee;
  auto balance = neo::AmountFromText(facts->gas_balance, 0);
  PolicyQuestion question{asked.asker, asked.wallet.id, asked.intent, fee, env_.clock.NowMs()};
  auto reserved = book_.ReserveFee({asked.wallet, asked.policies, question, asked.transaction,
                                    built.tx.valid_until_block, facts->height,
                                    balance ? *balance : 0, held_before});
  if (!reserved) co_return std::unexpected(std::move(reserved.error()));
  // What a member may send he may stop; what remains of it are fees.
  reserved->policy_id = std::string(kMemberRule);
  auto made = Finish(asked, std::move(built.tx));
  if (made) {
    made->contract.clear();
    made->simulated_ms = simulated_ms;
  }
  auto kept = co_await Keep(std::move(asked), std::move(*reserved), std::move(made));
  co_return kept;
}

}  // namespace nsl::wallet
