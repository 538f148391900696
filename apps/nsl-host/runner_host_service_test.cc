// SPDX-License-Identifier: Apache-2.0
#include "runner_host_service.h"

#include <gtest/gtest.h>

#include "chain_reads.h"
#include "crypto/hash.h"
#include "storage/testing/temp_database.h"

namespace nsl::host {
namespace {

struct EchoChain final : chain::ChainApi {
  std::string last;
  std::string answer = "{}";
  std::string network() const override { return "private"; }
  uint32_t magic() const override { return 42; }
  Task<Result<uint32_t>> Height(Deadline) override { co_return 7u; }
  Task<Result<chain::ChainAnswer>> Block(std::string which, Deadline) override {
    return Echo("block " + which);
  }
  Task<Result<chain::ChainAnswer>> Transaction(std::string hash, Deadline) override {
    return Echo("tx " + hash);
  }
  Task<Result<chain::ChainAnswer>> ApplicationLog(std::string hash, Deadline) override {
    return Echo("log " + hash);
  }
  Task<Result<chain::ChainAnswer>> InvokeFunction(std::string contract, std::string method,
                                                  std::string args, Deadline) override {
    return Echo("call " + contract + " " + method + " " + args);
  }
  Task<Result<chain::Balance>> BalanceOf(std::string token, std::string owner, Deadline) override {
    last = "balance " + token + " " + owner;
    co_return chain::Balance{"0xgas", "GAS", 8, "5"};
  }
  std::vector<chain::NodeState> Nodes() const override { return {}; }

 private:
  Task<Result<chain::ChainAnswer>> Echo(std::string what) {
    last = std::move(what);
    co_return chain::ChainAnswer{answer, 9};
  }
};

struct FakeKeeper final : orchestrator::TransactionKeeper {
  std::vector<orchestrator::TrackedTransaction> tracked;
  Task<Result<wallet::Transaction>> Track(orchestrator::TrackedTransaction one) override {
    wallet::Transaction out;
    out.id = one.signed_tx.transaction;
    out.state = "signed";
    tracked.push_back(std::move(one));
    co_return out;
  }
  Task<Result<wallet::Transaction>> StateIn(std::string project, std::string id, bool,
                                            Deadline) override {
    if (project != "p") co_return Fail(Reason::kNotFound, "no such transaction");
    wallet::Transaction out;
    out.id = std::move(id);
    out.state = "confirmed";
    co_return out;
  }
};

class RunnerHostServiceTest : public ::testing::Test {
 protected:
  RunnerHostServiceTest()
      : temp_({storage::KvStore::Migrations(), storage::BlobStore::Migrations()}),
        blobs_(*temp_.database, pool_, temp_.env,
               [](ByteView data) { return crypto::Sha256(data); }, {.folder = temp_.folder.path()}),
        kv_(*temp_.database, temp_.clock),
        service_(blobs_, kv_, chain_, keeper_) {}

  std::optional<function_runner::KvRow> Get(std::string key) {
    auto reply = storage::RunTask(service_.KvGet({}, {"p", "default", std::move(key)}));
    NSL_CHECK(reply.has_value());
    return reply->row;
  }
  Status Write(std::vector<function_runner::KvWrite> writes) {
    auto done = storage::RunTask(service_.KvWriteBatch({}, {"p", "default", std::move(writes)}));
    if (!done) return std::unexpected(done.error());
    return {};
  }
  Result<function_runner::ChainReadReply> Read(std::string method, std::string args) {
    return storage::RunTask(service_.ChainRead({}, {std::move(method), std::move(args)}));
  }

