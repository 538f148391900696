// SPDX-License-Identifier: Apache-2.0
#include "neo_account_view.h"

namespace nsl::cli {

boost::json::object AccountJson(ByteView verification) {
  neo::ScriptHash account = neo::HashOfScript(verification);
  return {{"address", neo::ToAddress(account)},
          {"scriptHash", neo::ToText(account)},
          {"script", ToBase64(verification)},
          {"scriptHex", ToHex(verification)}};
}

std::vector<std::vector<std::string>> AccountRows(ByteView verification) {
  neo::ScriptHash account = neo::HashOfScript(verification);
  return {{"address", neo::ToAddress(account)},
          {"script hash", neo::ToText(account)},
          {"verification script", ToHex(verification)}};
}

boost::json::object KeyJson(const neo::PublicKey& key) {
  boost::json::object out{{"publicKey", key.ToText()}};
  for (auto& member : AccountJson(neo::SingleKeyScript(key))) {
    out[member.key()] = std::move(member.value());
  }
  return out;
}

void ShowKey(Terminal& term, const neo::PublicKey& key) {
  std::vector<std::vector<std::string>> rows{{"public key", key.ToText()}};
  for (auto& row : AccountRows(neo::SingleKeyScript(key))) rows.push_back(std::move(row));
  term.Table({"FIELD", "VALUE"}, rows);
}

}  // namespace nsl::cli
