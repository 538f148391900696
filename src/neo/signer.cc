// SPDX-License-Identifier: Apache-2.0
#include "neo/signer.h"

namespace nsl::neo {
namespace {

using enum ConditionType;

constexpr uint8_t kKnownScopes = 0xf1;

GroupKey ReadGroup(Reader& r, std::string_view field) {
  size_t start = r.offset();
  auto key = r.Array<33>(field);
  if (key[0] != 2 && key[0] != 3) r.Refuse(field, "a compressed key starts with 02 or 03", start);
  return key;
}

void ReadChildren(Reader& r, WitnessCondition& out, size_t depth) {
  size_t start = r.offset();
  size_t count = r.VarInt("condition expressions", kMaxSignerItems);
  if (count == 0) r.Refuse("condition expressions", "at least one is needed", start);
  for (size_t i = 0; i < count && r.ok(); ++i) out.children.push_back(ReadCondition(r, depth + 1));
}

void CheckScopes(Reader& r, uint8_t scopes, size_t start) {
  if ((scopes & ~kKnownScopes) != 0) r.Refuse("signer scopes", "an unknown scope is set", start);
  if ((scopes & 0x80) != 0 && scopes != 0x80) {
    r.Refuse("signer scopes", "Global stands alone", start);
  }
}

void ReadRule(Reader& r, Signer& out) {
  size_t start = r.offset();
  uint8_t action = r.U8("rule action");
  if (action > 1) r.Refuse("rule action", "00 (deny) or 01 (allow) is expected", start);
  out.rules.push_back({static_cast<RuleAction>(action), ReadCondition(r)});
}

}  // namespace

WitnessCondition ReadCondition(Reader& r, size_t depth) {
  size_t start = r.offset();
  WitnessCondition out;
  if (depth > kMaxConditionDepth) {
    r.Refuse("condition", "nested deeper than " + std::to_string(kMaxConditionDepth), start);
    return out;
  }
  out.type = static_cast<ConditionType>(r.U8("condition type"));
  switch (out.type) {
    case kBoolean:
      out.expression = r.Bool("condition expression");
      break;
    case kNot:
      out.children.push_back(ReadCondition(r, depth + 1));
      break;
    case kAnd:
    case kOr:
      ReadChildren(r, out, depth);
      break;
    case kScriptHash:
    case kCalledByContract:
      out.hash.bytes = r.Array<20>("condition hash");
      break;
    case kGroup:
    case kCalledByGroup:
      out.group = ReadGroup(r, "condition group");
      break;
    case kCalledByEntry:
      break;
    default:
      r.Refuse("condition type", "there is no such condition", start);
  }
  return out;
}

Signer ReadSigner(Reader& r) {
  Signer out;
  out.account.bytes = r.Array<20>("signer account");
  size_t start = r.offset();
  out.scopes = r.U8("signer scopes");
  CheckScopes(r, out.scopes, start);
  if (out.Has(Scope::kCustomContracts)) {
    size_t count = r.VarInt("signer contracts", kMaxSignerItems);
    for (size_t i = 0; i < count && r.ok(); ++i) {
      out.contracts.push_back({r.Array<20>("signer contract")});
    }
  }
  if (out.Has(Scope::kCustomGroups)) {
    size_t count = r.VarInt("signer groups", kMaxSignerItems);
    for (size_t i = 0; i < count && r.ok(); ++i) out.groups.push_back(ReadGroup(r, "signer group"));
  }
  if (out.Has(Scope::kWitnessRules)) {
    size_t count = r.VarInt("signer rules", kMaxSignerItems);
    for (size_t i = 0; i < count && r.ok(); ++i) ReadRule(r, out);
  }
  return out;
}

void Write(Writer& w, const WitnessCondition& c) {
  w.U8(static_cast<uint8_t>(c.type));
  switch (c.type) {
    case kBoolean:
      w.Bool(c.expression);
      break;
    case kAnd:
    case kOr:
      w.VarInt(c.children.size());
      [[fallthrough]];
    case kNot:
      for (const WitnessCondition& child : c.children) Write(w, child);
      break;
    case kScriptHash:
    case kCalledByContract:
      w.Raw(c.hash.bytes);
      break;
    case kGroup:
    case kCalledByGroup:
      w.Raw(c.group);
      break;
    case kCalledByEntry:
      break;
  }
}

void Write(Writer& w, const Signer& s) {
  w.Raw(s.account.bytes).U8(s.scopes);
  if (s.Has(Scope::kCustomContracts)) {
    w.VarInt(s.contracts.size());
    for (const ScriptHash& contract : s.contracts) w.Raw(contract.bytes);
  }
  if (s.Has(Scope::kCustomGroups)) {
    w.VarInt(s.groups.size());
    for (const GroupKey& group : s.groups) w.Raw(group);
  }
  if (s.Has(Scope::kWitnessRules)) {
    w.VarInt(s.rules.size());
    for (const WitnessRule& rule : s.rules) {
      w.U8(static_cast<uint8_t>(rule.action));
      Write(w, rule.condition);
    }
  }
}

}  // namespace nsl::neo
