// SPDX-License-Identifier: Apache-2.0
#include "wallet/policies.h"

#include "neo/opcode.h"
#include "wallet/wallet_fixture.h"

namespace nsl::wallet {
namespace {

class PoliciesTest : public WalletFixture {
 protected:
  static PolicyRule Allow() {
    PolicyRule rule;
    rule.effect = "allow";
    rule.callers = {"members"};
    rule.contracts = {"GAS"};
    return rule;
  }
  Result<Policy> Make(PolicyRule rule, std::string name = "rule", std::string who = "alice") {
    return Run(
        policies_->Create(As(std::move(who)), {kProjectA, std::move(name), std::move(rule)}));
  }
  // Starts so many signings at once, and counts those that succeeded.
  size_t SignMany(size_t n, const Wallet& wallet) {
    size_t done = 0;
    size_t good = 0;
    for (size_t i = 0; i < n; ++i) {
      SignRequest request = Ask(wallet);
      request.transfer->amount = "10";
      asio::co_spawn(io_.get_executor(), service_->Sign(As("alice"), std::move(request)),
                     [&](std::exception_ptr, Result<SignedTransaction> r) {
                       ++done;
                       if (r) ++good;
                     });
    }
    io_.restart();
    while (done < n && io_.run_one() > 0) {
    }
    EXPECT_EQ(done, n);
    return good;
  }
};

TEST_F(PoliciesTest, AChangeIsForTheVersionThatWasRead) {
  auto made = Make(Allow(), "gas");
  ASSERT_TRUE(made);
  EXPECT_EQ(made->version, 1);
  PolicyRule rule = Allow();
  rule.max_amount = "5";
  auto update = [&](int64_t version, std::string who = "alice", std::string name = "gas") {
    return Run(policies_->Update(As(std::move(who)), {made->id, std::move(name), rule, version}));
  };
  EXPECT_EQ(Why(update(1, "bob")), "not_found");
  EXPECT_EQ(Why(update(1, "reader")), "auth.forbidden");
  EXPECT_EQ(Why(update(1, "alice", "Gas!")), "wallet.invalid");
  EXPECT_EQ(Why(update(2)), "request.version_conflict");
  auto changed = update(1);
  ASSERT_TRUE(changed) << changed.error().ToString();
  EXPECT_EQ(changed->version, 2);
  EXPECT_EQ(changed->rule.max_amount, "5");
  EXPECT_EQ(changed->created_at, made->created_at);
  EXPECT_EQ(Why(update(1)), "request.version_conflict");
  Restart();
  EXPECT_EQ(Run(policies_->Get(As("reader"), {made->id}))->version, 2);
  ASSERT_TRUE(Make(Allow(), "other"));
  EXPECT_EQ(Why(update(2, "alice", "other")), "wallet.exists");
  rule.effect = "maybe";
  EXPECT_EQ(Why(update(2)), "wallet.invalid");
  ASSERT_TRUE(Run(policies_->Delete(As("alice"), {made->id})));
  EXPECT_EQ(Why(update(2)), "not_found");
}

TEST_F(PoliciesTest, WhatWasSpentCountsOnUnderAChangedLimit) {
  Wallet wallet = MakeWallet();
  PolicyRule rule = Allow();
  RollingLimit limit;
  limit.seconds = 3'600;
  limit.amount = "50";
  rule.limits = {limit};
  auto made = Make(rule);
  ASSERT_TRUE(made) << made.error().ToString();
  EXPECT_EQ(SignMany(8, wallet), 5u);
  // Ten more in the same hour, and a limit over another time that begins with what is known.
  rule.limits[0].amount = "60";
  limit.seconds = 60;
  limit.amount = "70";
  rule.limits.push_back(limit);
  ASSERT_TRUE(Run(policies_->Update(As("alice"), {made->id, "rule", rule, 1})));
  EXPECT_EQ(SignMany(8, wallet), 1u);
  Restart();
  EXPECT_EQ(SignMany(8, wallet), 0u);
  rule.limits.erase(rule.limits.begin());
  ASSERT_TRUE(Run(policies_->Update(As("alice"), {made->id, "rule", rule, 2})));
  EXPECT_EQ(SignMany(8, wallet), 1u);
}

TEST_F(PoliciesTest, OfTwoChangesAtOnceOneHoldsWithItsLimit) {
  Wallet wallet = MakeWallet();
  PolicyRule rule = Allow();
  RollingLimit limit;
  limit.seconds = 3'600;
  limit.amount = "20";
  rule.limits = {limit};
  auto made = Make(rule);
  ASSERT_TRUE(made);
  std::optional<Result<Policy>> a;
  std::optional<Result<Policy>> b;
  auto start = [&](std::string amount, std::optional<Result<Policy>>* out) {
    PolicyRule changed = rule;
    changed.limits[0].amount = std::move(amount);
    asio::co_spawn(io_.get_executor(),
                   policies_->Update(As("alice"), {made->id, "rule", changed, 1}),
                   [out](std::exception_ptr, Result<Policy> r) { *out = std::move(r); });
  };
  start("30", &a);
  start("70", &b);
  io_.restart();
  while (!(a && b) && io_.run_one() > 0) {
  }
  ASSERT_TRUE(a && b);
  EXPECT_NE(a->has_value(), b->has_value());
  EXPECT_EQ(Why(*a ? *b : *a), "request.version_conflict");
  EXPECT_EQ(SignMany(9, wallet), a->has_value() ? 3u : 7u);
}

TEST_F(PoliciesTest, MakeListShowRemove) {
  auto made = Make(Allow(), "gas");
  ASSERT_TRUE(made) << made.error().ToString();
  EXPECT_EQ(made->rule.contracts[0], neo::ToText(GasHash()));
  auto list = Run(policies_->List(As("reader"), {kProjectA}));
  ASSERT_TRUE(list);
  ASSERT_EQ(list->items.size(), 1u);
  EXPECT_EQ(list->items[0].id, made->id);
  EXPECT_TRUE(Run(policies_->Get(As("reader"), {made->id})));
  EXPECT_EQ(Why(Run(policies_->Get(As("bob"), {made->id}))), "not_found");
  EXPECT_EQ(Why(Run(policies_->Get(As("nobody"), {made->id}))), "auth.invalid");
  EXPECT_EQ(Why(Make(Allow(), "gas")), "wallet.exists");
  EXPECT_EQ(Why(Make(Allow(), "Gas!")), "wallet.invalid");
  EXPECT_EQ(Why(Make(Allow(), "other", "reader")), "auth.forbidden");
  EXPECT_EQ(Why(Run(policies_->Delete(As("bob"), {made->id}))), "not_found");
  EXPECT_EQ(Why(Run(policies_->Delete(As("reader"), {made->id}))), "auth.forbidden");
  EXPECT_TRUE(Run(policies_->Delete(As("alice"), {made->id})));
  EXPECT_EQ(Why(Run(policies_->Get(As("alice"), {made->id}))), "not_found");
  EXPECT_EQ(Why(Run(policies_->Delete(As("alice"), {made->id}))), "not_found");
  EXPECT_TRUE(Run(policies_->List(As("alice"), {kProjectA}))->items.empty());
}

TEST_F(PoliciesTest, AWalletOfAnotherProjectIsNoWalletOfARule) {
  Wallet foreign = MakeWallet("theirs", "bob", kProjectB);
  PolicyRule rule = Allow();
  rule.wallets = {foreign.id};
  EXPECT_EQ(Why(Make(rule)), "wallet.invalid");
}

TEST_F(PoliciesTest, ADenyStopsMembersAndItsRemovalFreesThem) {
  Wallet wallet = MakeWallet();
  PolicyRule deny;
  deny.effect = "deny";
  auto made = Make(deny, "frozen");
  ASSERT_TRUE(made);
  auto refused = Sign(Ask(wallet));
  ASSERT_EQ(Why(refused), "wallet.policy");
  EXPECT_THAT(refused.error().detail, testing::HasSubstr(made->id));
  EXPECT_EQ(chain_.simulated, 0u) << "what no rule allows costs no question to the chain";
  EXPECT_EQ(Written(EffectRow::kTable), 0u);
  Restart();
  EXPECT_EQ(Why(Sign(Ask(wallet))), "wallet.policy");
  ASSERT_TRUE(Run(policies_->Delete(As("alice"), {made->id})));
  auto free = Sign(Ask(wallet));
  ASSERT_TRUE(free) << free.error().ToString();
  EXPECT_EQ(free->policy, kMemberRule);
}

TEST_F(PoliciesTest, ManyAtOnceNeverPassARollingLimit) {
  Wallet wallet = MakeWallet();
  chain_.facts.gas_balance = "100000000000";
  PolicyRule rule = Allow();
  rule.limits = {{3'600, "200", {}, {}}};
  auto policy = Make(rule);
  ASSERT_TRUE(policy);
  EXPECT_EQ(SignMany(1'000, wallet), 20u);
  EXPECT_EQ(Written(EffectRow::kTable), 20u);
  auto spent = book_->SpendOf(policy->id);
  ASSERT_NE(spent, nullptr);
  EXPECT_EQ(SumOf(spent->windows[0], clock_.NowMs()).amount, "200");
  EXPECT_EQ(SumOf(spent->windows[0], clock_.NowMs()).count, 20u);
}

TEST_F(PoliciesTest, TheDailyFeeHoldsForEverybodyAndAfterARestart) {
  chain_.facts.gas_balance = "100000000000";
  auto made = Run(service_->Create(As("alice"), {kProjectA, "small", "5000000"}));
  ASSERT_TRUE(made) << made.error().ToString();
  EXPECT_EQ(made->daily_fee, "5000000");
  auto one = Sign(Ask(*made));
  ASSERT_TRUE(one);
  int64_t fee = std::stoll(one->system_fee) + std::stoll(one->network_fee);
  size_t room = static_cast<size_t>(5'000'000 / fee);
  EXPECT_EQ(SignMany(30, *made), room - 1);
  auto refused = Sign(Ask(*made));
  ASSERT_EQ(Why(refused), "wallet.policy");
  EXPECT_THAT(refused.error().detail, testing::HasSubstr("dailyFee"));
  Restart();
  EXPECT_EQ(Why(Sign(Ask(*made))), "wallet.policy");
  clock_.AdvanceMs(25 * 3'600'000);
  EXPECT_TRUE(Sign(Ask(*made)));
}

TEST_F(PoliciesTest, WhatIsOnItsWayIsHeldBackUntilItSettles) {
  Wallet wallet = MakeWallet();
  chain_.facts.gas_balance = "400000000";
  SignRequest first = Ask(wallet);
  ASSERT_TRUE(Sign(first));
  SignRequest second = Ask(wallet);
  ASSERT_TRUE(Sign(second));
  auto third = Sign(Ask(wallet));
  ASSERT_EQ(Why(third), "funds.gas");
  EXPECT_THAT(third.error().detail, testing::HasSubstr("held back"));
  Restart();
  EXPECT_EQ(Why(Sign(Ask(wallet))), "funds.gas");
  ASSERT_TRUE(Run(service_->Settle({}, {first.transaction})));
  ASSERT_TRUE(Run(service_->Settle({}, {first.transaction})));
  EXPECT_TRUE(Sign(Ask(wallet)));
  // What can no longer land holds nothing back, whether or not anybody said so.
  clock_.AdvanceMs(104 * 15'000);
  chain_.facts.height = 1'104;
  EXPECT_TRUE(Sign(Ask(wallet)));
}

TEST_F(PoliciesTest, WhatLostTheRaceIsTakenBack) {
  Wallet wallet = MakeWallet();
  size_t done = 0;
  for (int i = 0; i < 2; ++i) {
    asio::co_spawn(io_.get_executor(), service_->Sign(As("alice", "one-key"), Ask(wallet)),
                   [&](std::exception_ptr, Result<SignedTransaction> r) {
                     EXPECT_TRUE(r);
                     ++done;
                   });
  }
  io_.restart();
  while (done < 2 && io_.run_one() > 0) {
  }
  EXPECT_EQ(book_->HeldOf(wallet.id).size(), 1u);
}

TEST_F(PoliciesTest, ACommitOfUnknownFateStaysCounted) {
  Wallet wallet = MakeWallet();
  chain_.facts.gas_balance = "200000000";
  records_.before_put = [](const auto&) -> Status {
    return Fail(Reason::kPlatformStorage, "the disk is full");
  };
  EXPECT_FALSE(Sign(Ask(wallet)));
  records_.before_put = nullptr;
  EXPECT_EQ(book_->HeldOf(wallet.id).size(), 1u) << "it may stand, and its bytes may be asked for";
}

TEST_F(PoliciesTest, ExplainsWithoutSigningOrCounting) {
  Wallet wallet = MakeWallet();
  PolicyRule rule = Allow();
  rule.callers = {"fn_00000000000000000000000001"};
  rule.max_amount = "100";
  auto policy = Make(rule, "top-up");
  ASSERT_TRUE(policy);
  ExplainRequest ask{kProjectA,
                     wallet.id,
                     "fn_00000000000000000000000001",
                     TransferIntent{"GAS", kReceiver, "100"},
                     {},
                     {}};
  auto verdict = Run(policies_->Explain(As("reader"), ask));
  ASSERT_TRUE(verdict) << verdict.error().ToString();
  EXPECT_TRUE(verdict->allowed);
  EXPECT_EQ(verdict->policy, policy->id);
  ask.transfer->amount = "101";
  verdict = Run(policies_->Explain(As("reader"), ask));
  ASSERT_TRUE(verdict);
  EXPECT_FALSE(verdict->allowed);
  EXPECT_EQ(verdict->policy, kNoRule);
  EXPECT_EQ(verdict->rules.at(0).because, "maxAmount is 100, the transfer is 101");
  EXPECT_EQ(chain_.simulated, 0u);
  ask.wallet = "wal_00000000000000000000000099";
  EXPECT_EQ(Why(Run(policies_->Explain(As("reader"), ask))), "not_found");
}

// --- Calls --------------------------------------------------------------------------------------

constexpr char kManifest[] = R"({"name":"Vote","groups":[],"features":{},
  "supportedstandards":[],"abi":{"methods":[{"name":"vote","parameters":[
  {"name":"choice","type":"Integer"}],"offset":0,"returntype":"Boolean","safe":false}],
  "events":[]},"permissions":[],"trusts":[],"extra":null})";

class CallTest : public PoliciesTest {
 protected:
  CallTest() : wallet_(MakeWallet()) { chain_.manifests[contract_] = kManifest; }
  SignRequest AskCall(std::string method, std::vector<std::string> args) {
    SignRequest request = Ask(wallet_);
    request.transfer.reset();
    request.call = CallIntent{contract_, std::move(method), {}, true};
    for (std::string& arg : args) request.call->args.push_back({std::move(arg)});
    return request;
  }
  std::string contract_ = "0x" + std::string(40, 'a');
  Wallet wallet_;
};

TEST_F(CallTest, SignsACallThatFitsTheManifest) {
  auto made = Sign(AskCall("vote", {R"({"type":"Integer","value":"3"})"}));
  ASSERT_TRUE(made) << made.error().ToString();
  EXPECT_EQ(made->contract, contract_);
  EXPECT_EQ(made->method, "vote");
  EXPECT_EQ(made->to, "");
  auto tx = neo::DecodeTransaction(made->raw);
  ASSERT_TRUE(tx);
  EXPECT_EQ(tx->script.back(), static_cast<uint8_t>(neo::Opcode::kASSERT));
}

TEST_F(CallTest, NamesWhatDoesNotFitBeforeAnythingIsSigned) {
  struct Case {
    std::string method;
    std::vector<std::string> args;
    std::string says;
  };
  const std::vector<Case> cases = {{"vote", {R"({"type":"String","value":"x"})"}, "choice"},
                                   {"vote", {}, "vote"},
                                   {"veto", {}, "veto"},
                                   {"vote", {R"({"type":"Integer","value":"a"})"}, "/call/args/0"},
                                   {"_deploy", {}, "/call/method"}};
  for (const Case& c : cases) {
    auto made = Sign(AskCall(c.method, c.args));
    ASSERT_EQ(Why(made), "wallet.invalid") << c.says;
    EXPECT_THAT(made.error().detail, testing::HasSubstr(c.says));
  }
  chain_.manifests.clear();
  auto unknown = Sign(AskCall("vote", {R"({"type":"Integer","value":"3"})"}));
  ASSERT_EQ(Why(unknown), "wallet.invalid");
  EXPECT_THAT(unknown.error().detail, testing::HasSubstr("no contract"));
  SignRequest both = AskCall("vote", {});
  both.transfer = TransferIntent{"GAS", kReceiver, "1"};
  EXPECT_EQ(Why(Sign(both)), "wallet.invalid");
  both.transfer.reset();
  both.call.reset();
  EXPECT_EQ(Why(Sign(both)), "wallet.invalid");
  EXPECT_EQ(Written(EffectRow::kTable), 0u);
}

}  // namespace
}  // namespace nsl::wallet
