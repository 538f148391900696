// SPDX-License-Identifier: Apache-2.0
//
// WalletService: the wallet room of the vault.
//
// Guarantee: a key signs nothing but a transaction that this class built from an intent which the
// caller may have signed; the effect is durable before the bytes are given out, and one effect key
// has one transaction for ever. Objects of other tenants answer like objects that never were. One
// thread.
#pragma once

#include <optional>

#include "account/authoriser.h"
#include "base/codec.h"
#include "base/ids.h"
#include "enclave/sealed_store.h"
#include "wallet/height_guard.h"
#include "wallet/keys.h"
#include "wallet/rows.h"
#include "wallet/transfer.h"

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

class WalletService final : public WalletApi {
 public:
  // Borrowed; all outlive this.
  WalletService(Env env, enclave::SealedStore& store, account::Authoriser& authoriser,
                WalletKeys& keys, ChainEvidence chain, WalletNetwork network);

  Task<Result<Wallet>> Create(CallContext, CreateWalletRequest) override;
  Task<Result<WalletList>> List(CallContext, WalletListRequest) override;
  Task<Result<Wallet>> Get(CallContext, WalletRef) override;
  Task<Result<SignedTransaction>> Sign(CallContext, SignRequest) override;
  Task<Result<SignedTransaction>> FindSigned(CallContext, SignedRef) override;

 private:
  template <class Row>
  Task<Result<std::optional<Stored<Row>>>> Find(std::string key);
  Task<Result<WalletRow>> FindWallet(std::string id);
  // Nothing when the effect is new; wallet.effect_mismatch when it was another intent.
  Task<Result<std::optional<SignedTransaction>>> FindEffect(std::string key, Hash256 intent_hash);
  // Simulate, build, check, sign; not yet durable.
  Task<Result<SignedTransaction>> Make(CallContext context, const WalletRow* row,
                                       const CheckedIntent* intent, std::string transaction);
  Result<SignedTransaction> Finish(const WalletRow& row, const CheckedIntent& intent,
                                   neo::Transaction tx);

  Env env_;
  enclave::SealedStore& store_;
  account::Authoriser& authoriser_;
  WalletKeys& keys_;
  ChainEvidence chain_;
  WalletNetwork network_;
  HeightGuard heights_;
  IdMaker ids_;
  Counter& signed_;
  Counter& refused_;
};

template <class Row>
Task<Result<std::optional<Stored<Row>>>> WalletService::Find(std::string key) {
  auto value = co_await store_.Get(std::string(Row::kTable), std::move(key));
  if (!value) co_return std::unexpected(std::move(value.error()));
  if (!*value) co_return std::optional<Stored<Row>>();
  auto row = FromCbor<Row>((*value)->value);
  if (!row) {
    co_return Fail(Reason::kPlatformIntegrity,
                   "a stored record of '" + std::string(Row::kTable) + "' cannot be read");
  }
  co_return std::optional(Stored<Row>{(*value)->version, std::move(*row)});
}

}  // namespace nsl::wallet
