// SPDX-License-Identifier: Apache-2.0
#include "function_runner/supervisor/tx_calls.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "base/plain_metrics.h"

namespace nsl::function_runner {
namespace {

using sandbox::HostOp;

// Lands nothing; remembers what it was told.
struct FakeHost final : RunnerHostApi {
  std::vector<TrackRequest> tracked;
  bool down = false;
  Task<Result<TransactionReply>> TrackTransaction(CallContext, TrackRequest q) override {
    if (down) co_return Fail(Reason::kPlatformUnavailable, "the host is away");
    tracked.push_back(q);
    co_return TransactionReply{"{\"id\":\"" + q.signed_tx.transaction + "\"}"};
  }
  Task<Result<TransactionReply>> TransactionState(CallContext, TransactionStateRequest q) override {
    co_return TransactionReply{"{\"project\":\"" + q.project_id +
                               "\",\"wait\":" + (q.wait ? "true" : "false") + "}"};
  }
  Task<Result<BlobReply>> GetBlob(CallContext, BlobRequest) override { co_return None(); }
  Task<Result<KvGetReply>> KvGet(CallContext, KvGetRequest) override { co_return None(); }
  Task<Result<rpc::Empty>> KvWriteBatch(CallContext, KvWriteRequest) override { co_return None(); }
  Task<Result<KvListReply>> KvList(CallContext, KvListRequest) override { co_return None(); }
  Task<Result<ChainReadReply>> ChainRead(CallContext, ChainReadRequest) override {
    co_return None();
  }
  static std::unexpected<Error> None() { return Fail(Reason::kNotFound, "nothing"); }
};

struct FakeVault final : wallet::FunctionWalletApi {
  std::vector<wallet::FunctionSignRequest> asked;
  // The call after so many is refused.
  size_t allows = 100;
  Task<Result<wallet::FunctionSignReply>> SignForFunction(CallContext,
                                                          wallet::FunctionSignRequest q) override {
    asked.push_back(q);
    if (asked.size() > allows) co_return Fail(Reason::kWalletPolicy, "no rule");
    wallet::FunctionSignReply out;
    out.wallet_id = "wal_1";
    out.signed_tx.transaction = q.transaction;
    co_return out;
  }
  Task<Result<wallet::Simulation>> SimulateForFunction(rpc::CallContext,
                                                       wallet::FunctionSignRequest q) override {
    simulated.push_back(std::move(q));
    if (allows == 0) co_return Fail(Reason::kChainSimulation, "it would fault");
    wallet::Simulation out;
    out.vm_state = "HALT";
    out.system_fee = "7";
    co_return out;
  }
  std::vector<wallet::FunctionSignRequest> simulated;
};

class TxCallsTest : public testing::Test {
 protected:
  TxCallsTest() {
    run_.run_id = "run_1";
    run_.project_id = "prj_1";
    run_.function_id = "fn_1";
    GrantedVersion version;
    version.version_id = "ver_1";
    run_.version = std::make_shared<const GrantedVersion>(std::move(version));
  }
  template <class T>
  T Do(Task<T> task) {
    std::optional<T> out;
    asio::co_spawn(io_.get_executor(), std::move(task),
                   [&](std::exception_ptr, T value) { out = std::move(value); });
    io_.restart();
    io_.run();
    return std::move(*out);
  }
  Result<std::string> Call(HostOp op, std::string args) {
    return Do(tx_.Serve(&run_, {}, op, std::move(args)));
  }
  static std::string Transfer(const std::string& more = {}) {
    return R"([{"wallet":"payer","transfer":{"token":"GAS","to":"N","amount":"1"})" + more + "}]";
  }

