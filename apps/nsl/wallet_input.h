// SPDX-License-Identifier: Apache-2.0
//
// What wallet verbs read from their words: wallets by name, tokens, amounts in whole units.
#pragma once

#include <string>

#include "cli.h"
#include "neo/script_hash.h"

namespace nsl::cli {

// The wallet of that id or name, as the API shows it.
CliResult<boost::json::value> FindWallet(Cli& cli, const std::string& name_or_id);

struct Token {
  neo::ScriptHash hash;
  // As requests name it.
  std::string text;
  // For people: GAS, NEO or the hash.
  std::string symbol;
  unsigned decimals = 0;
};
// GAS and NEO are known; what another token's decimals are, the system says (balances of `wallet`).
CliResult<Token> ReadToken(Cli& cli, const std::string& text, const std::string& wallet);

// "1.5" of a token with 8 decimals is "150000000". cli.usage names AMOUNT and what is wrong.
CliResult<std::string> SmallestUnits(const std::string& amount, const Token& token);
// "150000000" as "1.5"; a text that is too long for that stays as it is.
std::string WholeUnits(const std::string& units, unsigned decimals);

}  // namespace nsl::cli
