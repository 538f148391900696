// SPDX-License-Identifier: Apache-2.0
// Dispatcher, the side of the workers: their frames, their limits, their end.
#include "function_runner/limits.h"
#include "function_runner/supervisor/dispatcher.h"

namespace nsl::function_runner {

using sandbox::FrameType;

namespace {

// After this long without an answer to a cancellation the process is stuck and is killed.
constexpr auto kCancelGrace = std::chrono::milliseconds(50);

Reason ReasonOf(sandbox::ErrorKind kind) {
  switch (kind) {
    case sandbox::ErrorKind::kUser:
      return Reason::kRunUser;
    case sandbox::ErrorKind::kOutputInvalid:
      return Reason::kRunOutputInvalid;
    case sandbox::ErrorKind::kOutputTooLarge:
      return Reason::kRunOutputTooLarge;
    case sandbox::ErrorKind::kMemory:
      return Reason::kRunMemory;
    case sandbox::ErrorKind::kCancelled:
      return Reason::kRunTimeout;
  }
  return Reason::kRunCrashed;
}

}  // namespace

void Dispatcher::OnFrame(Worker& worker, const sandbox::Frame& frame) {
  if (frame.type == FrameType::kReady) return HandleReady(worker);
  if (frame.type == FrameType::kBuildError) return HandleBuildError(worker, frame);
  Run* run = runs_.Find(worker.RunOf(frame.call));
  // A call that was answered meanwhile (deadline) may still speak: that is no offence.
  if (run == nullptr) return;
  switch (frame.type) {
    case FrameType::kResult: {
      bool more = (frame.flags & sandbox::kFlagMore) != 0;
      Finished& done = finished_.emplace_back();
      done.run = run->key;
      done.kind = more ? Finished::Kind::kResultMore : Finished::Kind::kResult;
      done.result = frame.body;
      break;
    }
    case FrameType::kDone:
      finished_.emplace_back().run = run->key;
      finished_.back().kind = Finished::Kind::kDone;
      break;
    case FrameType::kError: {
      sandbox::ErrorInfo info = sandbox::ParseError(frame.body);
      Finished& failed = finished_.emplace_back();
      failed.run = run->key;
      failed.kind = Finished::Kind::kError;
      failed.reason = ReasonOf(info.kind);
      failed.detail = info.message;
      failed.stack = info.stack;
      break;
    }
    case FrameType::kHostCall:
      HandleHostCall(worker, *run, frame);
      break;
    case FrameType::kLog:
      HandleLog(*run, frame);
      break;
    default:
      Retire(worker, Reason::kRunCrashed, "the worker broke the protocol", 0);
  }
}

void Dispatcher::HandleReady(Worker& worker) {
  if (worker.state() != Worker::State::kStarting) return;
  worker.set_state(Worker::State::kReady);
  worker.idle_since = env_.clock.Mono();
  Drain(*worker.pool);
}

// The build passed its boot check at deploy; a module whose top level fails now does so by its own
// doing (time, randomness), so the waiting calls see it as their error.
void Dispatcher::HandleBuildError(Worker& worker, const sandbox::Frame& frame) {
  sandbox::BuildErrorInfo info = sandbox::ParseBuildError(frame.body);
  VersionPool& pool = *worker.pool;
  std::string detail = std::string(info.message) + " (" + std::string(info.file) + ":" +
                       std::to_string(info.line) + ")";
  FailWaiting(pool, Reason::kRunUser, detail);
  Retire(worker, Reason::kRunUser, detail, 0);
}

void Dispatcher::HandleLog(Run& run, const sandbox::Frame& frame) {
  sandbox::LogInfo info = sandbox::ParseLog(frame.body);
  size_t bytes = info.message.size() + info.fields.size();
  if (run.logs.size() >= kLogLinesLimit.standard ||
      run.log_bytes + bytes > kLogBytesLimit.standard) {
    ++run.dropped_logs;
    return;
  }
  run.log_bytes += bytes;
  auto at = std::chrono::duration_cast<std::chrono::microseconds>(env_.clock.Mono() - run.started);
  run.logs.push_back({static_cast<uint64_t>(at.count()), std::string(info.level),
                      std::string(info.message.substr(0, kLogLineLimit.standard)),
                      std::string(info.fields.substr(0, kLogLineLimit.standard))});
}

void Dispatcher::HandleHostCall(Worker& worker, Run& run, const sandbox::Frame& frame) {
  sandbox::HostCallInfo info = sandbox::ParseHostCall(frame.body);
  uint32_t call = frame.call;
  uint32_t id = info.id;
  RunKey key = run.key;
  (void)worker;
  host_calls_.Serve(run, info.op, std::string(info.args),
                    [this, key, call, id](Result<std::string> answer) {
                      Run* target = runs_.Find(key);
                      if (target == nullptr || target->worker == nullptr) return;
                      sandbox::AppendHostReply(target->worker->out(), call, id, answer);
                      MarkDirty(*target->worker);
                      FramesHandled();
                    });
}

void Dispatcher::OnBatchEnd(Worker& worker) {
  if (!finished_.empty()) {
    // One reading of the process clock per batch, shared by the calls that it answered.
    uint64_t used = worker.TakeCpuMicros();
    uint64_t share = used / finished_.size();
    uint64_t rest = used - share * finished_.size();
    std::vector<Finished> finished = std::move(finished_);
    finished_.clear();
    for (const Finished& outcome : finished) {
      Run* run = runs_.Find(outcome.run);
      if (run == nullptr) continue;
      run->cpu_us += share + rest;
      rest = 0;
      Finish(*run, outcome);
    }
    finished.clear();
    if (finished_.empty()) finished_ = std::move(finished);
    worker.cancel_sent = MonoTime::max();
    worker.idle_since = env_.clock.Mono();
    if (worker.state() == Worker::State::kReady) Drain(*worker.pool);
  }
  FramesHandled();
}

void Dispatcher::OnGone(Worker& worker) {
  Reason reason = Reason::kRunCrashed;
  std::string detail = "the worker process ended unexpectedly";
  if (worker.process().RanOutOfMemory()) {
    reason = Reason::kRunMemory;
    detail = "the memory limit of " + std::to_string(worker.pool->version->record.memory_mb) +
             " MiB was passed";
  }
  Retire(worker, reason, detail, 0);
  FramesHandled();
}

// Ends a process. The guilty run (0 = all that it holds) gets the reason; others that were under
// way in it get run.crashed, because their effects are unknown.
void Dispatcher::Retire(Worker& worker, Reason reason, const std::string& detail, RunKey guilty) {
  VersionPool* pool = worker.pool;
  std::vector<RunKey> runs = worker.Runs();
  uint64_t used = worker.TakeCpuMicros();
  worker.Kill();
  for (RunKey key : runs) {
    Run* run = runs_.Find(key);
    if (run == nullptr) continue;
    bool blamed = guilty == 0 || guilty == key;
    if (blamed) {
      run->cpu_us += used;
      used = 0;
    }
    FinishFailed(*run, blamed ? reason : Reason::kRunCrashed,
                 blamed ? detail : "another call in the same process passed a limit and ended it");
  }
  std::erase(dirty_, &worker);
  bool was_starting = pool->starting() > 0;
  auto it = std::find_if(pool->workers.begin(), pool->workers.end(),
                         [&](const auto& w) { return w.get() == &worker; });
  if (it != pool->workers.end()) {
    // The caller may still stand in a member of the worker: destroy it from the loop.
    std::shared_ptr<Worker> last(std::move(*it));
    pool->workers.erase(it);
    --worker_count_;
    asio::post(tasks_.executor(), [last] {});
  }
  if (was_starting || !pool->waiting.empty()) Drain(*pool);
}

void Dispatcher::Tick() {
  MonoTime now = env_.clock.Mono();
  if (receipts_.size() > 0) receipts_.Flush();
  std::vector<RunKey> late;
  runs_.ForEach([&](Run& run) {
    if (run.deadline <= now) late.push_back(run.key);
  });
  for (RunKey key : late) {
    Run* run = runs_.Find(key);
    if (run == nullptr) continue;
    auto waited = std::chrono::duration_cast<std::chrono::milliseconds>(now - run->received);
    std::string detail =
        "no answer within the limit; measured " + std::to_string(waited.count()) + " ms";
    if (run->version) {
      detail += ", wall limit " + std::to_string(run->version->record.wall_ms) + " ms";
    }
    Worker* worker = run->worker;
    if (worker != nullptr) {
      // The call is over for its caller; a worker that still answers the cancellation lives on.
      sandbox::AppendFrame(worker->out(), FrameType::kCancel, run->worker_call, {});
      if (worker->cancel_sent == MonoTime::max()) worker->cancel_sent = now;
      MarkDirty(*worker);
    }
    FinishFailed(*run, Reason::kRunTimeout, detail);
  }
  std::vector<Worker*> all;
  for (auto& [id, pool] : pools_) {
    for (auto& worker : pool->workers) all.push_back(worker.get());
  }
  for (Worker* worker : all) {
    if (worker->state() == Worker::State::kDead) continue;
    if (worker->cancel_sent != MonoTime::max() && now - worker->cancel_sent > kCancelGrace) {
      Retire(*worker, Reason::kRunCrashed,
             "another call in the same process passed its time limit and ended it", 0);
      continue;
    }
    if (worker->calls() == 0) continue;
    uint64_t limit_us = uint64_t{worker->pool->version->record.cpu_ms} * 1'000;
    uint64_t used = worker->CpuMicrosSinceAnswer();
    if (used > limit_us) {
      Retire(*worker, Reason::kRunCpu,
             "the CPU limit of " + std::to_string(limit_us / 1'000) + " ms was passed; measured " +
                 std::to_string(used / 1'000) + " ms",
             0);
    }
  }
  FramesHandled();
}

void Dispatcher::Housekeep() {
  MonoTime now = env_.clock.Mono();
  admission_.Sweep(now);
  std::vector<Worker*> idle;
  for (auto& [id, pool] : pools_) {
    for (auto& worker : pool->workers) {
      worker->SampleMemory();
      if (worker->calls() == 0 && worker->state() != Worker::State::kStarting &&
          now - worker->idle_since > config_.idle_worker) {
        idle.push_back(worker.get());
      }
    }
  }
  for (Worker* worker : idle) Retire(*worker, Reason::kRunCrashed, "", 0);
  std::erase_if(pools_, [&](const auto& entry) {
    return entry.second->workers.empty() && entry.second->waiting.empty() &&
           !entry.second->loading && now - entry.second->last_used > config_.idle_worker;
  });
}

}  // namespace nsl::function_runner
