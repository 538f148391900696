// SPDX-License-Identifier: Apache-2.0
#include "wallet/policy.h"

#include <gtest/gtest.h>

namespace nsl::wallet {
namespace {

using neo::ContractParameter;

constexpr char kFunction[] = "fn_00000000000000000000000001";
constexpr char kWalletA[] = "wal_00000000000000000000000001";
constexpr char kTo[] = "NfgHwwTi3wHAS8aFAN243C5vGbkYDpqLHP";
constexpr int64_t kNow = 1'800'000'000'000;

PolicyRule Allow() {
  PolicyRule rule;
  rule.effect = "allow";
  rule.callers = {kFunction};
  rule.contracts = {"GAS"};
  return rule;
}

neo::ScriptHash Own() {
  neo::ScriptHash own;
  own.bytes.fill(7);
  return own;
}

CheckedIntent Transfer(const std::string& amount, const std::string& to = kTo) {
  SubmitRequest request;
  request.transfer = TransferIntent{"GAS", to, amount};
  auto intent = CheckIntent(request, Own());
  EXPECT_TRUE(intent) << intent.error().ToString();
  return *intent;
}

CheckedIntent Call(const std::string& contract, const std::string& method,
                   std::vector<std::string> args) {
  SubmitRequest request;
  request.call = CallIntent{contract, method, {}, false};
  for (std::string& arg : args) request.call->args.push_back({std::move(arg)});
  auto intent = CheckIntent(request, Own());
  EXPECT_TRUE(intent) << intent.error().ToString();
  return *intent;
}

class PolicyTest : public testing::Test {
 protected:
  void Add(PolicyRule rule, std::string name = "rule") {
    auto checked = CheckRule(std::move(rule));
    ASSERT_TRUE(checked) << checked.error().ToString();
    PolicyRow row;
    row.id = "pol_" + std::to_string(policies_.size());
    row.name = std::move(name);
    row.rule = std::move(*checked);
    policies_.push_back(std::move(row));
  }
  Verdict Ask(const CheckedIntent& intent, std::optional<int64_t> fee = std::nullopt) {
    PolicyQuestion question{asker_, kWalletA, intent, fee, now_};
    return Decide(
        policies_,
        [this](const std::string& id) {
          auto found = spends_.find(id);
          return found == spends_.end() ? nullptr : &found->second;
        },
        question);
  }
  std::string Because(const CheckedIntent& intent, std::optional<int64_t> fee = std::nullopt) {
    Verdict verdict = Ask(intent, fee);
    EXPECT_FALSE(verdict.allowed);
    for (const RuleLine& line : verdict.rules) {
      if (line.policy != kMemberRule) return line.because;
    }
    return {};
  }

