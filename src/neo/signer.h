// SPDX-License-Identifier: Apache-2.0
//
// Who signs a transaction and where the signature counts: scopes, rules and their conditions.
//
// Guarantee: an unknown scope bit, Global beside another scope, more than kMaxSignerItems entries
// of one kind, conditions nested beyond kMaxConditionDepth and a group that is no compressed key
// are refused, in bytes and in JSON alike. Whether a key is a point of the curve is not
// judged here. Pure.
#pragma once

#include <boost/json/fwd.hpp>
#include <string>
#include <vector>

#include "base/result.h"
#include "neo/reader.h"
#include "neo/script_hash.h"
#include "neo/writer.h"

namespace nsl::neo {

inline constexpr size_t kMaxSignerItems = 16;
// The top condition counts.
inline constexpr size_t kMaxConditionDepth = 3;

// Compressed P-256 key.
using GroupKey = ByteArray<33>;

enum class Scope : uint8_t {
  kNone = 0x00,
  kCalledByEntry = 0x01,
  kCustomContracts = 0x10,
  kCustomGroups = 0x20,
  kWitnessRules = 0x40,
  kGlobal = 0x80,
};

constexpr uint8_t operator|(Scope a, Scope b) {
  return static_cast<uint8_t>(static_cast<uint8_t>(a) | static_cast<uint8_t>(b));
}

enum class ConditionType : uint8_t {
  kBoolean = 0x00,
  kNot = 0x01,
  kAnd = 0x02,
  kOr = 0x03,
  kScriptHash = 0x18,
  kGroup = 0x19,
  kCalledByEntry = 0x20,
  kCalledByContract = 0x28,
  kCalledByGroup = 0x29,
};

struct WitnessCondition {
  ConditionType type = ConditionType::kBoolean;
  bool expression = false;
  // ScriptHash, CalledByContract.
  ScriptHash hash;
  // Group, CalledByGroup.
  GroupKey group{};
  // One of Not, 1 to 16 of And and Or.
  std::vector<WitnessCondition> children;

  bool operator==(const WitnessCondition&) const = default;
};

enum class RuleAction : uint8_t { kDeny = 0, kAllow = 1 };

// The first rule whose condition holds decides; none: denied.
struct WitnessRule {
  RuleAction action = RuleAction::kDeny;
  WitnessCondition condition;
  bool operator==(const WitnessRule&) const = default;
};

struct Signer {
  ScriptHash account;
  // Bits of Scope.
  uint8_t scopes = static_cast<uint8_t>(Scope::kCalledByEntry);
  std::vector<ScriptHash> contracts;
  std::vector<GroupKey> groups;
  std::vector<WitnessRule> rules;

  bool Has(Scope scope) const { return (scopes & static_cast<uint8_t>(scope)) != 0; }
  bool operator==(const Signer&) const = default;
};

// Faults stay in the reader; `depth` is how far down the condition stands, the top being 1.
WitnessCondition ReadCondition(Reader& r, size_t depth = 1);
Signer ReadSigner(Reader& r);
// A list whose scope is not set is not written.
void Write(Writer& w, const WitnessCondition& condition);
void Write(Writer& w, const Signer& signer);

// As nodes read and show them: "CalledByEntry, CustomContracts".
std::string ScopesText(uint8_t scopes);
Result<uint8_t> ScopesFromText(std::string_view text);
Result<WitnessCondition> ConditionFromJson(const boost::json::value& json,
                                           const std::string& pointer = "", size_t depth = 1);
// chain.invalid with the JSON pointer of what is wrong.
Result<Signer> SignerFromJson(const boost::json::value& json, const std::string& pointer = "");
boost::json::value ToJson(const WitnessCondition& condition);
boost::json::value ToJson(const Signer& signer);

}  // namespace nsl::neo
