// SPDX-License-Identifier: Apache-2.0
//
// Dispatcher: the invoke path of the runner, from the host's frame to the answer.
//
// Guarantee: every accepted call ends in exactly one answer and exactly one receipt leaf; a call is
// given only to a worker of exactly the granted version; a limit that is passed ends the process
// that passed it within limit + 100 ms. No coroutine and one write per hop on the plain path:
// frames of the host are appended to workers' buffers and flushed once when all were read, answers
// likewise. One thread.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/env.h"
#include "base/task_group.h"
#include "function_runner/supervisor/admission.h"
#include "function_runner/supervisor/blank_pool.h"
#include "function_runner/supervisor/credential_hashes.h"
#include "function_runner/supervisor/host_calls.h"
#include "function_runner/supervisor/receipt_batch.h"
#include "function_runner/supervisor/run.h"
#include "function_runner/supervisor/usage.h"
#include "function_runner/supervisor/version_pool.h"
#include "function_runner/supervisor/worker.h"
#include "rpc/peer.h"

namespace nsl::function_runner {

struct DispatcherConfig {
  // Waiting calls per function version, and worker processes of one version.
  size_t max_waiting = 1'000;
  size_t max_workers_per_version = 4;
  // Calls that wait for an answer of the vault, over all projects and of one function.
  size_t max_parked = 10'000;
  size_t max_parked_per_function = 1'000;
  std::chrono::milliseconds idle_worker{300'000};
  size_t max_workers = 2'000;
};

class Dispatcher final : public WorkerEvents {
 public:
  Dispatcher(Env env, DispatcherConfig config, account::AdmissionApi& vault,
             wallet::FunctionWalletApi& wallets, RunnerHostApi& host, ProjectSealer& sealer,
             BlankPool& blanks, ReceiptBatch& receipts, TaskGroup& tasks);

  // Raw method 300 of the host's connection; FramesHandled after each batch of its frames.
  void OnInvoke(rpc::RawCall call);
  void FramesHandled();
  // Every 5 ms while something runs: deadlines, CPU limits, receipt batches.
  void Tick();
  bool busy() const { return runs_.size() > 0 || receipts_.size() > 0; }
  // Once a second: idle workers, expired leases.
  void Housekeep();

  Admission& admission() { return admission_; }
  const UsageMeter& usage() const { return usage_; }
  size_t workers() const { return worker_count_; }
  void Stop();

  // WorkerEvents
  void OnFrame(Worker& worker, const sandbox::Frame& frame) override;
  void OnBatchEnd(Worker& worker) override;
  void OnGone(Worker& worker) override;

 private:
  // What a worker said about a call, until the end of its batch.
  struct Finished {
    enum class Kind : uint8_t { kResult, kResultMore, kDone, kError };
    RunKey run = 0;
    Kind kind = Kind::kResult;
    ByteView result;
    Reason reason = Reason::kRunUser;
    std::string_view detail;
    std::string_view stack;
  };

  void Admit(Run& run);
  void Park(Run& run);
  Task<void> AskVault(Hash256 credential_hash, std::string credential, std::string function_id);
  void Unpark(const std::string& lot, const Status& asked);
  void Renew(Run& run, const Admission::Found& found);
  void Route(Run& run, const CredentialLease& credential, const RouteLease& route, MonoTime now);
  const std::shared_ptr<VersionPool>& PoolOf(const std::shared_ptr<const GrantedVersion>& version);
  void Enqueue(Run& run, MonoTime now);
  void Assign(Run& run, Worker& worker, MonoTime now);
  void Drain(VersionPool& pool);
  bool StartWorker(VersionPool& pool);
  Task<void> LoadArtefact(std::string version_id);
  void FailWaiting(VersionPool& pool, Reason reason, const std::string& detail);

  void HandleLog(Run& run, const sandbox::Frame& frame);
  void HandleHostCall(Worker& worker, Run& run, const sandbox::Frame& frame);
  void HandleReady(Worker& worker);
  void HandleBuildError(Worker& worker, const sandbox::Frame& frame);
  void Finish(Run& run, const Finished& outcome);
  // Commits kept writes, then f(run), unless the run ended meanwhile; failed commits fail the run.
  void AfterCommit(Run& run, void (Dispatcher::*next)(Run&));
  void FinishHeld(Run& run);
  void GoOnInBackground(Run& run);
  void FinishFailed(Run& run, Reason reason, std::string detail, std::string stack = {});
  void Answer(Run& run, std::string_view reason, std::string_view detail, std::string_view stack,
              ByteView result);
  void Refuse(Run& run, Error error);
  void Detach(Run& run);
  void Retire(Worker& worker, Reason reason, const std::string& detail, RunKey guilty);
  void MarkDirty(Worker& worker);

  Env env_;
  DispatcherConfig config_;
  account::AdmissionApi& vault_;
  RunnerHostApi& host_;
  ProjectSealer& sealer_;
  BlankPool& blanks_;
  ReceiptBatch& receipts_;
  TaskGroup& tasks_;
  Admission admission_;
  CredentialHashes credentials_;
  UsageMeter usage_;
  RunTable runs_;
  HostCalls host_calls_;
  std::unordered_map<std::string, std::shared_ptr<VersionPool>> pools_;
  // Calls that wait for one answer of the vault, by credential hash and function.
  std::unordered_map<std::string, std::vector<RunKey>> parked_;
  size_t parked_count_ = 0;
  std::vector<Worker*> dirty_;
  std::vector<Finished> finished_;
  size_t worker_count_ = 0;
  uint64_t run_sequence_ = 0;
  ByteArray<4096> salts_{};
  size_t salts_used_ = sizeof(salts_);
  Bytes leaf_;
  Counter& runs_total_;
  Counter& failed_total_;
  Histogram& wall_us_;
};

}  // namespace nsl::function_runner
