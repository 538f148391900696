// SPDX-License-Identifier: Apache-2.0
//
// Intents: what a caller asks for, checked before anything is built. Pure.
#pragma once

#include "base/result.h"
#include "neo/contract_parameter.h"
#include "neo/script_hash.h"
#include "wallet/transactions_api.h"

namespace nsl::wallet {

// NEP-17 tokens that leave the wallet.
struct Movement {
  neo::ScriptHash to;
  // Canonical decimal.
  std::string amount;
};

// A transfer and a call of `transfer` that does the same are one intent.
struct CheckedIntent {
  neo::ScriptHash contract;
  std::string method;
  std::vector<neo::ContractParameter> arguments;
  bool assert_true = false;
  // What the call moves, when it is NEP-17's `transfer` from the wallet itself.
  std::optional<Movement> moved;
  // The caller named a ceiling; else it is the usual one.
  bool names_max_fee = false;
  int64_t max_fee = kMaxFee;
  uint32_t valid_blocks = kValidBlocks;
};

// wallet.invalid with the JSON pointer of the field, the limit and the way out. `account` is the
// wallet's.
Result<CheckedIntent> CheckIntent(const SubmitRequest& request, const neo::ScriptHash& account);

// "GAS", "NEO", a script hash or an address; nothing for anything else.
std::optional<neo::ScriptHash> ReadContract(std::string_view text);

Result<Bytes> ScriptOf(const CheckedIntent& intent);
// What two requests must have in common to be the same effect.
Hash256 IntentHash(std::string_view wallet_id, const CheckedIntent& intent, ByteView script);

// Whole units of at most 2^255 - 1 without sign or leading zero, as amounts and balances are.
bool IsAmount(std::string_view text);
// Of two such texts.
bool IsLess(std::string_view a, std::string_view b);
std::string AddAmounts(std::string_view a, std::string_view b);
// a must not be less than b.
std::string SubtractAmounts(std::string_view a, std::string_view b);

const neo::ScriptHash& GasHash();
const neo::ScriptHash& NeoHash();

}  // namespace nsl::wallet
