// SPDX-License-Identifier: Apache-2.0
#include "chain/sender.h"

#include <gtest/gtest.h>

#include <boost/asio/post.hpp>
#include <set>

#include "chain/fake_nodes_test.h"

namespace nsl::chain {
namespace {

constexpr char kHash[] = "0x6b1cfb0f7a6e5d4c3b2a190807060504030201000f0e0d0c0b0a090807060504";
constexpr char kRival[] = "0x0000000000000000000000000000000000000000000000000000000000000001";
constexpr char kGas[] = "0xd2a4cff31913016155e38e474a2c06d08be276cf";

// A chain that does at each question what the test says.
struct FakeSubmit final : SubmitApi {
  Task<Result<TestRun>> TestScript(Bytes, std::string, Deadline) override { co_return TestRun{}; }
  Task<Result<std::string>> ContractManifest(std::string, Deadline) override {
    co_return std::string();
  }
  Task<Result<FeePolicy>> Policy(Deadline) override { co_return FeePolicy{}; }
  Task<Result<int64_t>> NetworkFee(Bytes, Deadline) override { co_return 0; }
  Task<std::vector<NodeVerdict>> Broadcast(Bytes raw, Deadline) override {
    sent.push_back(std::move(raw));
    co_return on_broadcast ? on_broadcast(sent.size()) : std::vector<NodeVerdict>{};
  }
  Task<Result<Standing>> Find(std::string hash, Deadline) override {
    if (hash == kRival) {
      Result<Standing> rival = on_find_rival(++asked_rival);
      co_return rival;
    }
    Result<Standing> out = on_find(++asked);
    co_return out;
  }
  std::vector<Bytes> sent;
  size_t asked = 0;
  size_t asked_rival = 0;
  std::function<Result<Standing>(size_t)> on_find_rival;
  std::function<std::vector<NodeVerdict>(size_t)> on_broadcast;
  std::function<Result<Standing>(size_t)> on_find;
};

// Time passes at once, and others get their turn.
struct Turns final : NodeTransport {
  explicit Turns(FakeClock& c) : clock(c) {}
  FakeClock& clock;
  Task<Result<Bytes>> Post(std::string, std::string, std::chrono::milliseconds, size_t) override {
    co_return Fail(Reason::kUpstreamFailed, "no node");
  }
  Task<void> Sleep(std::chrono::milliseconds time) override {
    clock.AdvanceMs(time.count());
    co_await asio::post(co_await asio::this_coro::executor, kUseTask);
  }
};

struct FakeJournal final : SenderJournal {
  Task<Status> Note(std::string id, SenderStep step) override {
    ids.insert(id);
    if (refusals > 0) {
      --refusals;
      co_return Fail(Reason::kPlatformStorage, "the disk is slow");
    }
    steps.push_back(std::move(step));
    co_return Status();
  }
  std::vector<SenderStep> steps;
  std::set<std::string> ids;
  int refusals = 0;
};

class SenderTest : public ::testing::Test, public PoolFixture {
 protected:
  using Kind = SenderStep::Kind;

  SenderTest() {
    sender.SetJournal(journal);
    submit.on_broadcast = [](size_t) { return Taken(); };
  }
  ~SenderTest() override { RunHere(io, sender.Shutdown()); }

  static std::vector<NodeVerdict> Taken() { return {{"http://a", true, ""}}; }
  static std::vector<NodeVerdict> Refused() { return {{"http://a", false, "no (-511)"}}; }
  static Standing Unknown(uint32_t height) {
    Standing out;
    out.unknown = 1;
    out.height = height;
    return out;
  }
  static Standing Landed(std::string state, bool with_transfer = true) {
    Standing out;
    out.landed = LandedTransaction{.block = 105,
                                   .vm_state = std::move(state),
                                   .exception = {},
                                   .gas_consumed = "1",
                                   .transfers = {}};
    if (with_transfer) out.landed->transfers.push_back(Wanted());
    return out;
  }
  static LoggedTransfer Wanted() { return {kGas, "Nfrom", "Nto", "5"}; }
  void Follow(LoggedTransfer wanted = Wanted()) {
    Submission one{"tx_1", kHash, {1, 2, 3}, 110, std::move(wanted), rival};
    RunHere(io, sender.Follow(std::make_shared<Submission>(one)));
  }
  std::vector<Kind> Kinds() const {
    std::vector<Kind> out;
    for (const SenderStep& step : journal.steps) out.push_back(step.kind);
    return out;
  }

