// SPDX-License-Identifier: Apache-2.0
//
// NodePool: ChainApi and SubmitApi over several JSON-RPC nodes.
//
// Guarantee: a node on another network is never asked for anything but its version; a call is tried
// on up to three different nodes; the answer of a node that breaks JSON-RPC counts as none; a node
// that tells of another chain than the majority is not used (fork_judge.h). One thread. Start()
// runs one probe per node in the pool's TaskGroup.
#pragma once

#include <map>
#include <optional>

#include "base/env.h"
#include "base/task_group.h"
#include "chain/api.h"
#include "chain/fork_judge.h"
#include "chain/json_rpc.h"
#include "chain/submit_api.h"
#include "chain/transport.h"
#include "neo/script_hash.h"
#include "net/signal.h"

namespace nsl::chain {

struct PoolConfig {
  std::string network = "private";
  uint32_t magic = 42;
  std::vector<std::string> urls;
  std::chrono::milliseconds timeout{10'000};
  unsigned tries = 3;
  uint32_t max_lag = 2;
  std::chrono::milliseconds rest{60'000};
  // While there is no other node.
  std::chrono::milliseconds short_rest{1'000};
  std::chrono::milliseconds least_probe{500};
  std::chrono::milliseconds most_probe{5'000};
  size_t max_answer_bytes = 16 << 20;
};

class NodePool final : public ChainApi, public SubmitApi {
 public:
  static constexpr size_t kMaxNodes = 16;

  // `transport` outlives the pool.
  NodePool(Env env, Executor executor, NodeTransport& transport, PoolConfig config);

  void Start();
  Task<void> Shutdown();
  // Returns when each node has been asked once, or after `limit`.
  Task<void> WaitProbed(std::chrono::milliseconds limit);
  // chain.network, naming each url with expected and found magic, while all nodes are on another
  // network.
  Status NetworkStatus() const;
  // One round of the probe of node i; the loops call it.
  Task<void> ProbeNode(size_t i);

  std::string network() const override { return config_.network; }
  uint32_t magic() const override { return config_.magic; }
  Task<Result<uint32_t>> Height(Deadline deadline) override;
  Task<Result<ChainAnswer>> Block(std::string which, Deadline deadline) override;
  Task<Result<ChainAnswer>> Transaction(std::string hash, Deadline deadline) override;
  Task<Result<ChainAnswer>> ApplicationLog(std::string hash, Deadline deadline) override;
  Task<Result<ChainAnswer>> InvokeFunction(std::string contract, std::string method,
                                           std::string args, Deadline deadline) override;
  Task<Result<Balance>> BalanceOf(std::string token, std::string owner, Deadline deadline) override;
  std::vector<NodeState> Nodes() const override;
  Task<Result<TestRun>> TestScript(Bytes script, std::string account, Deadline deadline) override;
  Task<Result<FeePolicy>> Policy(Deadline deadline) override;
  Task<Result<std::string>> ContractManifest(std::string contract, Deadline deadline) override;
  Task<Result<int64_t>> NetworkFee(Bytes transaction, Deadline deadline) override;
  Task<std::vector<NodeVerdict>> Broadcast(Bytes transaction, Deadline deadline) override;
  Task<Result<Standing>> Find(std::string hash, Deadline deadline) override;

 private:
  struct Node {
    std::string url;
    // Probed and on the right network since it last came back.
    bool verified = false;
    bool wrong_network = false;
    bool probed = false;
    bool reachable = false;
    uint32_t found_magic = 0;
    uint32_t block_ms = 15'000;
    uint32_t height = 0;
    // Of the probe before.
    uint32_t height_before = 0;
    uint32_t latency_ms = 0;
    MonoTime seen{};
    MonoTime rest_until{};
    std::string last_error;
    // Why it is forked.
    std::string fork_note;
    Gauge* healthy = nullptr;
  };
  struct Answer {
    boost::json::value result;
    Node* node = nullptr;
  };
  struct Token {
    std::string symbol;
    uint32_t decimals = 0;
  };

  Task<void> ProbeLoop(size_t i);
  Task<Status> Verify(Node* node);
  // Asks for the hash of the block that nodes are compared by, when it is due.
  Task<void> Compare(size_t i);
  Task<Result<RpcAnswer>> Ask(Node* node, std::string method, std::string params,
                              std::chrono::milliseconds timeout);
  // Tries nodes until one gives a definite answer.
  Task<Result<Answer>> Call(std::string method, std::string params, Deadline deadline);
  Task<Result<ChainAnswer>> Plain(std::string method, std::string params, Deadline deadline);
  // The invoke result object of a HALT.
  Task<Result<Answer>> Invoke(neo::ScriptHash contract, std::string method, std::string params,
                              Deadline deadline);
  Task<Result<int64_t>> PolicyValue(std::string method, Deadline deadline);
  Task<Result<std::optional<LandedTransaction>>> FindAt(Node* node, std::string hash,
                                                        Deadline deadline);
  Task<Result<Token>> Describe(neo::ScriptHash contract, Deadline deadline);

  Node* Pick(const std::vector<Node*>& tried);
  bool Usable(const Node& node) const;
  bool Lagging(const Node& node) const;
  bool Forked(const Node& node) const;
  // Far behind and catching up.
  bool Syncing(const Node& node) const;
  uint32_t ReferenceHeight() const;
  void Failed(Node& node, const Error& error);
  std::chrono::milliseconds Jitter(unsigned attempt);
  Error NoNode() const;

  Env env_;
  NodeTransport& transport_;
  PoolConfig config_;
  std::vector<Node> nodes_;
  ForkJudge judge_;
  std::map<neo::ScriptHash, Token> tokens_;
  uint64_t next_id_ = 1;
  size_t turn_ = 0;
  Counter& calls_;
  Counter& failures_;
  net::Signal probed_;
  TaskGroup group_;
};

}  // namespace nsl::chain
