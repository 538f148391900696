// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <boost/json/value.hpp>

#include "neo/json_fields.h"
#include "neo/signer.h"

namespace nsl::neo {
namespace {

namespace json = boost::json;
using enum ConditionType;

constexpr std::pair<Scope, std::string_view> kScopes[] = {
    {Scope::kNone, "None"},
    {Scope::kCalledByEntry, "CalledByEntry"},
    {Scope::kCustomContracts, "CustomContracts"},
    {Scope::kCustomGroups, "CustomGroups"},
    {Scope::kWitnessRules, "WitnessRules"},
    {Scope::kGlobal, "Global"},
};

constexpr std::pair<ConditionType, std::string_view> kConditions[] = {
    {kBoolean, "Boolean"},
    {kNot, "Not"},
    {kAnd, "And"},
    {kOr, "Or"},
    {kScriptHash, "ScriptHash"},
    {kGroup, "Group"},
    {kCalledByEntry, "CalledByEntry"},
    {kCalledByContract, "CalledByContract"},
    {kCalledByGroup, "CalledByGroup"},
};

json::value Text(std::string_view text) { return json::string(text.data(), text.size()); }

Result<GroupKey> GroupFromText(std::string_view text) {
  auto raw = FromHex(text);
  if (raw && raw->size() == 33 && ((*raw)[0] == 2 || (*raw)[0] == 3)) return *ToArray<33>(*raw);
  return Fail(Reason::kChainInvalid, "a group is 66 hexadecimal digits, 02 or 03 first");
}

Result<std::string_view> TextIn(const json::value& v) {
  const json::string* text = v.if_string();
  if (text == nullptr) return Fail(Reason::kChainInvalid, "a text is expected");
  return std::string_view(text->data(), text->size());
}

Result<WitnessRule> RuleFromJson(const json::value& v, const std::string& at) {
  JsonFields f(v, at);
  WitnessRule out;
  std::string action = f.Text("action");
  if (action == "Allow") {
    out.action = RuleAction::kAllow;
  } else if (action != "Deny") {
    f.Refuse("action", "Allow or Deny is expected");
  }
  const json::value* condition = f.Any("condition");
  NSL_TRY_VOID(f.Finish());
  NSL_TRY(out.condition, ConditionFromJson(*condition, at + "/condition"));
  return out;
}

void ReadLists(JsonFields& f, Signer& out) {
  if (out.Has(Scope::kCustomContracts)) {
    f.List("allowedcontracts", kMaxSignerItems, [&](const json::value& v, auto&) -> Status {
      NSL_TRY(std::string_view text, TextIn(v));
      NSL_TRY(ScriptHash hash, ScriptHashFromText(text));
      out.contracts.push_back(hash);
      return {};
    });
  }
  if (out.Has(Scope::kCustomGroups)) {
    f.List("allowedgroups", kMaxSignerItems, [&](const json::value& v, auto&) -> Status {
      NSL_TRY(std::string_view text, TextIn(v));
      NSL_TRY(GroupKey key, GroupFromText(text));
      out.groups.push_back(key);
      return {};
    });
  }
  if (out.Has(Scope::kWitnessRules)) {
    f.List("rules", kMaxSignerItems, [&](const json::value& v, const std::string& at) -> Status {
      NSL_TRY(WitnessRule rule, RuleFromJson(v, at));
      out.rules.push_back(std::move(rule));
      return {};
    });
  }
}

void ReadChildren(JsonFields& f, WitnessCondition& out, size_t depth) {
  f.List("expressions", kMaxSignerItems, [&](const json::value& v, auto& at) -> Status {
    NSL_TRY(WitnessCondition child, ConditionFromJson(v, at, depth + 1));
    out.children.push_back(std::move(child));
    return {};
  });
  if (out.children.empty()) f.Refuse("expressions", "at least one is needed");
}

}  // namespace

std::string ScopesText(uint8_t scopes) {
  if (scopes == 0) return "None";
  std::string out;
  for (const auto& [scope, name] : kScopes) {
    if ((scopes & static_cast<uint8_t>(scope)) == 0) continue;
    if (!out.empty()) out += ", ";
    out += name;
  }
  return out;
}

Result<uint8_t> ScopesFromText(std::string_view text) {
  uint8_t out = 0;
  for (std::string_view rest = text;;) {
    size_t comma = rest.find(", ");
    std::string_view name = rest.substr(0, comma);
    const auto* found =
        std::ranges::find(kScopes, name, &std::pair<Scope, std::string_view>::second);
    if (found == std::end(kScopes)) {
      return Fail(Reason::kChainInvalid, "'" + std::string(name.substr(0, 40)) + "' is no scope");
    }
    out |= static_cast<uint8_t>(found->first);
    if (comma == std::string_view::npos) break;
    rest.remove_prefix(comma + 2);
  }
  if (ScopesText(out) != text) {
    return Fail(Reason::kChainInvalid,
                "the scopes are not in order, or None or one of them is extra");
  }
  if ((out & 0x80) != 0 && out != 0x80) return Fail(Reason::kChainInvalid, "Global stands alone");
  return out;
}

Result<WitnessCondition> ConditionFromJson(const json::value& v, const std::string& pointer,
                                           size_t depth) {
  JsonFields f(v, pointer);
  if (depth > kMaxConditionDepth) {
    f.Refuse("", "nested deeper than " + std::to_string(kMaxConditionDepth));
  }
  std::string type = f.Text("type");
  const auto* found =
      std::ranges::find(kConditions, type, &std::pair<ConditionType, std::string_view>::second);
  if (found == std::end(kConditions)) f.Refuse("type", "there is no such condition");
  if (!f.ok()) return std::unexpected(f.status().error());
  WitnessCondition out;
  out.type = found->first;
  if (out.type == kBoolean) {
    out.expression = f.Bool("expression");
  } else if (out.type == kNot) {
    if (const json::value* child = f.Any("expression")) {
      out.children.push_back(
          f.Take("expression", ConditionFromJson(*child, f.At("expression"), depth + 1)));
    }
  } else if (out.type == kAnd || out.type == kOr) {
    ReadChildren(f, out, depth);
  } else if (out.type == kScriptHash || out.type == kCalledByContract) {
    out.hash = f.Take("hash", ScriptHashFromText(f.Text("hash")));
  } else if (out.type == kGroup || out.type == kCalledByGroup) {
    out.group = f.Take("group", GroupFromText(f.Text("group")));
  }
  NSL_TRY_VOID(f.Finish());
  return out;
}

Result<Signer> SignerFromJson(const json::value& v, const std::string& pointer) {
  JsonFields f(v, pointer);
  Signer out;
  out.account = f.Take("account", ParseAccount(f.Text("account")));
  out.scopes = f.Take("scopes", ScopesFromText(f.Text("scopes")));
  if (f.ok()) ReadLists(f, out);
  NSL_TRY_VOID(f.Finish());
  return out;
}

json::value ToJson(const WitnessCondition& c) {
  const auto* found =
      std::ranges::find(kConditions, c.type, &std::pair<ConditionType, std::string_view>::first);
  json::object out{{"type", Text(found == std::end(kConditions) ? "?" : found->second)}};
  if (c.type == kBoolean) out["expression"] = c.expression;
  if (c.type == kNot && !c.children.empty()) out["expression"] = ToJson(c.children[0]);
  if (c.type == kAnd || c.type == kOr) {
    json::array children;
    for (const WitnessCondition& child : c.children) children.push_back(ToJson(child));
    out["expressions"] = std::move(children);
  }
  if (c.type == kScriptHash || c.type == kCalledByContract) out["hash"] = Text(ToText(c.hash));
  if (c.type == kGroup || c.type == kCalledByGroup) out["group"] = Text(ToHex(c.group));
  return out;
}

json::value ToJson(const Signer& s) {
  json::object out{{"account", Text(ToText(s.account))}, {"scopes", Text(ScopesText(s.scopes))}};
  json::array list;
  if (s.Has(Scope::kCustomContracts)) {
    for (const ScriptHash& contract : s.contracts) list.push_back(Text(ToText(contract)));
    out["allowedcontracts"] = std::exchange(list, {});
  }
  if (s.Has(Scope::kCustomGroups)) {
    for (const GroupKey& group : s.groups) list.push_back(Text(ToHex(group)));
    out["allowedgroups"] = std::exchange(list, {});
  }
  if (s.Has(Scope::kWitnessRules)) {
    for (const WitnessRule& rule : s.rules) {
      list.push_back(json::object{{"action", rule.action == RuleAction::kAllow ? "Allow" : "Deny"},
                                  {"condition", ToJson(rule.condition)}});
    }
    out["rules"] = std::exchange(list, {});
  }
  return out;
}

}  // namespace nsl::neo
