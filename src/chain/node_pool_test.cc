// SPDX-License-Identifier: Apache-2.0
#include "chain/node_pool.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "chain/fake_nodes_test.h"

namespace nsl::chain {
namespace {

using ::testing::HasSubstr;

constexpr char kHash[] = "0x1111111111111111111111111111111111111111111111111111111111111111";
constexpr char kOwner[] = "NfgHwwTi3wHAS8aFAN243C5vGbkYDpqLHP";

class NodePoolTest : public ::testing::Test, public PoolFixture {};

TEST_F(NodePoolTest, HeightComesFromTheProbeWhileItIsFresh) {
  Make({"http://a"});
  Probe();
  size_t asked = nodes.nodes["http://a"].seen.size();
  Result<uint32_t> height = RunHere(io, pool->Height(Soon()));
  ASSERT_TRUE(height.has_value());
  EXPECT_EQ(*height, 100u);
  EXPECT_EQ(nodes.nodes["http://a"].seen.size(), asked);
  clock.AdvanceMs(1'001);
  nodes.nodes["http://a"].block_count = 111;
  height = RunHere(io, pool->Height(Soon()));
  ASSERT_TRUE(height.has_value());
  EXPECT_EQ(*height, 110u);
  EXPECT_EQ(nodes.nodes["http://a"].seen.size(), asked + 1);
}

TEST_F(NodePoolTest, NodeOnAnotherNetworkIsNeverUsed) {
  Make({"http://a", "http://b"});
  nodes.nodes["http://a"].magic = 7;
  nodes.nodes["http://b"].results["getblock"] = R"({"index":5})";
  Probe();
  EXPECT_EQ(StateOf(0), "wrong_network");
  EXPECT_EQ(StateOf(1), "healthy");
  EXPECT_TRUE(pool->NetworkStatus().has_value());
  for (int i = 0; i < 5; ++i) {
    Result<ChainAnswer> block = RunHere(io, pool->Block("5", Soon()));
    ASSERT_TRUE(block.has_value());
    EXPECT_EQ(block->json, R"({"index":5})");
    EXPECT_EQ(block->height, 100u);
  }
  EXPECT_EQ(nodes.nodes["http://a"].seen.size(), 1u);
}

TEST_F(NodePoolTest, AllNodesOnAnotherNetworkIsAnErrorThatNamesThem) {
  Make({"http://a", "http://b"});
  nodes.nodes["http://a"].magic = 7;
  nodes.nodes["http://b"].magic = 8;
  Probe();
  Status status = pool->NetworkStatus();
  ASSERT_FALSE(status.has_value());
  EXPECT_EQ(status.error().reason, Reason::kChainNetwork);
  EXPECT_THAT(status.error().detail, HasSubstr("http://a is on the network with magic 7"));
  EXPECT_THAT(status.error().detail, HasSubstr("http://b is on the network with magic 8"));
  EXPECT_THAT(status.error().detail, HasSubstr("has magic 42"));
}

TEST_F(NodePoolTest, NetworkIsAskedAnewWhenANodeComesBack) {
  Make({"http://a"});
  Probe();
  nodes.nodes["http://a"].down = true;
  Probe();
  EXPECT_EQ(StateOf(0), "unreachable");
  nodes.nodes["http://a"].down = false;
  nodes.nodes["http://a"].magic = 7;
  Probe();
  EXPECT_EQ(StateOf(0), "wrong_network");
}

TEST_F(NodePoolTest, ANodeThatTellsOfAnotherChainIsOut) {
  Make({"http://a", "http://b", "http://c"});
  auto tell = [&](const char* url, char digit) {
    nodes.nodes[url].results["getblockhash"] = "\"0x" + std::string(64, digit) + "\"";
    nodes.nodes[url].results["getblock"] = std::string(R"({"from":")") + url + "\"}";
  };
  tell("http://a", '1');
  tell("http://b", '2');
  tell("http://c", '1');
  Probe();
  EXPECT_EQ(StateOf(0), "healthy");
  EXPECT_EQ(StateOf(1), "forked");
  EXPECT_EQ(StateOf(2), "healthy");
  EXPECT_THAT(pool->Nodes()[1].last_error, HasSubstr("block 96"));
  for (int n = 0; n < 6; ++n) {
    Result<ChainAnswer> block = RunHere(io, pool->Block("5", Soon()));
    ASSERT_TRUE(block.has_value());
    EXPECT_EQ(block->json.find("http://b"), std::string::npos);
  }
  // Eight blocks later it agrees again.
  tell("http://b", '1');
  for (auto& [url, node] : nodes.nodes) node.block_count += 8;
  Probe();
  EXPECT_EQ(StateOf(1), "healthy");
}

TEST_F(NodePoolTest, OfTwoThatDisagreeNeitherIsUsed) {
  Make({"http://a", "http://b"});
  nodes.nodes["http://a"].results["getblockhash"] = "\"0x" + std::string(64, '1') + "\"";
  nodes.nodes["http://b"].results["getblockhash"] = "\"0x" + std::string(64, '2') + "\"";
  nodes.nodes["http://a"].results["getblock"] = "{}";
  Probe();
  EXPECT_EQ(StateOf(0), "forked");
  EXPECT_EQ(StateOf(1), "forked");
  Result<ChainAnswer> block = RunHere(io, pool->Block("5", Soon()));
  ASSERT_FALSE(block.has_value());
  EXPECT_EQ(block.error().reason, Reason::kChainUnavailable);
  EXPECT_THAT(block.error().detail, HasSubstr("http://a is forked"));
}

TEST_F(NodePoolTest, ANodeThatDoesNotTellIsUsedAndAskedAgain) {
  Make({"http://a", "http://b"});
  nodes.nodes["http://a"].results["getblockhash"] = "\"0x" + std::string(64, '1') + "\"";
  for (const char* said : {"7", "null", "\"0x12\"", "{}"}) {
    nodes.nodes["http://b"].results["getblockhash"] = said;
    Probe();
    EXPECT_EQ(StateOf(0), "healthy") << said;
    EXPECT_EQ(StateOf(1), "healthy") << said;
  }
  nodes.nodes["http://b"].results["getblockhash"] = "\"0x" + std::string(64, '2') + "\"";
  Probe();
  EXPECT_EQ(StateOf(1), "forked");
}

TEST_F(NodePoolTest, ANodeFarBehindThatComesNearerIsSyncing) {
  Make({"http://a", "http://b"});
  nodes.nodes["http://b"].block_count = 20;
  Probe();
  Probe();
  EXPECT_EQ(StateOf(1), "lagging");
  nodes.nodes["http://b"].block_count = 40;
  Probe();
  EXPECT_EQ(StateOf(1), "syncing");
  nodes.nodes["http://b"].block_count = 95;
  Probe();
  EXPECT_EQ(StateOf(1), "lagging");
  nodes.nodes["http://b"].block_count = 101;
  Probe();
  EXPECT_EQ(StateOf(1), "healthy");
}

TEST_F(NodePoolTest, NodeThatLagsMoreThanTwoBlocksIsOut) {
  Make({"http://a", "http://b"});
  nodes.nodes["http://a"].block_count = 98;
  Probe();
  Probe();
  EXPECT_EQ(StateOf(0), "lagging");
  EXPECT_EQ(StateOf(1), "healthy");
  nodes.nodes["http://a"].block_count = 99;
  Probe();
  EXPECT_EQ(StateOf(0), "healthy");
}

TEST_F(NodePoolTest, OneOfThreeNodesCannotMakeTheOthersLookLate) {
  Make({"http://a", "http://b", "http://c"});
  nodes.nodes["http://a"].block_count = 4'000'000'000;
  Probe();
  EXPECT_EQ(StateOf(1), "healthy");
  EXPECT_EQ(StateOf(2), "healthy");
  Result<uint32_t> height = RunHere(io, pool->Height(Soon()));
  EXPECT_EQ(*height, 100u);
}

TEST_F(NodePoolTest, FailedCallGoesToAnotherNodeAndTheBadOneRests) {
  Make({"http://a", "http://b"});
  nodes.nodes["http://a"].results["getblock"] = R"({"node":"a"})";
  nodes.nodes["http://b"].results["getblock"] = R"({"node":"b"})";
  Probe();
  nodes.nodes["http://a"].down = true;
  nodes.nodes["http://a"].seen.clear();
  for (int i = 0; i < 4; ++i) {
    Result<ChainAnswer> block = RunHere(io, pool->Block("5", Soon()));
    ASSERT_TRUE(block.has_value()) << block.error().detail;
    EXPECT_EQ(block->json, R"({"node":"b"})");
  }
  EXPECT_EQ(nodes.nodes["http://a"].seen.size(), 1u);
  EXPECT_EQ(StateOf(0), "unreachable");
  EXPECT_GE(nodes.slept.count(), 100);
  EXPECT_LE(nodes.slept.count(), 2'000);
  nodes.nodes["http://a"].down = false;
  clock.AdvanceMs(60'000);
  Probe();
  EXPECT_EQ(StateOf(0), "healthy");
}

TEST_F(NodePoolTest, TheOnlyNodeRestsOneSecond) {
  Make({"http://a"});
  nodes.nodes["http://a"].results["getblock"] = "{}";
  Probe();
  nodes.nodes["http://a"].down = true;
  Result<ChainAnswer> block = RunHere(io, pool->Block("5", Soon()));
  ASSERT_FALSE(block.has_value());
  EXPECT_EQ(block.error().reason, Reason::kChainUnavailable);
  nodes.nodes["http://a"].down = false;
  clock.AdvanceMs(1'000);
  block = RunHere(io, pool->Block("5", Soon()));
  EXPECT_TRUE(block.has_value());
}

TEST_F(NodePoolTest, EachBrokenAnswerCountsAsNone) {
  for (std::string garbage :
       {std::string("<html>"), std::string(""), std::string("[]"),
        std::string(R"({"jsonrpc":"1.0","id":1,"result":1})"),
        std::string(R"({"jsonrpc":"2.0","id":999999,"result":1})"),
        std::string(R"({"jsonrpc":"2.0","id":3})"), std::string(R"({"jsonrpc":"2.0","result":1})"),
        std::string(R"({"jsonrpc":"2.0","id":3,"error":"no"})"),
        std::string(R"({"jsonrpc":"2.0","id":3,"result":1,"result":2})"),
        std::string(70'000, '[')}) {
    nodes.nodes.clear();
    Make({"http://a"});
    nodes.nodes["http://a"].garbage = garbage;
    Probe();
    Result<ChainAnswer> block = RunHere(io, pool->Block("5", Soon()));
    ASSERT_FALSE(block.has_value()) << garbage.substr(0, 80);
    EXPECT_EQ(block.error().reason, Reason::kChainUnavailable) << garbage.substr(0, 80);
  }
}

TEST_F(NodePoolTest, RefusalsOfTheNodeAreMapped) {
  Make({"http://a"});
  FakeNode& node = nodes.nodes["http://a"];
  Probe();
  node.results["getrawtransaction"] = R"(!{"code":-103,"message":"Unknown transaction"})";
  EXPECT_EQ(RunHere(io, pool->Transaction(kHash, Soon())).error().reason, Reason::kChainUnknown);
  node.results["getapplicationlog"] =
      R"(!{"code":-32602,"message":"Unknown transaction/blockhash"})";
  EXPECT_EQ(RunHere(io, pool->ApplicationLog(kHash, Soon())).error().reason, Reason::kChainUnknown);
  node.results["getapplicationlog"] = R"(!{"code":-32602,"message":"Invalid params"})";
  EXPECT_EQ(RunHere(io, pool->ApplicationLog(kHash, Soon())).error().reason, Reason::kChainInvalid);
  node.results["getblock"] = R"(!{"code":-109,"message":"Unknown height"})";
  EXPECT_EQ(RunHere(io, pool->Block("7", Soon())).error().reason, Reason::kChainUnknown);
  node.results["getblock"] = R"(!{"code":-32603,"message":"Internal error"})";
  EXPECT_EQ(RunHere(io, pool->Block("7", Soon())).error().reason, Reason::kChainUnavailable);
}

TEST_F(NodePoolTest, TestInvokeThatDoesNotHaltIsAFault) {
  Make({"http://a"});
  nodes.nodes["http://a"].results["invokefunction:transfer"] =
      R"({"state":"FAULT","exception":"insufficient funds","stack":[]})";
  Probe();
  Result<ChainAnswer> answer = RunHere(io, pool->InvokeFunction("GAS", "transfer", "[]", Soon()));
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().reason, Reason::kChainFault);
  EXPECT_THAT(answer.error().detail, HasSubstr("insufficient funds"));
}

TEST_F(NodePoolTest, BalanceReadsAmountSymbolAndDecimalsOnce) {
  Make({"http://a"});
  FakeNode& node = nodes.nodes["http://a"];
  node.results["invokefunction:balanceOf"] =
      R"({"state":"HALT","stack":[{"type":"Integer","value":"5200000000000000"}]})";
  node.results["invokefunction:symbol"] =
      R"({"state":"HALT","stack":[{"type":"ByteString","value":"R0FT"}]})";
  node.results["invokefunction:decimals"] =
      R"({"state":"HALT","stack":[{"type":"Integer","value":"8"}]})";
  Probe();
  Result<Balance> balance = RunHere(io, pool->BalanceOf("GAS", kOwner, Soon()));
  ASSERT_TRUE(balance.has_value()) << balance.error().detail;
  EXPECT_EQ(balance->amount, "5200000000000000");
  EXPECT_EQ(balance->symbol, "GAS");
  EXPECT_EQ(balance->decimals, 8u);
  EXPECT_EQ(balance->contract, "0xd2a4cff31913016155e38e474a2c06d08be276cf");
  size_t asked = node.seen.size();
  balance = RunHere(io, pool->BalanceOf("GAS", kOwner, Soon()));
  ASSERT_TRUE(balance.has_value());
  EXPECT_EQ(node.seen.size(), asked + 1);
  EXPECT_THAT(node.seen.back(), HasSubstr(R"({"type":"Hash160","value":"0x)"));
}

TEST_F(NodePoolTest, BadArgumentsNeverReachANode) {
  Make({"http://a"});
  Probe();
  size_t asked = nodes.nodes["http://a"].seen.size();
  EXPECT_EQ(RunHere(io, pool->Block("-1", Soon())).error().reason, Reason::kChainInvalid);
  EXPECT_EQ(RunHere(io, pool->Block("0x12", Soon())).error().reason, Reason::kChainInvalid);
  EXPECT_EQ(RunHere(io, pool->Transaction("\",1", Soon())).error().reason, Reason::kChainInvalid);
  EXPECT_EQ(RunHere(io, pool->BalanceOf("BTC", kOwner, Soon())).error().reason,
            Reason::kChainInvalid);
  EXPECT_EQ(RunHere(io, pool->BalanceOf("GAS", "Nope", Soon())).error().reason,
            Reason::kChainInvalid);
  EXPECT_EQ(RunHere(io, pool->InvokeFunction("GAS", "", "[]", Soon())).error().reason,
            Reason::kChainInvalid);
  EXPECT_EQ(RunHere(io, pool->InvokeFunction("GAS", "m", "{}", Soon())).error().reason,
            Reason::kChainInvalid);
  EXPECT_EQ(nodes.nodes["http://a"].seen.size(), asked);
}

TEST_F(NodePoolTest, WithoutANodeTheErrorNamesEachState) {
  Make({"http://a"});
  nodes.nodes["http://a"].down = true;
  Probe();
  Result<uint32_t> height = RunHere(io, pool->Height(Soon()));
  ASSERT_FALSE(height.has_value());
  EXPECT_EQ(height.error().reason, Reason::kChainUnavailable);
  EXPECT_THAT(height.error().detail, HasSubstr("http://a is unreachable"));
}

TEST_F(NodePoolTest, DeadlineEndsTheTries) {
  Make({"http://a"});
  nodes.nodes["http://a"].results["getblock"] = "{}";
  Probe();
  nodes.nodes["http://a"].down = true;
  Deadline soon = Deadline::In(clock, std::chrono::milliseconds(50));
  Result<ChainAnswer> block = RunHere(io, pool->Block("5", soon));
  ASSERT_FALSE(block.has_value());
  EXPECT_EQ(nodes.slept.count(), 0);
}

TEST(TypedParams, GivesEachValueItsContractType) {
  Result<std::string> params = TypedParams(
      R"([1, -5, true, null, "text", "NfgHwwTi3wHAS8aFAN243C5vGbkYDpqLHP", [2], {"type":"ByteArray","value":"AQI="}])");
  ASSERT_TRUE(params.has_value());
  EXPECT_THAT(*params,
              HasSubstr(R"({"type":"Integer","value":"1"},{"type":"Integer","value":"-5"})"));
  EXPECT_THAT(*params, HasSubstr(R"({"type":"Boolean","value":true},{"type":"Any"})"));
  EXPECT_THAT(*params,
              HasSubstr(R"({"type":"String","value":"text"},{"type":"Hash160","value":"0x)"));
  EXPECT_THAT(*params, HasSubstr(R"({"type":"Array","value":[{"type":"Integer","value":"2"}]})"));
  EXPECT_THAT(*params, HasSubstr(R"({"type":"ByteArray","value":"AQI="})"));
}

TEST(TypedParams, RefusesWhatHasNoForm) {
  EXPECT_FALSE(TypedParams("[1.5]").has_value());
  EXPECT_FALSE(TypedParams("[1e300]").has_value());
  EXPECT_FALSE(TypedParams("[{}]").has_value());
  EXPECT_FALSE(TypedParams(R"([{"type":"Hash256","value":"x"}])").has_value());
  EXPECT_FALSE(TypedParams("[").has_value());
  EXPECT_FALSE(TypedParams("[[[[[[[[[[[[[[1]]]]]]]]]]]]]]").has_value());
}

}  // namespace
}  // namespace nsl::chain