  std::optional<Rival> rival;
  FakeSubmit submit;
  FakeJournal journal;
  Turns turns{clock};
  TransactionSender sender{env, io.get_executor(), submit, turns};
};

TEST_F(SenderTest, SendsOnceAndFollowsToHalt) {
  submit.on_find = [](size_t n) -> Result<Standing> {
    return n < 4 ? Unknown(100) : Landed("HALT");
  };
  Follow();
  EXPECT_EQ(submit.sent.size(), 1u);
  EXPECT_EQ(journal.ids, std::set<std::string>{"tx_1"});
  EXPECT_EQ(Kinds(), (std::vector{Kind::kBroadcast, Kind::kLanded}));
  EXPECT_TRUE(journal.steps.back().succeeded);
  EXPECT_EQ(journal.steps.back().landed->block, 105u);
}

TEST_F(SenderTest, HaltWithoutTheTransferIsNoSuccess) {
  submit.on_find = [](size_t) -> Result<Standing> { return Landed("HALT", false); };
  Follow();
  ASSERT_EQ(Kinds(), std::vector{Kind::kLanded});
  EXPECT_FALSE(journal.steps[0].succeeded);
  EXPECT_NE(journal.steps[0].detail, "");
}

TEST_F(SenderTest, WithoutATransferToSeeHaltIsSuccess) {
  submit.on_find = [](size_t) -> Result<Standing> { return Landed("HALT", false); };
  Follow({});
  ASSERT_EQ(Kinds(), std::vector{Kind::kLanded});
  EXPECT_TRUE(journal.steps[0].succeeded);
}

TEST_F(SenderTest, AnotherTransferIsNotTheOneThatWasAskedFor) {
  submit.on_find = [](size_t) -> Result<Standing> {
    Standing out = Landed("HALT");
    out.landed->transfers[0].amount = "4";
    return out;
  };
  Follow();
  EXPECT_FALSE(journal.steps.back().succeeded);
}

TEST_F(SenderTest, FaultIsAnEndAndNoSuccess) {
  submit.on_find = [](size_t) -> Result<Standing> { return Landed("FAULT"); };
  Follow();
  ASSERT_EQ(Kinds(), std::vector{Kind::kLanded});
  EXPECT_FALSE(journal.steps[0].succeeded);
}

TEST_F(SenderTest, WhatANodeDroppedIsSentAgain) {
  submit.on_find = [](size_t n) -> Result<Standing> {
    return n < 100 ? Unknown(100) : Landed("HALT");
  };
  Follow();
  EXPECT_GT(submit.sent.size(), 2u);
  EXPECT_TRUE(std::all_of(submit.sent.begin(), submit.sent.end(),
                          [](const Bytes& raw) { return raw == Bytes({1, 2, 3}); }));
  EXPECT_EQ(Kinds(), (std::vector{Kind::kBroadcast, Kind::kLanded}));
}

TEST_F(SenderTest, ARefusalEndsNothing) {
  submit.on_broadcast = [](size_t n) { return n < 3 ? Refused() : Taken(); };
  submit.on_find = [](size_t n) -> Result<Standing> {
    return n < 200 ? Unknown(100) : Landed("HALT");
  };
  Follow();
  // The same refusal is said once.
  EXPECT_EQ(Kinds(), (std::vector{Kind::kRefused, Kind::kBroadcast, Kind::kLanded}));
  EXPECT_NE(journal.steps[0].detail.find("-511"), std::string::npos);
}

TEST_F(SenderTest, ExpiresOnlyPastTheLastBlockAndTheMargin) {
  submit.on_find = [](size_t n) -> Result<Standing> {
    return Unknown(110 + static_cast<uint32_t>(n));
  };
  Follow();
  EXPECT_EQ(submit.asked, TransactionSender::kExpiryMargin);
  EXPECT_EQ(Kinds().back(), Kind::kExpired);
}

TEST_F(SenderTest, SilenceIsNoExpiry) {
  submit.on_find = [](size_t n) -> Result<Standing> {
    if (n == 1) return Fail(Reason::kChainUnavailable, "the nodes disagree");
    // Nobody answered, whatever the height may be.
    if (n == 2) return Standing{};
    // One says unknown, another one that is used said nothing.
    Standing half = Unknown(1'000);
    half.incomplete = true;
    if (n == 3) return half;
    return Landed("HALT");
  };
  Follow();
  EXPECT_EQ(Kinds().back(), Kind::kLanded);
}

TEST_F(SenderTest, AStepThatWasNotKeptIsToldAgain) {
  journal.refusals = 2;
  submit.on_find = [](size_t) -> Result<Standing> { return Landed("HALT"); };
  Follow();
  EXPECT_EQ(Kinds(), std::vector{Kind::kLanded});
}

TEST_F(SenderTest, WithARivalTheRivalAloneIsSentAndItsLandingIsTheEnd) {
  rival = Rival{kRival, {9}};
  submit.on_find = [](size_t n) -> Result<Standing> {
    return Unknown(100 + static_cast<uint32_t>(n));
  };
  submit.on_find_rival = [](size_t n) -> Result<Standing> {
    return n < 4 ? Unknown(100) : Landed("HALT", false);
  };
  Follow();
  EXPECT_EQ(submit.sent, std::vector<Bytes>{{9}});
  EXPECT_EQ(Kinds(), (std::vector{Kind::kBroadcast, Kind::kCancelled}));
  EXPECT_FALSE(journal.steps.back().succeeded);
  EXPECT_EQ(journal.steps.back().landed->block, 105u);
}

TEST_F(SenderTest, WhatLandsBeforeItsRivalHasLanded) {
  rival = Rival{kRival, {9}};
  submit.on_find = [](size_t n) -> Result<Standing> {
    return n < 3 ? Unknown(100) : Landed("HALT");
  };
  submit.on_find_rival = [](size_t) -> Result<Standing> { return Unknown(100); };
  submit.on_broadcast = [](size_t) { return Refused(); };
  Follow();
  EXPECT_EQ(Kinds().back(), Kind::kLanded);
  EXPECT_TRUE(journal.steps.back().succeeded);
}

TEST_F(SenderTest, ExpiresOnlyWhenNeitherOfTheTwoCanLand) {
  rival = Rival{kRival, {9}};
  submit.on_find = [](size_t) -> Result<Standing> { return Unknown(1'000); };
  submit.on_find_rival = [](size_t n) -> Result<Standing> {
    if (n == 1) return Fail(Reason::kChainUnavailable, "the nodes disagree");
    if (n < 5) return Unknown(112);
    return Unknown(113);
  };
  Follow();
  EXPECT_EQ(submit.asked_rival, 5u);
  EXPECT_EQ(Kinds().back(), Kind::kExpired);
}

TEST_F(SenderTest, ARivalThatComesLaterIsSentAtOnce) {
  bool landed = false;
  submit.on_find = [&](size_t n) -> Result<Standing> {
    if (n == 3) sender.SetRival("tx_1", {kRival, {9}});
    return Unknown(100);
  };
  submit.on_find_rival = [&](size_t) -> Result<Standing> {
    return landed ? Landed("HALT", false) : Unknown(100);
  };
  submit.on_broadcast = [&](size_t) {
    landed = submit.sent.back() == Bytes{9};
    return Taken();
  };
  ASSERT_TRUE(sender.Track({"tx_1", kHash, {1}, 110, Wanted()}));
  io.restart();
  while (sender.followed() > 0 && io.run_one() > 0) {
  }
  EXPECT_EQ(submit.sent, (std::vector<Bytes>{{1}, {9}}));
  EXPECT_EQ(Kinds().back(), Kind::kCancelled);
  // It is not followed any more.
  sender.SetRival("tx_1", {kRival, {9}});
}

TEST_F(SenderTest, FollowsABoundedNumber) {
  submit.on_find = [](size_t) -> Result<Standing> { return Unknown(1); };
  for (size_t i = 0; i < TransactionSender::kMaxFollowed; ++i) {
    ASSERT_TRUE(sender.Track({"tx_" + std::to_string(i), kHash, {1}, 110, Wanted()}));
  }
  EXPECT_TRUE(sender.Track({"tx_0", kHash, {1}, 110, Wanted()}));
  Status more = sender.Track({"tx_more", kHash, {1}, 110, Wanted()});
  ASSERT_FALSE(more);
  EXPECT_EQ(more.error().reason, Reason::kQuotaBusy);
}

}  // namespace
}  // namespace nsl::chain
