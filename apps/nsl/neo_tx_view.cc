// SPDX-License-Identifier: Apache-2.0
//
// Transactions.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "neo/amount.h"
#include "neo/fee.h"
#include "neo_views.h"

namespace nsl::cli {
namespace {

namespace json = boost::json;
using Rows = std::vector<std::vector<std::string>>;

std::string OracleText(neo::OracleCode code) {
  using enum neo::OracleCode;
  switch (code) {
    case kSuccess:
      return "Success";
    case kProtocolNotSupported:
      return "ProtocolNotSupported";
    case kConsensusUnreachable:
      return "ConsensusUnreachable";
    case kNotFound:
      return "NotFound";
    case kTimeout:
      return "Timeout";
    case kForbidden:
      return "Forbidden";
    case kResponseTooLarge:
      return "ResponseTooLarge";
    case kInsufficientFunds:
      return "InsufficientFunds";
    case kContentTypeNotSupported:
      return "ContentTypeNotSupported";
    case kError:
      return "Error";
  }
  return "?";
}

// With the names that nodes use.
json::object AttributeJson(const neo::Attribute& a) {
  switch (a.type) {
    case neo::AttributeType::kHighPriority:
      return {{"type", "HighPriority"}};
    case neo::AttributeType::kOracleResponse:
      return {{"type", "OracleResponse"},
              {"id", std::to_string(a.oracle_id)},
              {"code", OracleText(a.oracle_code)},
              {"result", ToBase64(a.oracle_result)}};
    case neo::AttributeType::kNotValidBefore:
      return {{"type", "NotValidBefore"}, {"height", a.height}};
    case neo::AttributeType::kConflicts:
      return {{"type", "Conflicts"}, {"hash", neo::ToText(a.hash)}};
    case neo::AttributeType::kNotaryAssisted:
      return {{"type", "NotaryAssisted"}, {"nkeys", a.keys}};
  }
  return {};
}

// "NotValidBefore height 65".
std::string AttributeText(const neo::Attribute& attribute) {
  std::string out;
  for (const auto& [name, value] : AttributeJson(attribute)) {
    if (name != "type") out += " " + std::string(name) + " ";
    out += value.is_string() ? std::string(value.get_string()) : json::serialize(value);
  }
  return out;
}

std::string KindOf(const neo::Witness& witness) {
  if (witness.verification.empty()) return "the contract decides";
  auto shape = neo::ShapeOfScript(witness.verification);
  if (!shape) return "script of " + std::to_string(witness.verification.size()) + " bytes";
  if (shape->keys == 0) return "one key";
  return std::to_string(shape->needed) + " of " + std::to_string(shape->keys) + " keys";
}

std::string WitnessText(const neo::Witness& witness) {
  std::string of = witness.verification.empty()
                       ? std::string()
                       : " of " + neo::ToAddress(neo::HashOfScript(witness.verification));
  return KindOf(witness) + of + ", invocation " + std::to_string(witness.invocation.size()) +
         " bytes";
}

json::object WitnessJson(const neo::Witness& witness) {
  json::object out{{"invocation", ToBase64(witness.invocation)},
                   {"verification", ToBase64(witness.verification)},
                   {"kind", KindOf(witness)}};
  if (!witness.verification.empty()) {
    out["account"] = neo::ToText(neo::HashOfScript(witness.verification));
  }
  return out;
}

json::object SignerJson(const neo::Signer& signer) {
  json::object out = neo::ToJson(signer).as_object();
  out["address"] = neo::ToAddress(signer.account);
  return out;
}

// Scopes, and behind them what they are bounded to.
void AddSigner(Rows& rows, const neo::Signer& signer, size_t at) {
  std::string name = "signer " + std::to_string(at);
  rows.push_back({name, AccountText(signer.account)});
  rows.push_back({"  scopes", neo::ScopesText(signer.scopes)});
  for (const auto& contract : signer.contracts) rows.push_back({"  contract", ToText(contract)});
  for (const auto& group : signer.groups) rows.push_back({"  group", ToHex(group)});
  for (const auto& rule : signer.rules) {
    rows.push_back({rule.action == neo::RuleAction::kAllow ? "  allow" : "  deny",
                    json::serialize(neo::ToJson(rule.condition))});
  }
}

std::string GasText(int64_t datoshi) { return neo::GasToText(datoshi) + " GAS"; }

}  // namespace

void ShowTransaction(Terminal& term, const neo::Transaction& tx, size_t size) {
  Rows rows{{"txid", neo::ToText(neo::TransactionHash(tx))},
            {"size", std::to_string(size) + " bytes"},
            {"version", "0"},
            {"nonce", std::to_string(tx.nonce)},
            {"sender", AccountText(tx.signers.front().account)},
            {"system fee", GasText(tx.system_fee)},
            {"network fee", GasText(tx.network_fee)},
            {"valid until", "block " + std::to_string(tx.valid_until_block)}};
  for (size_t i = 0; i < tx.signers.size(); ++i) AddSigner(rows, tx.signers[i], i);
  for (const auto& attribute : tx.attributes)
    rows.push_back({"attribute", AttributeText(attribute)});
  for (size_t i = 0; i < tx.witnesses.size(); ++i) {
    rows.push_back({"witness " + std::to_string(i), WitnessText(tx.witnesses[i])});
  }
  if (tx.witnesses.empty()) rows.push_back({"witnesses", "none: not signed"});
  rows.push_back({"script", std::to_string(tx.script.size()) + " bytes"});
  term.Table({"FIELD", "VALUE"}, rows);
  term.Line();
  ShowScript(term, tx.script);
}

json::object TransactionJson(const neo::Transaction& tx, size_t size) {
  json::array signers;
  for (const auto& signer : tx.signers) signers.push_back(SignerJson(signer));
  json::array attributes;
  for (const auto& attribute : tx.attributes) attributes.push_back(AttributeJson(attribute));
  json::array witnesses;
  for (const auto& witness : tx.witnesses) witnesses.push_back(WitnessJson(witness));
  return {{"txid", neo::ToText(neo::TransactionHash(tx))},
          {"size", size},
          {"signed", !tx.witnesses.empty()},
          {"version", 0},
          {"nonce", tx.nonce},
          {"sender", neo::ToAddress(tx.signers.front().account)},
          {"systemFee", std::to_string(tx.system_fee)},
          {"networkFee", std::to_string(tx.network_fee)},
          {"validUntilBlock", tx.valid_until_block},
          {"signers", std::move(signers)},
          {"attributes", std::move(attributes)},
          {"witnesses", std::move(witnesses)},
          {"script", ToBase64(tx.script)},
          {"disassembly", ScriptJson(tx.script)}};
}

}  // namespace nsl::cli
