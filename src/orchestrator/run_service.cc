// SPDX-License-Identifier: Apache-2.0
#include "orchestrator/run_service.h"

#include <algorithm>

namespace nsl::orchestrator {
namespace {

using function_runner::InvokeReply;
using function_runner::kInvokeMethod;

// Result, receipt and sealed detail with its log lines.
constexpr size_t kMaxReply = 8 << 20;
// Entries of the map from functions to projects; it is only a cache.
constexpr size_t kMaxFunctions = 50'000;
constexpr size_t kKnownDocuments = 16;
constexpr uint32_t kRetryMs = 1'000;
constexpr std::chrono::milliseconds kStoreAgain{1'000};

// What the connection to the runner says when there is none, or none any more.
bool RunnerIsAway(Reason reason) {
  return reason == Reason::kPlatformUnavailable || reason == Reason::kPlatformUnknownResult ||
         reason == Reason::kPlatformCancelled;
}

Error RunnerAway(const Error& cause) {
  Error error(Reason::kRunPlatform,
              cause.reason == Reason::kPlatformUnknownResult
                  ? "the runner was lost while it had the call; it may have run"
                  : "the runner is not connected; nothing ran");
  error.retry_after_ms = kRetryMs;
  return error;
}

// A failed run in the words of the API: its reason and what the runner lets this caller see.
Error RunError(const InvokeReply& reply) {
  std::optional<Reason> reason = ReasonFromText(reply.reason);
  Error error(reason.value_or(Reason::kRunPlatform), std::string(reply.detail));
  if (error.detail.empty()) error.detail = "the run failed; its owner sees why";
  return error;
}

KeptRun ToKept(std::string_view run_id, std::string_view function_id, UnixMillis started_ms,
               const InvokeReply& reply) {
  KeptRun kept;
  kept.run.id = run_id;
  kept.run.project_id = reply.project_id;
  kept.run.function_id = function_id;
  kept.run.version_id = std::string(reply.version_id);
  kept.run.state = StateOf(reply.reason);
  if (!reply.reason.empty()) kept.run.reason = reply.reason;
  kept.run.cpu_us = reply.usage.cpu_us;
  kept.run.wall_us = reply.usage.wall_us;
  kept.run.input_bytes = reply.usage.input_bytes;
  kept.run.output_bytes = reply.usage.output_bytes;
  kept.run.host_calls = reply.usage.host_calls;
  kept.run.peak_memory_kb = reply.usage.peak_memory_kb;
  kept.started_ms = started_ms;
  kept.sealed_detail = ToBytes(reply.sealed_detail);
  return kept;
}

}  // namespace

RunService::RunService(Env env, Executor executor, rpc::PeerSource& runner,
                       storage::Database& database, UsageTracker& usage, RunLimits limits)
    : env_(env),
      runner_(runner),
      database_(database),
      usage_(usage),
      limits_(limits),
      ids_(env.clock, env.random),
      in_flight_gauge_(env.metrics.GetGauge("nsl_orchestrator_runs_in_flight",
                                            "Calls that wait for the runner")),
      succeeded_(env.metrics.GetCounter("nsl_orchestrator_runs_total", "Runs by how they ended",
                                        {{"result", "succeeded"}})),
      failed_(env.metrics.GetCounter("nsl_orchestrator_runs_total", "Runs by how they ended",
                                     {{"result", "failed"}})),
      refused_(env.metrics.GetCounter("nsl_orchestrator_refused_calls_total",
                                      "Calls that did not become a run")),
      kept_(env.metrics.GetCounter("nsl_orchestrator_kept_runs_total", "Runs that were stored")),
      time_us_(env.metrics.GetHistogram("nsl_orchestrator_run_microseconds",
                                        "Time from the call to the runner's answer")),
      group_(executor) {}

Task<void> RunService::Shutdown() {
  group_.Close();
  co_await group_.Wait();
}

RunService::Lane& RunService::LaneOf(std::string_view function_id) {
  auto it = functions_.find(function_id);
  return it == functions_.end() ? unknown_ : *it->second;
}

void RunService::Learn(std::string_view function_id, std::string_view project_id) {
  if (project_id.empty() || functions_.find(function_id) != functions_.end()) return;
  if (functions_.size() >= kMaxFunctions) {
    // Rare; lanes that calls still count in stay.
    functions_.clear();
    std::erase_if(lanes_, [](const auto& entry) { return entry.second.in_flight == 0; });
  }
  auto it = lanes_.find(project_id);
  if (it == lanes_.end()) it = lanes_.emplace(std::string(project_id), Lane{}).first;
  functions_.emplace(std::string(function_id), &it->second);
}

uint32_t RunService::Take(const InvokeInput& input, InvokeDone done, Lane& lane) {
  if (free_.empty()) {
    pending_.emplace_back();
    free_.push_back(static_cast<uint32_t>(pending_.size() - 1));
  }
  uint32_t slot = free_.back();
  free_.pop_back();
  Pending& p = pending_[slot];
  p.run_id.Set(ids_.Make(kRunId));
  p.request_id.Set(input.request_id);
  p.traceparent.Set(input.traceparent);
  p.function_id.Set(input.function_id);
  p.keep = input.keep;
  p.started_ms = env_.clock.CoarseMs();
  p.started = env_.clock.Mono();
  p.lane = &lane;
  p.done = std::move(done);
  p.waiting.reset();
  ++lane.in_flight;
  in_flight_gauge_.Set(static_cast<int64_t>(++in_flight_total_));
  return slot;
}

void RunService::Invoke(const InvokeInput& input, InvokeDone done) {
  auto refuse = [&](Error error) {
    refused_.Add();
    error.retry_after_ms = kRetryMs;
    done(InvokeOutcome{
        {}, input.request_id, input.traceparent, input.function_id, false, &error, {}});
  };
  Lane& lane = LaneOf(input.function_id);
  if (lane.in_flight >= limits_.in_flight_per_project) {
    return refuse(Error(Reason::kQuotaConcurrency,
                        "a project has at most " + std::to_string(limits_.in_flight_per_project) +
                            " calls at a time; wait for some to end"));
  }
  if (in_flight_total_ >= limits_.in_flight) {
    return refuse(Error(Reason::kQuotaBusy, "the platform has as many calls as it can carry"));
  }
  rpc::Peer* peer = runner_.Current();
  if (peer == nullptr) {
    return refuse(RunnerAway(Error(Reason::kPlatformUnavailable)));
  }
  uint32_t slot = Take(input, std::move(done), lane);
  if (input.wait != nullptr) BeginWait(slot, *input.wait, input.payload.size());
  peer->CallRawWith(
      kInvokeMethod, Deadline(pending_[slot].started + limits_.deadline),
      [&](Bytes& out) {
        function_runner::InvokeRequest request;
        request.credential = input.credential;
        request.function_id = input.function_id;
        request.alias = input.alias;
        request.run_id = pending_[slot].run_id.view();
        request.request_id = input.request_id;
        request.traceparent = input.traceparent;
        // A run that may be told to be running needs its receipt at its end.
        request.keep = input.keep || input.wait != nullptr;
        request.type = "manual";
        request.payload = input.payload;
        AppendInvokeRequest(request, out);
      },
      [this, slot](Result<ByteView> body) { OnReply(slot, std::move(body)); },
      {.idempotent = false, .max_reply = kMaxReply});
}

void RunService::BeginWait(uint32_t slot, WaitInput& input, size_t input_bytes) {
  auto waiting = std::make_shared<Waiting>(group_.executor());
  waiting->input = std::move(input);
  waiting->input_bytes = input_bytes;
  pending_[slot].waiting = waiting;
  // Refused only while the host stops: then the call is an ordinary one.
  group_.Spawn(TellRunning(slot, std::move(waiting)));
}

Task<void> RunService::TellRunning(uint32_t slot, std::shared_ptr<Waiting> waiting) {
  if (!waiting->over) co_await waiting->ended.WaitFor(waiting->input.time);
  if (waiting->over) co_return;
  KeptRun row;
  row.run.id = pending_[slot].run_id.view();
  row.run.project_id = waiting->input.project_id;
  row.run.function_id = pending_[slot].function_id.view();
  row.run.input_bytes = waiting->input_bytes;
  row.started_ms = pending_[slot].started_ms;
  waiting->has_row = true;
  std::vector<storage::Statement> statements;
  statements.push_back(InsertRunning(row));
  if (waiting->input.beside) statements.push_back(waiting->input.beside(row.run.id));
  Result<storage::WriteResult> written = co_await database_.Write(std::move(statements));
  if (!written) {
    // Not durable, so not accepted: the caller waits for the end like one without `wait`.
    env_.log.Warn("run_not_stored", {{"run", row.run.id}, {"detail", written.error().detail}});
    co_return;
  }
  // It ended meanwhile: the end is the answer.
  if (waiting->over) co_return;
  Pending& p = pending_[slot];
  InvokeDone done = std::move(p.done);
  done(InvokeOutcome{p.run_id.view(),
                     p.request_id.view(),
                     p.traceparent.view(),
                     p.function_id.view(),
                     true,
                     nullptr,
                     {}});
}

void RunService::OnReply(uint32_t slot, Result<ByteView> body) {
  if (const auto& waiting = pending_[slot].waiting) {
    waiting->over = true;
    waiting->ended.Notify();
  }
  if (!body) {
    refused_.Add();
    if (!RunnerIsAway(body.error().reason)) return FinishWithoutReceipt(slot, body.error());
    return FinishWithoutReceipt(slot, RunnerAway(body.error()));
  }
  Result<InvokeReply> reply = function_runner::ParseInvokeReply(*body);
  if (!reply) return FinishWithoutReceipt(slot, reply.error());
  OnRun(slot, *reply);
}

void RunService::FinishWithoutReceipt(uint32_t slot, const Error& error) {
  Pending& p = pending_[slot];
  if (!p.waiting || !p.waiting->has_row) return Finish(slot, &error, {});
  KeptRun kept;
  kept.run.id = p.run_id.view();
  kept.run.project_id = p.waiting->input.project_id;
  kept.run.function_id = p.function_id.view();
  kept.run.reason = TextOf(error.reason);
  kept.run.state = StateOf(*kept.run.reason);
  kept.run.input_bytes = p.waiting->input_bytes;
  kept.started_ms = p.started_ms;
  if (!group_.Spawn(Keep(slot, std::move(kept), {}, error, {}))) Finish(slot, &error, {});
}

void RunService::OnRun(uint32_t slot, const InvokeReply& reply) {
  Pending& p = pending_[slot];
  bool failed = !reply.reason.empty();
  (failed ? failed_ : succeeded_).Add();
  time_us_.Record(static_cast<uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(env_.clock.Mono() - p.started)
          .count()));
  usage_.Observe(reply.project_id, p.function_id.view(), reply.usage, failed);
  if (p.lane == &unknown_) Learn(p.function_id.view(), reply.project_id);
  std::optional<Error> error;
  if (failed) error = RunError(reply);
  bool wanted = failed || p.keep || (p.waiting && p.waiting->has_row);
  if (reply.receipt.empty() || !wanted) {
    if (!p.waiting || !p.waiting->has_row) {
      return Finish(slot, error ? &*error : nullptr, reply.result);
    }
    return FinishWithoutReceipt(
        slot, Error(Reason::kPlatformIntegrity, "the runner gave no receipt for a run to be kept"));
  }

