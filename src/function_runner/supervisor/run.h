// SPDX-License-Identifier: Apache-2.0
//
// One call in flight, from the invoke frame to its one answer.
//
// Runs are pooled: their strings keep their capacity, so a warm call allocates almost nothing. A
// RunId (slot and generation) outlives the run safely: Find answers null once the run has ended.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "function_runner/api.h"
#include "function_runner/invoke_wire.h"
#include "function_runner/receipt.h"
#include "function_runner/supervisor/admission.h"
#include "function_runner/supervisor/kv_session.h"
#include "rpc/peer.h"

namespace nsl::function_runner {

class VersionPool;
class Worker;

// Generation in the high half, slot in the low half. Never 0.
using RunKey = uint64_t;

struct Run {
  RunKey key = 0;
  // The host's call; taken when the answer is written.
  std::optional<rpc::RawCall> call;
  std::string run_id;
  std::string function_id;
  std::string alias;
  std::string request_id;
  std::string traceparent;
  std::string type;
  std::string http;
  std::string credential;
  Bytes payload;
  bool keep = false;
  // The caller may read the project: errors carry message and stack.
  bool member = false;
  Hash256 credential_hash{};
  Hash256 input_hash{};
  ByteArray<16> salt{};
  std::string principal_id;
  std::string project_id;
  // Copied, not borrowed: the lease may end while the run lives.
  Bytes project_key;
  uint64_t route_sequence = 0;
  std::shared_ptr<const GrantedVersion> version;
  // shared_ptr: a run that waits for a commit may outlive the last worker of its version.
  std::shared_ptr<VersionPool> pool;
  Worker* worker = nullptr;
  uint32_t worker_call = 0;
  MonoTime received;
  MonoTime started;
  MonoTime deadline;
  UnixMillis started_ms = 0;
  uint64_t cpu_us = 0;
  uint32_t host_calls = 0;
  uint32_t chain_reads = 0;
  uint32_t transactions = 0;
  // Signed and handed over when the run has succeeded.
  std::vector<wallet::FunctionSignRequest> proposals;
  // What the vault signed for it so far.
  std::vector<ReceiptTransaction> signed_transactions;
  uint32_t chain_height = 0;
  // The result of a call whose waitUntil work goes on; its leaf is written when that has ended.
  // The answer has left already (call is empty), or waits for the receipt (keep).
  bool background = false;
  Bytes held_result;
  std::vector<RunLogLine> logs;
  size_t log_bytes = 0;
  uint32_t dropped_logs = 0;
  // shared_ptr: a key-value call that is awaited may outlive the run.
  std::shared_ptr<KvSession> kv;

  // Writes or transactions that wait for its success.
  bool keeps_back() const { return !proposals.empty() || (kv && kv->dirty()); }
  void Reset();
};

class RunTable {
 public:
  Run& Take();
  Run* Find(RunKey key);
  void Release(Run& run);
  size_t size() const { return in_flight_; }
  // Calls f for every run in flight; f may release the run it is given.
  template <class F>
  void ForEach(F f) {
    for (size_t i = 0; i < slots_.size(); ++i) {
      if (slots_[i].key != 0) f(slots_[i]);
    }
  }

 private:
  // deque: references stay valid while it grows.
  std::deque<Run> slots_;
  std::vector<uint32_t> free_;
  uint32_t generation_ = 0;
  size_t in_flight_ = 0;
};

}  // namespace nsl::function_runner