  std::vector<PolicyRow> policies_;
  std::map<std::string, PolicySpendRow> spends_;
  Asker asker_{{kFunction}, false};
  int64_t now_ = kNow;
};

TEST_F(PolicyTest, WithoutARuleAFunctionMayNothingAndAMemberHisOwn) {
  Verdict verdict = Ask(Transfer("1"));
  EXPECT_FALSE(verdict.allowed);
  EXPECT_EQ(verdict.policy, kNoRule);
  asker_ = {{"acc_1", "members"}, true};
  verdict = Ask(Transfer("1"));
  EXPECT_TRUE(verdict.allowed);
  EXPECT_EQ(verdict.policy, kMemberRule);
}

TEST_F(PolicyTest, AnAllowMustMeetEveryPart) {
  PolicyRule rule = Allow();
  rule.methods = {"transfer"};
  rule.receivers = {kTo};
  rule.max_amount = "100";
  rule.max_fee = "50";
  rule.wallets = {kWalletA};
  Add(rule);
  EXPECT_TRUE(Ask(Transfer("100"), 50).allowed);
  EXPECT_EQ(Because(Transfer("101"), 50), "maxAmount is 100, the transfer is 101");
  EXPECT_THAT(Because(Transfer("100"), 51), testing::HasSubstr("maxFee is 50"));
  EXPECT_THAT(Because(Transfer("1", "Nhfg3TbpwogLvDGVvAvqyThbsHgoSUKwtn"), 1),
              testing::HasSubstr("receivers does not name Nhfg3"));
  EXPECT_THAT(Because(Call("NEO", "vote", {}), 1), testing::HasSubstr("contracts does not name"));
  EXPECT_THAT(Because(Call("GAS", "balanceOf", {}), 1),
              testing::HasSubstr("methods does not name balanceOf"));
  asker_.names = {"fn_other"};
  EXPECT_THAT(Because(Transfer("1"), 1), testing::HasSubstr("callers does not name fn_other"));
}

TEST_F(PolicyTest, ADenyWinsOverEveryAllow) {
  Add(Allow());
  PolicyRule deny;
  deny.effect = "deny";
  deny.methods = {"transfer"};
  Add(deny, "frozen");
  Verdict verdict = Ask(Transfer("1"));
  EXPECT_FALSE(verdict.allowed);
  EXPECT_EQ(verdict.policy, "pol_1");
  EXPECT_EQ(verdict.because, "the policy 'frozen' denies it");
  // Members, too.
  asker_ = {{"acc_1", "members"}, true};
  EXPECT_FALSE(Ask(Transfer("1")).allowed);
}

TEST_F(PolicyTest, ACallThatDoesWhatATransferDoesIsJudgedAsOne) {
  PolicyRule rule = Allow();
  rule.max_amount = "10";
  Add(rule);
  auto spelled = [](const std::string& from, const std::string& amount) {
    return Call(
        "GAS", "transfer",
        {R"({"type":"Hash160","value":")" + from + R"("})",
         R"({"type":"Hash160","value":")" + std::string(kTo) + R"("})",
         R"({"type":"Integer","value":")" + amount + R"("})", R"({"type":"Any","value":null})"});
  };
  EXPECT_TRUE(Ask(spelled(neo::ToText(Own()), "10")).allowed);
  EXPECT_FALSE(Ask(spelled(neo::ToText(Own()), "11")).allowed);
  // Out of another account, or with an amount that is no number: not known to be within the rule.
  EXPECT_FALSE(Ask(spelled("0x" + std::string(40, '3'), "1")).allowed);
  EXPECT_FALSE(Ask(Call("GAS", "transfer", {})).allowed);
  CheckedIntent same = spelled(neo::ToText(Own()), "10");
  EXPECT_TRUE(same.assert_true);
  EXPECT_EQ(*ScriptOf(same), *ScriptOf(Transfer("10")));
}

TEST_F(PolicyTest, AnArgumentIsJudgedInItsOwnType) {
  PolicyRule rule = Allow();
  rule.contracts = {"*"};
  rule.arguments = {{0, "Integer", {}, "-5", "10"}};
  Add(rule);
  auto with = [](const std::string& arg) { return Call("NEO", "f", {arg}); };
  EXPECT_TRUE(Ask(with(R"({"type":"Integer","value":"10"})")).allowed);
  EXPECT_TRUE(Ask(with(R"({"type":"Integer","value":"-5"})")).allowed);
  EXPECT_FALSE(Ask(with(R"({"type":"Integer","value":"11"})")).allowed);
  EXPECT_FALSE(Ask(with(R"({"type":"Integer","value":"-6"})")).allowed);
  EXPECT_FALSE(Ask(with(R"({"type":"String","value":"5"})")).allowed);
  EXPECT_FALSE(Ask(Call("NEO", "f", {})).allowed);
}

TEST_F(PolicyTest, TheSameTextInAnotherTypeIsAnotherValue) {
  std::string hash = "0x" + std::string(38, '1') + "22";
  PolicyRule rule = Allow();
  rule.contracts = {"*"};
  rule.arguments = {{0, "Hash160", {hash}, {}, {}}};
  Add(rule);
  EXPECT_TRUE(Ask(Call("NEO", "f", {R"({"type":"Hash160","value":")" + hash + R"("})"})).allowed);
  // The bytes of a ByteArray stand in the other order: it would be another account.
  Bytes raw = *FromHex(hash.substr(2));
  EXPECT_FALSE(Ask(Call("NEO", "f", {R"({"type":"ByteArray","value":")" + ToBase64(raw) + R"("})"}))
                   .allowed);
  EXPECT_FALSE(Ask(Call("NEO", "f", {R"({"type":"String","value":")" + hash + R"("})"})).allowed);
  EXPECT_FALSE(Ask(Call("NEO", "f", {R"({"type":"Hash160","value":null})"})).allowed);
}

TEST_F(PolicyTest, TimeWindows) {
  PolicyRule rule = Allow();
  rule.not_before = "2027-01-01T00:00:00Z";
  rule.not_after = "2027-01-31T23:59:59Z";
  Add(rule);
  now_ = 1'798'761'599'999;
  EXPECT_THAT(Because(Transfer("1")), testing::HasSubstr("it begins at 2027-01-01"));
  now_ = 1'798'761'600'000;
  EXPECT_TRUE(Ask(Transfer("1")).allowed);
  now_ = 1'801'440'000'000;
  EXPECT_THAT(Because(Transfer("1")), testing::HasSubstr("it ended at 2027-01-31"));
}

TEST_F(PolicyTest, RollingLimitsCountWhatWasSpent) {
  PolicyRule rule = Allow();
  rule.limits = {{3'600, "100", "20", 3}};
  Add(rule);
  PolicySpendRow& spent = spends_["pol_0"];
  spent.windows = {SpendWindow{3'600, {}}};
  Count(spent.windows[0], kNow, {"60", 5});
  EXPECT_TRUE(Ask(Transfer("40"), 5).allowed);
  EXPECT_THAT(Because(Transfer("41"), 5), testing::HasSubstr("60 used, 41 asked"));
  EXPECT_THAT(Because(Transfer("1"), 16), testing::HasSubstr("datoshi of fees"));
  Count(spent.windows[0], kNow, {"0", 0});
  Count(spent.windows[0], kNow, {"0", 0});
  EXPECT_THAT(Because(Transfer("1"), 1), testing::HasSubstr("at most 3 transactions"));
  // A slice counts until its end has left the window, so for 61 minutes at most.
  now_ = kNow + 3'600'000;
  EXPECT_FALSE(Ask(Transfer("41"), 5).allowed);
  now_ = kNow + 3'660'001;
  EXPECT_TRUE(Ask(Transfer("100"), 20).allowed);
}

TEST_F(PolicyTest, RefusesARuleThatSaysTooLittleOrTooMuch) {
  struct Case {
    std::string pointer;
    std::function<void(PolicyRule&)> change;
  };
  const std::vector<Case> cases = {
      {"/rule/effect", [](PolicyRule& r) { r.effect = "maybe"; }},
      {"/rule/callers", [](PolicyRule& r) { r.callers.clear(); }},
      {"/rule/callers/0", [](PolicyRule& r) { r.callers = {"everybody"}; }},
      {"/rule/contracts", [](PolicyRule& r) { r.contracts.clear(); }},
      {"/rule/contracts/0", [](PolicyRule& r) { r.contracts = {"gas"}; }},
      {"/rule/contracts",
       [](PolicyRule& r) {
         r.contracts = {"GAS", "NEO"};
         r.max_amount = "1";
       }},
      {"/rule/contracts",
       [](PolicyRule& r) {
         r.contracts = {"*"};
         r.limits = {{60, "1", {}, {}}};
       }},
      {"/rule/receivers/0", [](PolicyRule& r) { r.receivers = {"NfgHww"}; }},
      {"/rule/wallets/0", [](PolicyRule& r) { r.wallets = {"main"}; }},
      {"/rule/maxAmount", [](PolicyRule& r) { r.max_amount = "1.5"; }},
      {"/rule/maxFee", [](PolicyRule& r) { r.max_fee = "-1"; }},
      {"/rule/notBefore", [](PolicyRule& r) { r.not_before = "tomorrow"; }},
      {"/rule/notAfter", [](PolicyRule& r) { r.not_after = "2027-02-30T00:00:00Z"; }},
      {"/rule/limits/0/seconds", [](PolicyRule& r) { r.limits = {{59, {}, {}, 1}}; }},
      {"/rule/limits/0", [](PolicyRule& r) { r.limits = {{60, {}, {}, {}}}; }},
      {"/rule/limits", [](PolicyRule& r) { r.limits.resize(5, {60, {}, {}, 1}); }},
      {"/rule/limits",
       [](PolicyRule& r) {
         r.effect = "deny";
         r.limits = {{60, {}, {}, 1}};
       }},
      {"/rule/arguments/0/type", [](PolicyRule& r) { r.arguments = {{0, "int", {"1"}, {}, {}}}; }},
      {"/rule/arguments/0", [](PolicyRule& r) { r.arguments = {{0, "String", {}, {}, {}}}; }},
      {"/rule/arguments/0", [](PolicyRule& r) { r.arguments = {{0, "String", {}, "1", {}}}; }},
      {"/rule/arguments/0/index",
       [](PolicyRule& r) { r.arguments = {{16, "String", {"a"}, {}, {}}}; }},
      {"/rule/methods", [](PolicyRule& r) { r.methods.resize(65, "a"); }}};
  for (const Case& c : cases) {
    PolicyRule rule = Allow();
    c.change(rule);
    auto checked = CheckRule(rule);
    ASSERT_FALSE(checked) << c.pointer;
    ASSERT_FALSE(checked.error().fields.empty());
    EXPECT_EQ(checked.error().fields[0].pointer, c.pointer);
  }
}

TEST(AmountsTest, AddAndSubtract) {
  EXPECT_EQ(AddAmounts("0", "0"), "0");
  EXPECT_EQ(AddAmounts("999", "1"), "1000");
  EXPECT_EQ(AddAmounts("1", "999"), "1000");
  EXPECT_EQ(SubtractAmounts("1000", "1"), "999");
  EXPECT_EQ(SubtractAmounts("5", "5"), "0");
}

TEST(SpendTest, WhatWasTakenBackIsGone) {
  SpendWindow window{60, {}};
  int64_t slice = Count(window, kNow, {"5", 2});
  Count(window, kNow, {"7", 1});
  TakeBack(window, slice, {"5", 2});
  Spent spent = SumOf(window, kNow);
  EXPECT_EQ(spent.amount, "7");
  EXPECT_EQ(spent.fee, 1);
  EXPECT_EQ(spent.count, 1u);
  Forget(window, kNow + 61'001);
  EXPECT_TRUE(window.slices.empty());
}

}  // namespace
}  // namespace nsl::wallet
