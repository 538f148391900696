// SPDX-License-Identifier: Apache-2.0
//
// Rules as they are asked for: read, judged, and written in one form.
#include <algorithm>
#include <cstdio>

#include "base/ids.h"
#include "neo/amount.h"
#include "wallet/policy.h"
#include "wallet/policy_text.h"

namespace nsl::wallet {
namespace {

constexpr size_t kMostListed = 64;
constexpr size_t kMostLimits = 4;
constexpr size_t kMostText = 1'024;
constexpr uint32_t kShortestWindow = 60;
constexpr uint32_t kLongestWindow = 31 * 86'400;

std::unexpected<Error> Invalid(const std::string& pointer, const std::string& what) {
  return Fail(Error(Reason::kWalletInvalid, "the field " + pointer + " is not valid: " + what)
                  .WithField(pointer, what));
}

std::string At(const std::string& list, size_t i) { return list + "/" + std::to_string(i); }

Status CheckCallers(const std::vector<std::string>& callers) {
  for (size_t i = 0; i < callers.size(); ++i) {
    const std::string& c = callers[i];
    bool good = c == kAnyone || c == kMembers || IsId(kAccountId, c) || IsId(kKeyId, c) ||
                IsId(kFunctionId, c) || IsId(kVersionId, c);
    if (!good) {
      return Invalid(At("/rule/callers", i),
                     "\"*\", \"members\", or the id of an account, key, function or version");
    }
  }
  return {};
}

Status ReadHashes(std::vector<std::string>& list, const std::string& pointer, bool any) {
  for (size_t i = 0; i < list.size(); ++i) {
    if (any && list[i] == kAnyone) continue;
    auto hash = any ? ReadContract(list[i]) : std::optional<neo::ScriptHash>();
    if (!any) {
      auto account = neo::ParseAccount(list[i]);
      if (!account) return Invalid(At(pointer, i), account.error().detail);
      hash = *account;
    }
    if (!hash) return Invalid(At(pointer, i), "\"*\", GAS, NEO or a 0x script hash");
    list[i] = neo::ToText(*hash);
  }
  return {};
}

Status CheckFee(const std::optional<std::string>& fee, const std::string& pointer) {
  if (!fee) return {};
  auto datoshi = neo::AmountFromText(*fee, 0);
  if (datoshi && *datoshi >= 0) return {};
  return Invalid(pointer, "datoshi as decimal text");
}

Status CheckAmount(const std::optional<std::string>& amount, const std::string& pointer) {
  if (!amount || IsAmount(*amount)) return {};
  return Invalid(pointer, "a whole number of the token's smallest unit as decimal text");
}

Status CheckArguments(const std::vector<ArgumentRule>& arguments) {
  for (size_t i = 0; i < arguments.size(); ++i) {
    const ArgumentRule& a = arguments[i];
    std::string pointer = At("/rule/arguments", i);
    if (a.index >= kMostArguments) {
      return Invalid(pointer + "/index", "0 to " + std::to_string(kMostArguments - 1));
    }
    static constexpr std::string_view kTypes[] = {"Integer", "Hash160",   "Hash256",  "String",
                                                  "Boolean", "ByteArray", "PublicKey"};
    if (std::find(std::begin(kTypes), std::end(kTypes), a.type) == std::end(kTypes)) {
      return Invalid(pointer + "/type",
                     "Integer, Hash160, Hash256, String, Boolean, ByteArray or PublicKey");
    }
    if ((a.min || a.max) && a.type != "Integer") {
      return Invalid(pointer, "min and max are for type Integer");
    }
    if (a.one_of.empty() && !a.min && !a.max) {
      return Invalid(pointer, "needs oneOf, min or max");
    }
    for (const auto* bound : {&a.min, &a.max}) {
      if (*bound && !neo::Integer::FromText(**bound)) {
        return Invalid(pointer, "min and max are integers as decimal text");
      }
    }
  }
  return {};
}

Status CheckLimits(const PolicyRule& rule) {
  for (size_t i = 0; i < rule.limits.size(); ++i) {
    const RollingLimit& limit = rule.limits[i];
    std::string pointer = At("/rule/limits", i);
    if (limit.seconds < kShortestWindow || limit.seconds > kLongestWindow) {
      return Invalid(pointer + "/seconds", std::to_string(kShortestWindow) + " to " +
                                               std::to_string(kLongestWindow) + " seconds");
    }
    if (!limit.amount && !limit.fee && !limit.count) {
      return Invalid(pointer, "needs amount, fee or count");
    }
    NSL_TRY_VOID(CheckAmount(limit.amount, pointer + "/amount"));
    NSL_TRY_VOID(CheckFee(limit.fee, pointer + "/fee"));
  }
  return {};
}

bool CountsAmounts(const PolicyRule& rule) {
  return rule.max_amount || std::any_of(rule.limits.begin(), rule.limits.end(),
                                        [](const RollingLimit& l) { return l.amount.has_value(); });
}

Status CheckSizes(const PolicyRule& rule) {
  struct List {
    const char* pointer;
    const std::vector<std::string>& items;
  };
  const List lists[] = {{"/rule/wallets", rule.wallets},
                        {"/rule/callers", rule.callers},
                        {"/rule/contracts", rule.contracts},
                        {"/rule/methods", rule.methods},
                        {"/rule/receivers", rule.receivers}};
  for (const List& list : lists) {
    if (list.items.size() > kMostListed) {
      return Invalid(list.pointer, "at most " + std::to_string(kMostListed) + " entries");
    }
    for (size_t i = 0; i < list.items.size(); ++i) {
      if (list.items[i].empty() || list.items[i].size() > kMostText) {
        return Invalid(At(list.pointer, i), "1 to 1024 characters");
      }
    }
  }
  size_t values = 0;
  for (const ArgumentRule& a : rule.arguments) {
    values += a.one_of.size() + 1;
    for (const std::string& text : a.one_of) {
      if (text.size() > kMostText) return Invalid("/rule/arguments", "values of 1024 characters");
    }
  }
  if (values > kMostListed) {
    return Invalid("/rule/arguments", "at most " + std::to_string(kMostListed) + " values");
  }
  if (rule.limits.size() > kMostLimits) {
    return Invalid("/rule/limits", "at most " + std::to_string(kMostLimits) + " limits");
  }
  return {};
}

Status CheckScope(const PolicyRule& rule) {
  bool allow = rule.effect == "allow";
  if (!allow && rule.effect != "deny") return Invalid("/rule/effect", "\"allow\" or \"deny\"");
  if (allow && rule.callers.empty()) {
    return Invalid("/rule/callers", "an allow names who may; \"*\" means everyone");
  }
  if (allow && rule.contracts.empty()) {
    return Invalid("/rule/contracts", "an allow names the contracts; \"*\" means every one");
  }
  if (!allow && (rule.max_amount || rule.max_fee || !rule.limits.empty())) {
    return Invalid("/rule/limits", "a deny has neither amounts nor limits; deny without them");
  }
  if (CountsAmounts(rule) && (rule.contracts.size() != 1 || rule.contracts[0] == kAnyone)) {
    return Invalid("/rule/contracts",
                   "amounts are counted in one token: name exactly one contract");
  }
  return {};
}

}  // namespace

std::optional<int64_t> TimeFromText(std::string_view text) {
  int y = 0;
  unsigned mo = 0;
  unsigned d = 0;
  int h = 0;
  int mi = 0;
  int s = 0;
  char z = 0;
  char more = 0;
  std::string copy(text);
  if (copy.size() != 20 || std::sscanf(copy.c_str(), "%4d-%2u-%2uT%2d:%2d:%2d%c%c", &y, &mo, &d, &h,
                                       &mi, &s, &z, &more) != 7) {
    return std::nullopt;
  }
  using namespace std::chrono;
  year_month_day date{year(y), month(mo), day(d)};
  if (z != 'Z' || !date.ok() || y < 2020 || h < 0 || h > 23 || mi < 0 || mi > 59 || s < 0 ||
      s > 59) {
    return std::nullopt;
  }
  auto seconds =
      sys_days(date).time_since_epoch() + hours(h) + minutes(mi) + std::chrono::seconds(s);
  return duration_cast<milliseconds>(seconds).count();
}

Result<PolicyRule> CheckRule(PolicyRule rule) {
  NSL_TRY_VOID(CheckSizes(rule));
  NSL_TRY_VOID(CheckScope(rule));
  NSL_TRY_VOID(CheckCallers(rule.callers));
  for (size_t i = 0; i < rule.wallets.size(); ++i) {
    if (!IsId(kWalletId, rule.wallets[i])) {
      return Invalid(At("/rule/wallets", i), "the id of a wallet of this project");
    }
  }
  NSL_TRY_VOID(ReadHashes(rule.contracts, "/rule/contracts", true));
  NSL_TRY_VOID(ReadHashes(rule.receivers, "/rule/receivers", false));
  NSL_TRY_VOID(CheckArguments(rule.arguments));
  NSL_TRY_VOID(CheckAmount(rule.max_amount, "/rule/maxAmount"));
  NSL_TRY_VOID(CheckFee(rule.max_fee, "/rule/maxFee"));
  if (rule.not_before && !TimeFromText(*rule.not_before)) {
    return Invalid("/rule/notBefore", "a time like 2027-01-31T00:00:00Z");
  }
  if (rule.not_after && !TimeFromText(*rule.not_after)) {
    return Invalid("/rule/notAfter", "a time like 2027-01-31T00:00:00Z");
  }
  NSL_TRY_VOID(CheckLimits(rule));
  return rule;
}

}  // namespace nsl::wallet
