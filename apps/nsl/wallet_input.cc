// SPDX-License-Identifier: Apache-2.0
#include "wallet_input.h"

#include <boost/json/array.hpp>

#include "base/ids.h"
#include "neo/amount.h"
#include "neo/contract_hash.h"

namespace nsl::cli {

CliResult<boost::json::value> FindWallet(Cli& cli, const std::string& name_or_id) {
  NSL_TRY(auto* api, cli.Api());
  if (IsId(kWalletId, name_or_id)) return api->Json({.path = "/v1/wallets/" + name_or_id});
  NSL_TRY(auto project, cli.Project());
  NSL_TRY(auto list, api->Json({.path = "/v1/projects/" + UrlEncode(project) + "/wallets"}));
  for (const auto& item : ArrayAt(list, "items")) {
    if (TextAt(item, "name") == name_or_id) return item;
  }
  return FailWith("not_found", "the project has no wallet named '" + name_or_id +
                                   "'; `nsl wallets list` shows those it has");
}

CliResult<Token> ReadToken(Cli& cli, const std::string& text, const std::string& wallet) {
  if (text == "GAS") {
    return Token{neo::FindNative("GasToken")->hash, text, text, neo::kGasDecimals};
  }
  if (text == "NEO") return Token{neo::FindNative("NeoToken")->hash, text, text, 0};
  auto hash = neo::ScriptHashFromText(text);
  if (!hash) {
    return Usage("--token: '" + text + "' is none; give GAS, NEO or the 0x hash of a NEP-17 token");
  }
  Token out{*hash, neo::ToText(*hash), neo::ToText(*hash), 0};
  NSL_TRY(auto* api, cli.Api());
  NSL_TRY(auto balances,
          api->Json({.path = "/v1/wallets/" + wallet + "/balances?token=" + out.text}));
  for (const auto& item : ArrayAt(balances, "items")) {
    if (TextAt(item, "token") == out.text) {
      out.decimals = static_cast<unsigned>(UintAt(item, "decimals"));
      return out;
    }
  }
  return FailWith("not_found", "the network has no token " + out.text);
}

CliResult<std::string> SmallestUnits(const std::string& amount, const Token& token) {
  auto units = neo::AmountFromText(amount, token.decimals);
  if (!units) return Usage("AMOUNT: " + units.error().detail);
  if (*units == 0) return Usage("AMOUNT: there is nothing to move; give more than 0");
  return std::to_string(*units);
}

std::string WholeUnits(const std::string& units, unsigned decimals) {
  if (decimals > 18 || units.empty()) return units;
  auto value = neo::AmountFromText(units, 0);
  return value ? neo::AmountToText(*value, decimals) : units;
}

}  // namespace nsl::cli
