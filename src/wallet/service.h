// SPDX-License-Identifier: Apache-2.0
//
// WalletService: the wallet room of the vault.
//
// Guarantee: a key signs nothing but a transaction that this class built from an intent which the
// rules of the project allow its caller; the effect is durable before the bytes are given out, and
// one effect key has one transaction for ever. Objects of other tenants answer like objects that
// never were. One thread.
#pragma once

#include <optional>

#include "account/authoriser.h"
#include "base/ids.h"
#include "wallet/build.h"
#include "wallet/function_api.h"
#include "wallet/height_guard.h"
#include "wallet/keys.h"
#include "wallet/policies.h"
#include "wallet/sealed_rows.h"
#include "wallet/spend_book.h"

namespace nsl::wallet {

inline constexpr size_t kMaxWalletsPerProject = 100;

struct WalletNetwork {
  // As projects name it, and the magic that signatures are for; both of the trusted settings.
  std::string name;
  uint32_t magic = 0;
};

// Where the vault has chain facts from.
struct ChainEvidence {
  // Null: there is no source that this vault accepts, and it signs nothing.
  ChainFactsApi* facts = nullptr;
  // "host"
  std::string level;
};

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

// The vault asks about the chain in its own name.
inline CallContext WithoutCaller(const CallContext& context) {
  CallContext out;
  out.deadline = context.deadline;
  out.request_id = context.request_id;
  out.traceparent = context.traceparent;
  return out;
}

inline std::unexpected<Error> NoChain() {
  return Fail(Reason::kPlatformUnimplemented,
              "this vault has no source of chain facts that it may believe, so it signs nothing; a "
              "development system does");
}

class WalletService final : public WalletApi, public FunctionWalletApi {
 public:
  // Borrowed; all outlive this.
  WalletService(Env env, enclave::SealedStore& store, account::Authoriser& authoriser,
                WalletKeys& keys, PolicyService& policies, SpendBook& book, ChainEvidence chain,
                WalletNetwork network);

  Task<Result<Wallet>> Create(CallContext, CreateWalletRequest) override;
  Task<Result<WalletList>> List(CallContext, WalletListRequest) override;
  Task<Result<Wallet>> Get(CallContext, WalletRef) override;
  Task<Result<SignedTransaction>> Sign(CallContext, SignRequest) override;
  Task<Result<SignedMessage>> SignMessage(CallContext, SignMessageRequest) override;
  Task<Result<Simulation>> Simulate(CallContext, SimulateIntentRequest) override;
  Task<Result<SignedTransaction>> Cancel(CallContext, CancelSignRequest) override;
  Task<Result<SignedTransaction>> FindSigned(CallContext, SignedRef) override;
  Task<Result<FunctionSignReply>> SignForFunction(CallContext, FunctionSignRequest) override;
  Task<Result<Simulation>> SimulateForFunction(CallContext, FunctionSignRequest) override;
  Task<Result<rpc::Empty>> Settle(CallContext, SignedRef) override;

 private:
  // A request to sign, with all that was found out about it before the chain was asked.
  struct Asked {
    WalletRow wallet;
    CheckedIntent intent;
    Bytes script;
    Asker asker;
    std::vector<PolicyRow> policies;
    std::string effect_key;
    Hash256 intent_hash{};
    std::string transaction;
    std::string principal_id;
    std::string authorised_by;
  };
  // Built and priced, not yet signed.
  struct Priced {
    neo::Transaction tx;
    SimulateReply facts;
    std::vector<HeldBack> held_before;
    int64_t simulated_ms = 0;
  };

  Task<Result<WalletRow>> FindWallet(std::string id);
  // By id or name; not_found for a wallet of another project.
  Task<Result<std::string>> WalletIn(std::string project_id, std::string name_or_id);
  // Nothing when the effect is new; wallet.effect_mismatch when it was another intent.
  Task<Result<std::optional<SignedTransaction>>> FindEffect(std::string key, Hash256 intent_hash);
  // Wallet, intent, effect key and rules; wallet.policy when no rule could allow it.
  Task<Result<Asked>> Examine(SubmitRequest request, Asker asker);
  Task<Status> CheckManifest(CallContext context, const CheckedIntent* intent);
  Task<Result<Priced>> Price(CallContext context, const Asked* asked);
  Result<SignedTransaction> Finish(const Asked& asked, neo::Transaction tx);
  // The node must compute the same fee.
  Task<Status> ConfirmFee(CallContext context, Bytes unsigned_form, int64_t computed);
  // Makes the effect durable, or takes the reservation back.
  Task<Result<SignedTransaction>> Keep(Asked asked, SpendBook::Reservation reserved,
                                       Result<SignedTransaction> made);
  // From an examined request to durable bytes.
  Task<Result<SignedTransaction>> Make(CallContext context, Asked asked);
  // Who asks has been proved.
  Task<Result<SignedTransaction>> SignAsked(CallContext context, SubmitRequest request, Asker asker,
                                            EffectName name, std::string authorised_by);
  // The effect that is to be cancelled, and that its caller may.
  Task<Result<EffectRow>> FindVictim(CallContext context, std::string transaction);
  Task<Result<SignedTransaction>> MakeCancellation(CallContext context, Asked asked,
                                                   SignedTransaction victim);
  // Who a function is, and what it asks for.
  struct FunctionAsk {
    account::GrantedFunction granted;
    SubmitRequest request;
    Asker asker;
  };
  Task<Result<FunctionAsk>> AskOf(FunctionSignRequest request);
  // The rules, as spent now.
  Verdict Ask(const Asked& asked, std::optional<int64_t> fee) const;
  Task<Result<Simulation>> SimulateAsked(CallContext context, SubmitRequest request, Asker asker);
  Task<Result<EffectRow>> FindEffectOf(std::string transaction);

  Env env_;
  SealedRows rows_;
  account::Authoriser& authoriser_;
  WalletKeys& keys_;
  PolicyService& policies_;
  SpendBook& book_;
  ChainEvidence chain_;
  WalletNetwork network_;
  HeightGuard heights_;
  IdMaker ids_;
  Counter& signed_;
  Counter& refused_;
};

}  // namespace nsl::wallet
