// SPDX-License-Identifier: Apache-2.0
//
// RunService: the invoke path of the host.
//
// Guarantee: `done` runs exactly once per Invoke, possibly before it returns; for a kept run only
// after its row is durable. A run that was told to be running has a durable row and gets exactly
// one end: the runner's, or that the runner was lost, or, when this host goes first, what
// Runs::EndLost writes at the next boot. No coroutine, timer or database on the path of a call
// without `wait` that succeeds and is not kept. One thread.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/env.h"
#include "base/ids.h"
#include "base/task_group.h"
#include "function_runner/invoke_wire.h"
#include "net/signal.h"
#include "orchestrator/invoker.h"
#include "orchestrator/run_rows.h"
#include "orchestrator/text_map.h"
#include "orchestrator/usage.h"
#include "rpc/peer.h"
#include "storage/api.h"

namespace nsl::orchestrator {

struct RunLimits {
  size_t in_flight = 9'000;
  size_t in_flight_per_project = 1'000;
  // Longer than the longest run, so that the run's own limit is what ends it.
  std::chrono::milliseconds deadline{910'000};
};

class RunService final : public Invoker {
 public:
  // Borrowed; all outlive the service.
  RunService(Env env, Executor executor, rpc::PeerSource& runner, storage::Database& database,
             UsageTracker& usage, RunLimits limits);

  void Invoke(const InvokeInput& input, InvokeDone done) override;
  // Ends what waits for the database.
  Task<void> Shutdown();
  size_t in_flight() const { return in_flight_total_; }

 private:
  // The calls of one project, or of functions whose project is not known yet.
  struct Lane {
    size_t in_flight = 0;
  };
  // Of a call with `wait`; shared by its slot and the coroutine that waits.
  struct Waiting {
    explicit Waiting(Executor executor) : ended(executor) {}
    WaitInput input;
    uint64_t input_bytes = 0;
    net::Signal ended;
    // The runner has answered: the slot may be another call's soon.
    bool over = false;
    // A row may exist that says running.
    bool has_row = false;
  };
  struct Pending {
    FixedText run_id;
    FixedText request_id;
    FixedText traceparent;
    FixedText function_id;
    bool keep = false;
    UnixMillis started_ms = 0;
    MonoTime started{};
    Lane* lane = nullptr;
    std::shared_ptr<Waiting> waiting;
    // Empty when the caller was told that the run goes on.
    InvokeDone done;
  };

  Lane& LaneOf(std::string_view function_id);
  void Learn(std::string_view function_id, std::string_view project_id);
  uint32_t Take(const InvokeInput& input, InvokeDone done, Lane& lane);
  void OnReply(uint32_t slot, Result<ByteView> body);
  void OnRun(uint32_t slot, const function_runner::InvokeReply& reply);
  void Finish(uint32_t slot, const Error* error, ByteView result);
  void BeginWait(uint32_t slot, WaitInput& input, size_t input_bytes);
  // After the time without an end: stores the row and tells the caller.
  Task<void> TellRunning(uint32_t slot, std::shared_ptr<Waiting> waiting);
  // The end of a run that the runner gave no receipt for.
  void FinishWithoutReceipt(uint32_t slot, const Error& error);
  Task<Status> Store(std::vector<storage::Statement> statements, bool until_stored);
  Task<void> Keep(uint32_t slot, KeptRun run, std::vector<storage::Statement> counted,
                  std::optional<Error> error, Bytes result);

  Env env_;
  rpc::PeerSource& runner_;
  storage::Database& database_;
  UsageTracker& usage_;
  RunLimits limits_;
  IdMaker ids_;
  std::deque<Pending> pending_;
  std::vector<uint32_t> free_;
  size_t in_flight_total_ = 0;
  Lane unknown_;
  TextMap<Lane> lanes_;
  // Function to the lane of its project, learned from answers.
  TextMap<Lane*> functions_;
  // Attestation documents that the database has.
  std::vector<Hash256> known_documents_;
  Gauge& in_flight_gauge_;
  Counter& succeeded_;
  Counter& failed_;
  Counter& refused_;
  Counter& kept_;
  Histogram& time_us_;
  TaskGroup group_;
};

}  // namespace nsl::orchestrator
