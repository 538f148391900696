// SPDX-License-Identifier: Apache-2.0
#include "wallet/policy.h"

#include <algorithm>

#include "neo/amount.h"
#include "wallet/policy_text.h"

namespace nsl::wallet {
namespace {

bool Has(const std::vector<std::string>& list, std::string_view item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

// Why the rule does not apply; empty when it does.
using Miss = std::string;

Miss CallerMiss(const PolicyRule& rule, const Asker& asker) {
  if (rule.callers.empty() || Has(rule.callers, kAnyone)) return {};
  for (const std::string& name : asker.names) {
    if (Has(rule.callers, name)) return {};
  }
  return "callers does not name " + (asker.names.empty() ? "nobody" : asker.names.front());
}

Miss TargetMiss(const PolicyRule& rule, const PolicyQuestion& q) {
  if (!rule.wallets.empty() && !Has(rule.wallets, q.wallet_id)) {
    return "wallets does not name " + std::string(q.wallet_id);
  }
  std::string contract = neo::ToText(q.intent.contract);
  if (!rule.contracts.empty() && !Has(rule.contracts, kAnyone) && !Has(rule.contracts, contract)) {
    return "contracts does not name " + contract;
  }
  if (!rule.methods.empty() && !Has(rule.methods, q.intent.method)) {
    return "methods does not name " + q.intent.method;
  }
  return {};
}

Miss TimeMiss(const PolicyRule& rule, int64_t now_ms) {
  if (rule.not_before && now_ms < TimeFromText(*rule.not_before).value_or(INT64_MAX)) {
    return "it begins at " + *rule.not_before;
  }
  if (rule.not_after && now_ms > TimeFromText(*rule.not_after).value_or(INT64_MIN)) {
    return "it ended at " + *rule.not_after;
  }
  return {};
}

Miss MovementMiss(const PolicyRule& rule, const CheckedIntent& intent) {
  bool about_transfers = !rule.receivers.empty() || rule.max_amount ||
                         std::any_of(rule.limits.begin(), rule.limits.end(),
                                     [](const RollingLimit& l) { return l.amount.has_value(); });
  if (!about_transfers) return {};
  if (!intent.moved) return "it is about transfers out of the wallet, and this call is none";
  std::string to = neo::ToText(intent.moved->to);
  if (!rule.receivers.empty() && !Has(rule.receivers, to)) {
    return "receivers does not name " + neo::ToAddress(intent.moved->to);
  }
  if (rule.max_amount && IsLess(*rule.max_amount, intent.moved->amount)) {
    return "maxAmount is " + *rule.max_amount + ", the transfer is " + intent.moved->amount;
  }
  return {};
}

std::string TextOf(const neo::ContractParameter& argument) {
  struct Visitor {
    // Never equal to a value that a rule can name.
    std::string operator()(std::monostate) const { return {}; }
    std::string operator()(bool v) const { return v ? "true" : "false"; }
    std::string operator()(const neo::Integer& v) const { return v.ToText(); }
    std::string operator()(const Bytes& v) const { return "0x" + ToHex(v); }
    std::string operator()(const std::string& v) const { return v; }
    std::string operator()(const neo::ScriptHash& v) const { return neo::ToText(v); }
    std::string operator()(const neo::Uint256& v) const { return neo::ToText(v); }
    std::string operator()(const neo::ContractParameter::List&) const { return {}; }
    std::string operator()(const neo::ContractParameter::Map&) const { return {}; }
  };
  return std::visit(Visitor{}, argument.value);
}

// Of decimal texts with an optional '-'.
bool LessSigned(std::string_view a, std::string_view b) {
  bool minus_a = a.starts_with('-');
  bool minus_b = b.starts_with('-');
  if (minus_a != minus_b) return minus_a;
  return minus_a ? IsLess(b.substr(1), a.substr(1)) : IsLess(a, b);
}

Miss ArgumentMiss(const ArgumentRule& rule, const CheckedIntent& intent) {
  std::string name = "argument " + std::to_string(rule.index);
  if (rule.index >= intent.arguments.size()) return "the call has no " + name;
  const neo::ContractParameter& argument = intent.arguments[rule.index];
  if (neo::TextOf(argument.type) != rule.type) {
    return name + " is " + std::string(neo::TextOf(argument.type)) + ", not " + rule.type;
  }
  std::string text = TextOf(argument);
  bool simple = !std::holds_alternative<std::monostate>(argument.value);
  if (!simple || (!rule.one_of.empty() && !Has(rule.one_of, text))) {
    return name + " is none of oneOf";
  }
  if (!rule.min && !rule.max) return {};
  if (!std::holds_alternative<neo::Integer>(argument.value)) return name + " is no integer";
  if (rule.min && LessSigned(text, *rule.min)) return name + " is below min " + *rule.min;
  if (rule.max && LessSigned(*rule.max, text)) return name + " is above max " + *rule.max;
  return {};
}

Miss FeeMiss(const PolicyRule& rule, const PolicyQuestion& q) {
  if (!rule.max_fee) return {};
  auto most = neo::AmountFromText(*rule.max_fee, 0);
  int64_t asked = q.fee ? *q.fee : (q.intent.names_max_fee ? q.intent.max_fee : 0);
  if (most && asked <= *most) return {};
  return "maxFee is " + *rule.max_fee + " datoshi, the transaction may cost " +
         std::to_string(asked);
}

Miss LimitMiss(const RollingLimit& limit, const SpendWindow* window, const PolicyQuestion& q) {
  Spent spent = window ? SumOf(*window, q.now_ms) : Spent{};
  std::string within = " within " + std::to_string(limit.seconds) + " s, ";
  if (limit.count && spent.count + 1 > *limit.count) {
    return "at most " + std::to_string(*limit.count) + " transactions" + within + "all used";
  }
  if (limit.fee) {
    auto most = neo::AmountFromText(*limit.fee, 0);
    if (!most || spent.fee + q.fee.value_or(0) > *most) {
      return "at most " + *limit.fee + " datoshi of fees" + within + std::to_string(spent.fee) +
             " used";
    }
  }
  if (limit.amount && q.intent.moved &&
      IsLess(*limit.amount, AddAmounts(spent.amount, q.intent.moved->amount))) {
    return "at most " + *limit.amount + " of the token" + within + spent.amount + " used, " +
           q.intent.moved->amount + " asked";
  }
  return {};
}

Miss MissOf(const PolicyRow& policy, const SpendOf& spend_of, const PolicyQuestion& q) {
  const PolicyRule& rule = policy.rule;
  for (Miss miss : {CallerMiss(rule, q.asker), TargetMiss(rule, q), TimeMiss(rule, q.now_ms),
                    MovementMiss(rule, q.intent), FeeMiss(rule, q)}) {
    if (!miss.empty()) return miss;
  }
  for (const ArgumentRule& argument : rule.arguments) {
    Miss miss = ArgumentMiss(argument, q.intent);
    if (!miss.empty()) return miss;
  }
  const PolicySpendRow* spend = spend_of(policy.id);
  for (size_t i = 0; i < rule.limits.size(); ++i) {
    const SpendWindow* window =
        spend != nullptr && i < spend->windows.size() ? &spend->windows[i] : nullptr;
    Miss miss = LimitMiss(rule.limits[i], window, q);
    if (!miss.empty()) return miss;
  }
  return {};
}

void Ask(const std::vector<PolicyRow>& policies, std::string_view effect, const SpendOf& spend_of,
         const PolicyQuestion& q, Verdict& verdict) {
  for (const PolicyRow& policy : policies) {
    if (policy.rule.effect != effect) continue;
    Miss miss = MissOf(policy, spend_of, q);
    bool applies = miss.empty();
    verdict.rules.push_back({policy.id, policy.name, policy.rule.effect, applies, miss});
    if (!applies || !verdict.policy.empty()) continue;
    verdict.policy = policy.id;
    verdict.allowed = effect == "allow";
    verdict.because =
        "the policy '" + policy.name + "' " + (verdict.allowed ? "allows it" : "denies it");
  }
}

// An allow that names the caller and the wallet takes the place of the built-in rule, so that its
// limits bind members, too.
bool SpeaksFor(const PolicyRule& rule, const PolicyQuestion& q) {
  bool wallet = rule.wallets.empty() || Has(rule.wallets, q.wallet_id);
  return rule.effect == "allow" && wallet && CallerMiss(rule, q.asker).empty();
}

}  // namespace

Verdict Decide(const std::vector<PolicyRow>& policies, const SpendOf& spend_of,
               const PolicyQuestion& question) {
  Verdict verdict;
  Ask(policies, "deny", spend_of, question, verdict);
  if (!verdict.policy.empty()) return verdict;
  Ask(policies, "allow", spend_of, question, verdict);
  if (!verdict.policy.empty()) return verdict;
  Miss miss = question.asker.member ? Miss() : "it is for requests that a member signed";
  for (const PolicyRow& policy : policies) {
    if (!miss.empty() || !SpeaksFor(policy.rule, question)) continue;
    miss = "the policy '" + policy.name + "' speaks for this member and wallet";
  }
  bool member = miss.empty();
  verdict.rules.push_back(
      {std::string(kMemberRule), std::string(kMemberRule), "allow", member, miss});
  verdict.allowed = member;
  verdict.policy = std::string(member ? kMemberRule : kNoRule);
  verdict.because = member ? "a member's own signed request" : "no policy of the project allows it";
  return verdict;
}

int64_t CeilingOf(const std::vector<PolicyRow>& policies, const std::string& policy_id) {
  for (const PolicyRow& policy : policies) {
    if (policy.id != policy_id || !policy.rule.max_fee) continue;
    auto most = neo::AmountFromText(*policy.rule.max_fee, 0);
    if (most) return std::min(*most, kMostMaxFee);
  }
  return kMaxFee;
}

}  // namespace nsl::wallet
