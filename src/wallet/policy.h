// SPDX-License-Identifier: Apache-2.0
//
// Rules about transactions: checked when they are made, asked before anything is signed. Pure.
#pragma once

#include <functional>

#include "wallet/intent.h"
#include "wallet/rows.h"
#include "wallet/spend.h"

namespace nsl::wallet {

// wallet.invalid with the JSON pointer below /rule; the canonical form otherwise.
Result<PolicyRule> CheckRule(PolicyRule rule);

// Who asks, in all the words that `callers` of a rule may use.
struct Asker {
  std::vector<std::string> names;
  // A member's own signed request: the built-in rule speaks for it.
  bool member = false;
};

struct PolicyQuestion {
  const Asker& asker;
  std::string_view wallet_id;
  const CheckedIntent& intent;
  // Of this transaction; unknown before it was built.
  std::optional<int64_t> fee;
  int64_t now_ms = 0;
};

// What a policy has counted so far; null when nothing.
using SpendOf = std::function<const PolicySpendRow*(const std::string& policy_id)>;

// The decision, and every rule that was asked.
Verdict Decide(const std::vector<PolicyRow>& policies, const SpendOf& spend_of,
               const PolicyQuestion& question);

// The ceiling of a transaction that names none: that of the rule which decided, or the usual one.
int64_t CeilingOf(const std::vector<PolicyRow>& policies, const std::string& policy_id);

}  // namespace nsl::wallet