  KeptRun kept = ToKept(p.run_id.view(), p.function_id.view(), p.started_ms, reply);
  Status split = SplitReceipt(reply.receipt, kept);
  Result<storage::Statement> counters =
      usage_.CountersOf(reply.usage_counters, reply.project_id, p.function_id.view());
  if (!split || !counters) {
    return FinishWithoutReceipt(
        slot, Error(Reason::kPlatformIntegrity,
                    "the runner's receipt or counters have not the form they must have"));
  }
  Bytes result = ToBytes(reply.result);
  std::vector<storage::Statement> counted;
  counted.push_back(std::move(*counters));
  bool started =
      group_.Spawn(Keep(slot, std::move(kept), std::move(counted), error, std::move(result)));
  if (started) return;
  Error stopping(Reason::kPlatformUnavailable, "the host is stopping; the run was not kept");
  Finish(slot, &stopping, {});
}

Task<Status> RunService::Store(std::vector<storage::Statement> statements, bool until_stored) {
  for (;;) {
    Result<storage::WriteResult> written = co_await database_.Write(statements);
    if (written) co_return Status();
    // A host that stops leaves the row to the next one, see Runs::EndLost.
    if (!until_stored || group_.closed()) co_return std::unexpected(std::move(written.error()));
    // Its caller has been told that the run goes on: its end must not be lost to a full disk.
    env_.log.Warn("run_not_stored", {{"detail", written.error().detail}});
    net::Signal never(group_.executor());
    co_await never.WaitFor(kStoreAgain);
  }
}

Task<void> RunService::Keep(uint32_t slot, KeptRun run, std::vector<storage::Statement> counted,
                            std::optional<Error> error, Bytes result) {
  // The callback is owed also when this coroutine is cancelled while it waits.
  struct Owed {
    RunService& service;
    uint32_t slot;
    bool paid = false;
    ~Owed() {
      if (paid) return;
      Error lost(Reason::kPlatformUnknownResult, "the host stopped while it stored the run");
      service.Finish(slot, &lost, {});
    }
  } owed{*this, slot};
  bool known = std::find(known_documents_.begin(), known_documents_.end(), run.document_hash) !=
               known_documents_.end();
  std::vector<storage::Statement> statements = InsertRun(run, !known && !run.document.empty());
  std::move(counted.begin(), counted.end(), std::back_inserter(statements));
  bool told = !pending_[slot].done;
  Status written = co_await Store(std::move(statements), told);
  owed.paid = true;
  if (!written) {
    env_.log.Warn("run_not_stored", {{"run", run.run.id}, {"detail", written.error().detail}});
    Finish(slot, &written.error(), {});
    co_return;
  }
  kept_.Add();
  if (!known && !run.document.empty()) {
    if (known_documents_.size() >= kKnownDocuments) known_documents_.clear();
    known_documents_.push_back(run.document_hash);
  }
  Finish(slot, error ? &*error : nullptr, result);
}

void RunService::Finish(uint32_t slot, const Error* error, ByteView result) {
  Pending& p = pending_[slot];
  InvokeDone done = std::move(p.done);
  --p.lane->in_flight;
  in_flight_gauge_.Set(static_cast<int64_t>(--in_flight_total_));
  p.waiting.reset();
  if (done) {
    done(InvokeOutcome{p.run_id.view(), p.request_id.view(), p.traceparent.view(),
                       p.function_id.view(), false, error, result});
  }
  free_.push_back(slot);
}

}  // namespace nsl::orchestrator
