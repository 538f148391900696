// SPDX-License-Identifier: Apache-2.0
//
// RunService: the invoke path of the host.
//
// Guarantee: `done` runs exactly once per Invoke, possibly before it returns; for a kept run only
// after its row is durable. No coroutine and no database on the path of a call that succeeds and is
// not kept. One thread.
#pragma once

#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/env.h"
#include "base/ids.h"
#include "base/task_group.h"
#include "function_runner/invoke_wire.h"
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
  struct Pending {
    FixedText run_id;
    FixedText request_id;
    FixedText traceparent;
    FixedText function_id;
    bool keep = false;
    UnixMillis started_ms = 0;
    MonoTime started{};
    Lane* lane = nullptr;
    InvokeDone done;
  };

  Lane& LaneOf(std::string_view function_id);
  void Learn(std::string_view function_id, std::string_view project_id);
  uint32_t Take(const InvokeInput& input, InvokeDone done, Lane& lane);
  void OnReply(uint32_t slot, Result<ByteView> body);
  void OnRun(uint32_t slot, const function_runner::InvokeReply& reply);
  void Finish(uint32_t slot, const Error* error, ByteView result);
  Task<void> Keep(uint32_t slot, KeptRun run, std::optional<Error> error, Bytes result);

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
