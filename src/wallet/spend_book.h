// SPDX-License-Identifier: Apache-2.0
//
// SpendBook: what wallets and policies have spent, reserved before a key signs.
//
// Guarantee: Reserve() asks the rules, the wallet's daily fee and the balance, and counts, in one
// step that nothing comes between; so however many ask at once, no limit is passed. What was
// counted is part of the commit that makes the effect durable, and counts again after a restart. A
// reservation whose commit failed is taken back; one whose fate is unknown stays counted.
//
// The rows are kept in memory from the first use on, as this room alone writes them. One thread.
#pragma once

#include <map>
#include <memory>

#include "enclave/sealed_store.h"
#include "wallet/policy.h"

namespace nsl::wallet {

class SpendBook {
 public:
  explicit SpendBook(enclave::SealedStore& store) : store_(store) {}

  // Makes the rows of the wallet (none when it is empty) and of these policies ready for the calls
  // below.
  Task<Status> Load(std::string wallet_id, const std::vector<PolicyRow>* policies);

  const PolicySpendRow* SpendOf(const std::string& policy_id) const;

  struct Reservation {
    std::string wallet_id;
    std::string transaction;
    std::string policy_id;
    Spend spend;
    int64_t day_slice = 0;
    std::vector<int64_t> slices;
    // The rows to commit with the effect.
    std::vector<enclave::StoreChange> changes;
  };
  struct Request {
    const WalletRow& wallet;
    const std::vector<PolicyRow>& policies;
    PolicyQuestion question;
    std::string_view transaction;
    uint32_t valid_until_block = 0;
    // As the chain was said to be before the reservation.
    uint32_t height = 0;
    int64_t gas_balance = 0;
    // Of the wallet, when the height and balance were asked for: what has landed since is still
    // in the balance that was seen.
    const std::vector<HeldBack>& held_before;
  };
  // wallet.policy with the rule, or funds.gas.
  Result<Reservation> Reserve(const Request& request);
  // For a transaction that moves nothing and that no rule is asked about: the wallet's daily fee
  // and the balance alone.
  Result<Reservation> ReserveFee(const Request& request);
  void TakeBack(const Reservation& reservation);

  std::vector<HeldBack> HeldOf(const std::string& wallet_id) const;
  // Frees what the transaction held back; the row to commit, or nothing when it held nothing.
  std::optional<enclave::StoreChange> Settle(const std::string& wallet_id,
                                             const std::string& transaction);
  void Forget(const std::string& policy_id) { spends_.erase(policy_id); }

  using Limits = std::optional<PolicySpendRow>;
  // The policy has these limits from now on; the row to commit with it joins `changes`. Gives what
  // Restore() takes when the commit failed.
  Limits SetLimits(const std::string& policy_id, const std::vector<RollingLimit>& limits,
                   std::vector<enclave::StoreChange>& changes);
  void Restore(const std::string& policy_id, Limits before);

 private:
  // What both have in common: `out` names the wallet, the transaction and what it spends.
  Status Hold(const Request& request, Reservation& out);
  Status CheckBalance(const Request& request, const LedgerRow& ledger, int64_t gas) const;

  enclave::SealedStore& store_;
  std::map<std::string, LedgerRow> ledgers_;
  std::map<std::string, PolicySpendRow> spends_;
};

// Why, and for a default denial what the nearest policy asks for.
std::string ReasonOf(const Verdict& verdict);
// 403 wallet.policy in the words of the verdict.
std::unexpected<Error> RefusedBy(const Verdict& verdict);

}  // namespace nsl::wallet
