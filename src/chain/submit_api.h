// SPDX-License-Identifier: Apache-2.0
//
// What sending a transaction needs of the chain: a test run with its signer, fee rates, the hand-in
// to every node, and where a transaction stands now.
//
// Nothing here is trusted by an enclave. One thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/deadline.h"
#include "base/task.h"

namespace nsl::chain {

struct TestRun {
  uint32_t height = 0;
  // The script that the node says it ran.
  Bytes script;
  std::string state;
  std::string exception;
  // Datoshi.
  int64_t gas_consumed = 0;
};

struct FeePolicy {
  int64_t fee_per_byte = 0;
  // In 1/10000 datoshi, whatever the age of the network.
  int64_t exec_factor = 0;
  uint32_t max_valid_blocks = 0;
};

// What one node said to a transaction that was handed in.
struct NodeVerdict {
  std::string url;
  // In its pool or on its chain, now or already before.
  bool taken = false;
  std::string detail;
};

struct LoggedTransfer {
  // 0x…
  std::string contract;
  // Addresses; empty for minted and burnt tokens.
  std::string from;
  std::string to;
  std::string amount;
};

// A transaction in a block, with its application log.
struct LandedTransaction {
  uint32_t block = 0;
  // HALT or FAULT.
  std::string vm_state;
  std::string exception;
  std::string gas_consumed;
  std::vector<LoggedTransfer> transfers;
};

// Where a transaction stands: landed, or unknown to `unknown` nodes whose heights are at least
// `height`. Neither: no node gave a definite answer.
struct Standing {
  std::optional<LandedTransaction> landed;
  size_t unknown = 0;
  // Of the node that is furthest behind among those.
  uint32_t height = 0;
  // A usable node did not answer: what the others do not know, it may.
  bool incomplete = false;
};

class SubmitApi {
 public:
  virtual ~SubmitApi() = default;
  // Signed by `account` (0x…) with CalledByEntry; any state, HALT or not.
  virtual Task<Result<TestRun>> TestScript(Bytes script, std::string account,
                                           Deadline deadline) = 0;
  virtual Task<Result<FeePolicy>> Policy(Deadline deadline) = 0;
  // JSON of the contract's manifest; empty when the node knows no such contract.
  virtual Task<Result<std::string>> ContractManifest(std::string contract, Deadline deadline) = 0;
  virtual Task<Result<int64_t>> NetworkFee(Bytes transaction, Deadline deadline) = 0;
  // To every usable node.
  virtual Task<std::vector<NodeVerdict>> Broadcast(Bytes transaction, Deadline deadline) = 0;
  // Asks every usable node; chain.unavailable when two that know it disagree.
  virtual Task<Result<Standing>> Find(std::string hash, Deadline deadline) = 0;
};

}  // namespace nsl::chain
