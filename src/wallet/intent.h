// SPDX-License-Identifier: Apache-2.0
//
// Intents: what a caller asks for, checked before anything is built. Pure.
#pragma once

#include "base/result.h"
#include "neo/integer.h"
#include "neo/script_hash.h"
#include "wallet/api.h"

namespace nsl::wallet {

struct CheckedIntent {
  neo::ScriptHash token;
  neo::ScriptHash to;
  // At least 1, canonical decimal.
  neo::Integer amount;
  int64_t max_fee = kMaxFee;
  uint32_t valid_blocks = kValidBlocks;
};

// wallet.invalid with the JSON pointer of the field, the limit and the way out.
Result<CheckedIntent> CheckIntent(const SignRequest& request);

// What two requests must have in common to be the same effect.
Hash256 IntentHash(std::string_view wallet_id, const CheckedIntent& intent);

// Whole units of at most 2^255 - 1 without sign or leading zero, as amounts and balances are.
bool IsAmount(std::string_view text);
// Of two such texts.
bool IsLess(std::string_view a, std::string_view b);

const neo::ScriptHash& GasHash();
const neo::ScriptHash& NeoHash();

}  // namespace nsl::wallet
