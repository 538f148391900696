// SPDX-License-Identifier: Apache-2.0
//
// Chain access: typed reads from a pool of Neo N3 nodes.
//
// A node is used only while it answers, stands on the configured network and lags less than two
// blocks; each answer names the height its node had. Nothing here is trusted by an enclave.
#pragma once

#include <boost/describe.hpp>
#include <boost/json/fwd.hpp>
#include <string>
#include <vector>

#include "base/deadline.h"
#include "base/task.h"

namespace nsl::chain {

struct Balance {
  // 0x… script hash of the token, its symbol and decimals as the node says.
  std::string contract;
  std::string symbol;
  uint32_t decimals = 0;
  // Integer in the token's smallest unit.
  std::string amount;
};
BOOST_DESCRIBE_STRUCT(Balance, (), (contract, symbol, decimals, amount))

// A JSON answer of a node and the height that node had.
struct ChainAnswer {
  std::string json;
  uint32_t height = 0;
};

struct NodeState {
  std::string url;
  // starting, healthy, lagging, syncing, forked, unreachable, wrong_network
  std::string state;
  uint32_t height = 0;
  uint32_t latency_ms = 0;
  std::string last_error;
};
BOOST_DESCRIBE_STRUCT(NodeState, (), (url, state, height, latency_ms, last_error))

class ChainApi {
 public:
  virtual ~ChainApi() = default;
  // Name of the configured network ("private") and its magic.
  virtual std::string network() const = 0;
  virtual uint32_t magic() const = 0;
  // Height of the newest block (getblockcount - 1) of the best healthy node.
  virtual Task<Result<uint32_t>> Height(Deadline deadline) = 0;
  // index or 0x hash.
  virtual Task<Result<ChainAnswer>> Block(std::string which, Deadline deadline) = 0;
  virtual Task<Result<ChainAnswer>> Transaction(std::string hash, Deadline deadline) = 0;
  virtual Task<Result<ChainAnswer>> ApplicationLog(std::string hash, Deadline deadline) = 0;
  // Read-only test invoke; args is a JSON array of parameters. chain.fault unless HALT.
  virtual Task<Result<ChainAnswer>> InvokeFunction(std::string contract, std::string method,
                                                   std::string args, Deadline deadline) = 0;
  // token: "GAS", "NEO" or a script hash; owner: address or script hash.
  virtual Task<Result<Balance>> BalanceOf(std::string token, std::string owner,
                                          Deadline deadline) = 0;
  virtual std::vector<NodeState> Nodes() const = 0;
};

}  // namespace nsl::chain
