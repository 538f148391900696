// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "chain/fake_nodes_test.h"

namespace nsl::chain {
namespace {

constexpr char kHash[] = "0x6b1cfb0f7a6e5d4c3b2a190807060504030201000f0e0d0c0b0a090807060504";
constexpr char kOther[] = "0x0b1cfb0f7a6e5d4c3b2a190807060504030201000f0e0d0c0b0a090807060504";

class SubmitTest : public ::testing::Test, public PoolFixture {
 protected:
  static std::string Log(std::string_view hash, std::string_view state,
                         std::string_view trigger = "Application") {
    return R"({"txid":")" + std::string(hash) + R"(","executions":[{"trigger":")" +
           std::string(trigger) + R"(","vmstate":")" + std::string(state) +
           R"(","gasconsumed":"997775","notifications":[)"
           R"({"contract":"0xd2a4cff31913016155e38e474a2c06d08be276cf","eventname":"Transfer",)"
           R"("state":{"type":"Array","value":[{"type":"Any"},)"
           R"({"type":"ByteString","value":"AQEBAQEBAQEBAQEBAQEBAQEBAQE="},)"
           R"({"type":"Integer","value":"150000000"}]}},)"
           R"({"contract":"0xd2a4cff31913016155e38e474a2c06d08be276cf","eventname":"Transfer",)"
           R"("state":{"type":"Array","value":[]}}]}]})";
  }
  static std::string Block(std::string_view hash) {
    return R"({"index":105,"tx":[{"hash":")" + std::string(hash) + R"("}]})";
  }
  void Lands(const std::string& url, std::string_view state) {
    nodes.nodes[url].results = {{"getapplicationlog", Log(kHash, state)},
                                {"gettransactionheight", "105"},
                                {"getblock", Block(kHash)}};
  }
  void DoesNotKnow(const std::string& url) {
    nodes.nodes[url].results["getapplicationlog"] = R"(!{"code":-103,"message":"Unknown"})";
  }
  Result<Standing> Find() { return RunHere(io, pool->Find(kHash, Soon())); }
};

TEST_F(SubmitTest, FindsALandedTransactionWithItsTransfers) {
  Make({"a"});
  Lands("a", "HALT");
  Probe();
  auto found = Find();
  ASSERT_TRUE(found && found->landed);
  EXPECT_EQ(found->landed->block, 105u);
  EXPECT_EQ(found->landed->vm_state, "HALT");
  // The second event is no transfer.
  ASSERT_EQ(found->landed->transfers.size(), 1u);
  EXPECT_EQ(found->landed->transfers[0].from, "");
  EXPECT_EQ(found->landed->transfers[0].amount, "150000000");
}

TEST_F(SubmitTest, ALiarAloneDoesNotHideIt) {
  Make({"a", "b"});
  DoesNotKnow("a");
  Lands("b", "HALT");
  Probe();
  auto found = Find();
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->landed);
  EXPECT_EQ(found->unknown, 1u);
}

TEST_F(SubmitTest, NodesThatDisagreeDecideNothing) {
  Make({"a", "b"});
  Lands("a", "HALT");
  Lands("b", "FAULT");
  Probe();
  auto found = Find();
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().reason, Reason::kChainUnavailable);
}

TEST_F(SubmitTest, WhatIsNotAnAnswerLeavesItOpen) {
  Make({"a"});
  auto expect_open = [&](const std::string& what) {
    auto found = Find();
    ASSERT_TRUE(found) << what;
    EXPECT_FALSE(found->landed) << what;
    EXPECT_TRUE(found->incomplete) << what;
    EXPECT_EQ(found->unknown, 0u) << what;
  };
  Lands("a", "HALT");
  Probe();
  auto& results = nodes.nodes["a"].results;
  results["getapplicationlog"] = Log(kOther, "HALT");
  expect_open("the log of another one");
  results["getapplicationlog"] = Log(kHash, "HALT", "Verification");
  expect_open("another trigger");
  results["getapplicationlog"] = Log(kHash, "NONE");
  expect_open("no state");
  Lands("a", "HALT");
  results["getblock"] = Block(kOther);
  expect_open("a block without it");
  results["gettransactionheight"] = "104";
  results["getblock"] = Block(kHash);
  expect_open("another block");
  results["gettransactionheight"] = R"("-1")";
  expect_open("a negative height");
}

TEST_F(SubmitTest, UnknownNamesTheHeightOfTheNodeFurthestBehind) {
  Make({"a", "b"});
  nodes.nodes["b"].block_count = 100;
  DoesNotKnow("a");
  DoesNotKnow("b");
  Probe();
  auto found = Find();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->unknown, 2u);
  EXPECT_EQ(found->height, 99u);
  EXPECT_FALSE(found->incomplete);
}

TEST_F(SubmitTest, BroadcastsToEachUsableNodeAndJudgesEach) {
  Make({"a", "b", "c", "d"});
  nodes.nodes["a"].results["sendrawtransaction"] = R"({"hash":"0x"})";
  nodes.nodes["b"].results["sendrawtransaction"] = R"(!{"code":-503,"message":"AlreadyInPool"})";
  nodes.nodes["c"].results["sendrawtransaction"] = R"(!{"code":-511,"message":"Funds"})";
  nodes.nodes["d"].magic = 7;
  Probe();
  auto verdicts = RunHere(io, pool->Broadcast({1, 2, 3}, Soon()));
  ASSERT_EQ(verdicts.size(), 3u);
  EXPECT_TRUE(verdicts[0].taken);
  EXPECT_TRUE(verdicts[1].taken);
  EXPECT_FALSE(verdicts[2].taken);
  EXPECT_NE(verdicts[2].detail.find("-511"), std::string::npos);
}

TEST_F(SubmitTest, ReadsATestRunStrictly) {
  Make({"a"});
  Probe();
  auto run = [&](std::string answer) {
    nodes.nodes["a"].results["invokescript"] = std::move(answer);
    return RunHere(io, pool->TestScript({0x11}, "0x" + std::string(40, '1'), Soon()));
  };
  auto good = run(R"({"script":"EQ==","state":"FAULT","gasconsumed":"12","exception":"no"})");
  ASSERT_TRUE(good);
  EXPECT_EQ(good->script, Bytes{0x11});
  EXPECT_EQ(good->state, "FAULT");
  EXPECT_EQ(good->gas_consumed, 12);
  EXPECT_FALSE(run(R"({"script":"EQ==","state":"HALT","gasconsumed":"-12"})"));
  EXPECT_FALSE(run(R"({"script":"EQ==","state":"HALT","gasconsumed":"1.5"})"));
  EXPECT_FALSE(run(R"({"script":"EQ==","state":"HALT","gasconsumed":"99999999999999999999"})"));
  EXPECT_FALSE(run(R"({"script":"EQ==","state":"MAYBE","gasconsumed":"1"})"));
  EXPECT_FALSE(run(R"({"script":7,"state":"HALT","gasconsumed":"1"})"));
  EXPECT_FALSE(run("[]"));
}

}  // namespace
}  // namespace nsl::chain