  asio::io_context io_{1};
  FakeClock clock_;
  SeededRandom random_{1};
  NullLog log_;
  PlainMetrics metrics_;
  FakeHost host_;
  FakeVault vault_;
  RunTable runs_;
  function_runner::Run& run_ = runs_.Take();
  TxCalls tx_{Env{clock_, random_, log_, metrics_}, host_, vault_, runs_};
};

TEST_F(TxCallsTest, SendSignsAndHandsOver) {
  auto sent = Call(HostOp::kTxSend, Transfer());
  ASSERT_TRUE(sent) << sent.error().ToString();
  ASSERT_EQ(vault_.asked.size(), 1u);
  EXPECT_EQ(vault_.asked[0].version, "ver_1");
  EXPECT_EQ(vault_.asked[0].effect, "run run_1 1");
  ASSERT_EQ(host_.tracked.size(), 1u);
  EXPECT_EQ(host_.tracked[0].project_id, "prj_1");
  EXPECT_EQ(host_.tracked[0].run_id, "run_1");
  EXPECT_EQ(host_.tracked[0].wallet_id, "wal_1");
  EXPECT_EQ(host_.tracked[0].signed_tx.transaction, vault_.asked[0].transaction);
  // The receipt names it.
  ASSERT_EQ(run_.signed_transactions.size(), 1u);
  EXPECT_EQ(run_.signed_transactions[0].id, vault_.asked[0].transaction);
  EXPECT_EQ(run_.signed_transactions[0].wallet_id, "wal_1");
}

TEST_F(TxCallsTest, EachCallIsAnEffectOfItsOwnUnlessItHasAKey) {
  ASSERT_TRUE(Call(HostOp::kTxSend, Transfer()));
  ASSERT_TRUE(Call(HostOp::kTxSend, Transfer(R"(,"idempotencyKey":"k")")));
  EXPECT_EQ(vault_.asked[1].effect, "key k");
  // A function cannot spell the effect of a run.
  ASSERT_TRUE(Call(HostOp::kTxSend, Transfer(R"(,"idempotencyKey":"run run_1 1")")));
  EXPECT_NE(vault_.asked[2].effect, vault_.asked[0].effect);
  EXPECT_FALSE(Call(HostOp::kTxSend, Transfer(R"(,"idempotencyKey":"")")));
  EXPECT_FALSE(
      Call(HostOp::kTxSend, Transfer(",\"idempotencyKey\":\"" + std::string(129, 'k') + "\"")));
}

TEST_F(TxCallsTest, WhatTheVaultRefusesTheHostNeverSees) {
  vault_.allows = 0;
  auto refused = Call(HostOp::kTxSend, Transfer());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, Reason::kWalletPolicy);
  EXPECT_TRUE(host_.tracked.empty());
  EXPECT_TRUE(run_.signed_transactions.empty());
}

TEST_F(TxCallsTest, ProposalsWaitAndAreAllSignedBeforeOneIsHandedOver) {
  ASSERT_TRUE(Call(HostOp::kTxPropose, Transfer()));
  ASSERT_TRUE(Call(HostOp::kTxPropose, Transfer()));
  EXPECT_TRUE(vault_.asked.empty());
  EXPECT_TRUE(run_.keeps_back());
  vault_.allows = 1;
  auto refused = Do(tx_.SignProposals(&run_, {}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, Reason::kWalletPolicy);
  EXPECT_TRUE(host_.tracked.empty());
  EXPECT_FALSE(run_.keeps_back());
  // Signed before the refusal: the receipt hides nothing.
  EXPECT_EQ(run_.signed_transactions.size(), 1u);

  vault_.allows = 100;
  ASSERT_TRUE(Call(HostOp::kTxPropose, Transfer()));
  auto ready = Do(tx_.SignProposals(&run_, {}));
  ASSERT_TRUE(ready);
  ASSERT_EQ(ready->size(), 1u);
  EXPECT_TRUE(host_.tracked.empty());
  EXPECT_TRUE(Do(tx_.HandOver(std::move(*ready), {})));
  ASSERT_EQ(host_.tracked.size(), 1u);
  EXPECT_EQ(host_.tracked[0].transfer->amount, "1");
}

TEST_F(TxCallsTest, AHostThatIsAwayIsAnErrorOfTheCall) {
  host_.down = true;
  auto sent = Call(HostOp::kTxSend, Transfer());
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().reason, Reason::kPlatformUnavailable);
}

TEST_F(TxCallsTest, ASimulationSignsAndHandsOverNothing) {
  auto said = Call(HostOp::kTxSimulate, Transfer());
  ASSERT_TRUE(said) << said.error().ToString();
  EXPECT_NE(said->find(R"("systemFee":"7")"), std::string::npos) << *said;
  ASSERT_EQ(vault_.simulated.size(), 1u);
  EXPECT_EQ(vault_.simulated[0].version, "ver_1");
  EXPECT_TRUE(vault_.asked.empty());
  EXPECT_TRUE(host_.tracked.empty());
  EXPECT_FALSE(run_.keeps_back());
  vault_.allows = 0;
  auto refused = Call(HostOp::kTxSimulate, Transfer());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, Reason::kChainSimulation);
}

TEST_F(TxCallsTest, StatusAsksForTheRunsOwnProject) {
  EXPECT_EQ(*Call(HostOp::kTxStatus, R"(["tx_1"])"), R"({"project":"prj_1","wait":false})");
  EXPECT_EQ(*Call(HostOp::kTxWait, R"(["tx_1"])"), R"({"project":"prj_1","wait":true})");
  EXPECT_FALSE(Call(HostOp::kTxStatus, "[5]"));
  EXPECT_FALSE(Call(HostOp::kTxStatus, "[]"));
}

TEST_F(TxCallsTest, BadIntentsReachNobody) {
  for (const char* args : {"", "[", "{}", "[]", "[null]", "[7]", R"([{"wallet":5}])",
                           R"([{"wallet":"w","unknown":1}])", R"([{"wallet":"w","maxFee":5}])"}) {
    EXPECT_FALSE(Call(HostOp::kTxSend, args)) << args;
  }
  EXPECT_TRUE(vault_.asked.empty());
}

TEST_F(TxCallsTest, ARunSendsTenAtMost) {
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(Call(HostOp::kTxSend, Transfer()));
  auto one_more = Call(HostOp::kTxPropose, Transfer());
  ASSERT_FALSE(one_more);
  EXPECT_EQ(one_more.error().reason, Reason::kQuotaRate);
}

}  // namespace
}  // namespace nsl::function_runner