  storage::TempDatabase temp_;
  BlockingPool pool_{"test", 1, 8};
  storage::BlobStore blobs_;
  storage::KvStore kv_;
  EchoChain chain_;
  FakeKeeper keeper_;
  RunnerHostService service_;
};

TEST_F(RunnerHostServiceTest, TransactionsOfFunctionsGoToTheirKeeper) {
  function_runner::TrackRequest request;
  request.project_id = "p";
  request.function_id = "fn_1";
  request.signed_tx.transaction = "tx_1";
  auto reply = storage::RunTask(service_.TrackTransaction({}, request));
  ASSERT_TRUE(reply);
  EXPECT_NE(reply->json.find(R"("state":"signed")"), std::string::npos);
  ASSERT_EQ(keeper_.tracked.size(), 1u);
  EXPECT_EQ(keeper_.tracked[0].function_id, "fn_1");
  EXPECT_TRUE(storage::RunTask(service_.TransactionState({}, {"p", "tx_1", false})));
  EXPECT_FALSE(storage::RunTask(service_.TransactionState({}, {"other", "tx_1", false})));
}

TEST_F(RunnerHostServiceTest, ADeletedKeyTellsTheVersionThatWasUsedLast) {
  EXPECT_FALSE(Get("k").has_value());
  ASSERT_TRUE(Write({{"k", 0, 1, {7}}}).has_value());
  EXPECT_EQ(Get("k")->sealed, Bytes{7});
  ASSERT_TRUE(Write({{"k", 1, 2, {8}}}).has_value());
  ASSERT_TRUE(Write({{"k", 2, 3, {}}}).has_value());
  std::optional<function_runner::KvRow> gone = Get("k");
  ASSERT_TRUE(gone.has_value());
  EXPECT_TRUE(gone->sealed.empty());
  EXPECT_GE(gone->version, 2u);
  // A version that was sealed before is refused, the next one is taken.
  EXPECT_EQ(Write({{"k", 0, 2, {9}}}).error().reason, Reason::kKvConflict);
  EXPECT_TRUE(Write({{"k", 0, gone->version + 1, {9}}}).has_value());
}

TEST_F(RunnerHostServiceTest, ABatchIsAllOrNothing) {
  ASSERT_TRUE(Write({{"a", 0, 1, {1}}}).has_value());
  EXPECT_EQ(Write({{"b", 0, 2, {1}}, {"a", 5, 6, {2}}}).error().reason, Reason::kKvConflict);
  EXPECT_TRUE(!Get("b").has_value() || Get("b")->sealed.empty());
  EXPECT_EQ(Write({{"a", UINT64_MAX, 1, {1}}}).error().reason, Reason::kRequestInvalid);
}

TEST_F(RunnerHostServiceTest, ListsInOrderAndPages) {
  ASSERT_TRUE(Write({{"a1", 0, 1, {1}}, {"a2", 0, 1, {2}}, {"b", 0, 1, {3}}}).has_value());
  auto first = storage::RunTask(service_.KvList({}, {"p", "default", "a", "", 1}));
  ASSERT_TRUE(first.has_value());
  ASSERT_EQ(first->rows.size(), 1u);
  EXPECT_EQ(first->rows[0].key, "a1");
  EXPECT_TRUE(first->more);
  auto second = storage::RunTask(service_.KvList({}, {"p", "default", "a", "a1", 10}));
  ASSERT_EQ(second->rows.size(), 1u);
  EXPECT_EQ(second->rows[0].key, "a2");
  EXPECT_FALSE(second->more);
}

TEST_F(RunnerHostServiceTest, BlobsAreNamedByTheirHash) {
  Bytes content = {1, 2, 3};
  Hash256 hash = crypto::Sha256(content);
  ASSERT_TRUE(storage::RunTask(blobs_.Put(hash, content)).has_value());
  auto got = storage::RunTask(service_.GetBlob({}, {ToBytes(ByteView(hash))}));
  ASSERT_TRUE(got.has_value());
  EXPECT_EQ(got->content, content);
  EXPECT_FALSE(storage::RunTask(service_.GetBlob({}, {Bytes(31, 1)})).has_value());
  EXPECT_EQ(storage::RunTask(service_.GetBlob({}, {Bytes(32, 1)})).error().reason,
            Reason::kNotFound);
}

TEST_F(RunnerHostServiceTest, ChainReadsMapNamesAndArguments) {
  EXPECT_EQ(Read("height", "[]")->result, "7");
  EXPECT_EQ(Read("height", "[]")->height, 7u);
  EXPECT_EQ(Read("network", "")->result, "\"private\"");
  EXPECT_EQ(Read("block", "[5]")->height, 9u);
  EXPECT_EQ(chain_.last, "block 5");
  Read("transaction", "[\"0xab\"]");
  EXPECT_EQ(chain_.last, "tx 0xab");
  Read("applicationLog", "[\"0xab\"]");
  EXPECT_EQ(chain_.last, "log 0xab");
  Read("call", R"(["GAS","symbol"])");
  EXPECT_EQ(chain_.last, "call GAS symbol []");
  Read("call", R"(["GAS","transfer",[1,"x"]])");
  EXPECT_EQ(chain_.last, R"(call GAS transfer [1,"x"])");
  EXPECT_EQ(Read("balanceOf", R"(["GAS","NX"])")->result,
            R"({"contract":"0xgas","symbol":"GAS","decimals":8,"amount":"5"})");
}

TEST_F(RunnerHostServiceTest, ChainReadsRefuseWhatDoesNotFit) {
  EXPECT_EQ(Read("block", "{}").error().reason, Reason::kRequestInvalid);
  EXPECT_EQ(Read("block", "[").error().reason, Reason::kRequestMalformed);
  EXPECT_EQ(Read("block", "[]").error().reason, Reason::kRequestInvalid);
  EXPECT_EQ(Read("block", "[null]").error().reason, Reason::kRequestInvalid);
  EXPECT_EQ(Read("block", "[-1]").error().reason, Reason::kRequestInvalid);
  EXPECT_EQ(Read("balanceOf", "[\"GAS\"]").error().reason, Reason::kRequestInvalid);
  EXPECT_EQ(Read("sendrawtransaction", "[\"x\"]").error().reason, Reason::kPlatformUnimplemented);
  chain_.answer.assign(4 << 20, ' ');
  EXPECT_EQ(Read("block", "[5]").error().reason, Reason::kRequestTooLarge);
}

}  // namespace
}  // namespace nsl::host
