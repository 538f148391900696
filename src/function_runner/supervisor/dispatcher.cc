// SPDX-License-Identifier: Apache-2.0
#include "function_runner/supervisor/dispatcher.h"

#include <algorithm>
#include <cstring>

#include "crypto/hash.h"
#include "function_runner/limits.h"
#include "function_runner/supervisor/bundle.h"
#include "rpc/refusal.h"

namespace nsl::function_runner {
namespace {

// Renewal begins when this much of a lease is left, so that a busy credential never waits.
constexpr auto kRenewBefore = std::chrono::milliseconds(2'500);

std::string LotOf(const Hash256& credential_hash, std::string_view function_id) {
  std::string lot(AsText(credential_hash));
  lot += function_id;
  return lot;
}

}  // namespace

Dispatcher::Dispatcher(Env env, DispatcherConfig config, account::AdmissionApi& vault,
                       wallet::FunctionWalletApi& wallets, RunnerHostApi& host,
                       ProjectSealer& sealer, BlankPool& blanks, ReceiptBatch& receipts,
                       TaskGroup& tasks)
    : env_(env),
      config_(config),
      vault_(vault),
      host_(host),
      sealer_(sealer),
      blanks_(blanks),
      receipts_(receipts),
      tasks_(tasks),
      host_calls_(env, host, wallets, sealer, tasks, runs_),
      runs_total_(env.metrics.GetCounter("nsl_function_runner_runs_total", "Runs that ended")),
      failed_total_(env.metrics.GetCounter("nsl_function_runner_failed_runs_total",
                                           "Runs that ended in an error")),
      wall_us_(env.metrics.GetHistogram("nsl_function_runner_wall_microseconds",
                                        "Time from the frame to the answer")) {}

void Dispatcher::OnInvoke(rpc::RawCall call) {
  Result<InvokeRequest> parsed = ParseInvokeRequest(call.body());
  if (!parsed) return call.Fail(parsed.error());
  const InvokeRequest& q = *parsed;
  if (q.payload.size() > kInputLimit.standard) {
    return call.Fail(Error(Reason::kRunInputTooLarge,
                           "the input has " + std::to_string(q.payload.size()) +
                               " bytes; the limit is " + std::to_string(kInputLimit.standard)));
  }
  Run& run = runs_.Take();
  run.received = env_.clock.Mono();
  run.started_ms = env_.clock.NowMs();
  run.deadline = call.deadline().at();
  run.run_id = q.run_id;
  run.function_id = q.function_id;
  run.alias = q.alias;
  run.request_id = q.request_id;
  run.traceparent = q.traceparent;
  run.type = q.type;
  run.http = q.http;
  run.credential = q.credential;
  run.payload.assign(q.payload.begin(), q.payload.end());
  run.keep = q.keep;
  run.credential_hash = credentials_.HashOf(q.credential);
  if (salts_used_ + run.salt.size() > salts_.size()) {
    env_.random.Fill(salts_);
    salts_used_ = 0;
  }
  std::memcpy(run.salt.data(), salts_.data() + salts_used_, run.salt.size());
  salts_used_ += run.salt.size();
  run.call.emplace(std::move(call));
  Admit(run);
}

// Up to the worker a warm call does with the one reading of the clock that OnInvoke made.
void Dispatcher::Admit(Run& run) {
  Admission::Found found = admission_.Find(run.credential_hash, run.function_id, run.received);
  if (found.credential == nullptr || found.route == nullptr) return Park(run);
  Renew(run, found);
  Route(run, *found.credential, *found.route, run.received);
}

void Dispatcher::Renew(Run& run, const Admission::Found& found) {
  MonoTime soon = run.received + kRenewBefore;
  bool credential_due = found.credential->expires < soon && !found.credential->renewing;
  bool route_due = found.route->expires < soon && !found.route->renewing;
  if (!credential_due && !route_due) return;
  found.credential->renewing = true;
  found.route->renewing = true;
  tasks_.Spawn(AskVault(run.credential_hash, run.credential, run.function_id));
}

void Dispatcher::Park(Run& run) {
  std::string lot = LotOf(run.credential_hash, run.function_id);
  std::vector<RunKey>& waiting = parked_[lot];
  if (parked_count_ >= config_.max_parked || waiting.size() >= config_.max_parked_per_function) {
    if (waiting.empty()) parked_.erase(lot);
    return Refuse(run, Error(Reason::kQuotaBusy, "too many calls wait for admission"));
  }
  waiting.push_back(run.key);
  ++parked_count_;
  if (waiting.size() == 1) {
    tasks_.Spawn(AskVault(run.credential_hash, run.credential, run.function_id));
  }
}

Task<void> Dispatcher::AskVault(Hash256 credential_hash, std::string credential,
                                std::string function_id) {
  rpc::CallContext ctx;
  ctx.deadline = Deadline::In(env_.clock, std::chrono::milliseconds(2'000));
  account::AdmitRequest request{std::move(credential), function_id};
  MonoTime sent = env_.clock.Mono();
  Result<account::AdmitReply> reply = co_await vault_.Admit(std::move(ctx), std::move(request));
  Status asked;
  if (!reply) {
    asked = Fail(Reason::kPlatformUnavailable, "the vault does not answer; try again");
  } else {
    asked = admission_.Store(credential_hash, function_id, *reply, sent);
  }
  Unpark(LotOf(credential_hash, function_id), asked);
  FramesHandled();
}

void Dispatcher::Unpark(const std::string& lot, const Status& asked) {
  auto it = parked_.find(lot);
  if (it == parked_.end()) return;
  std::vector<RunKey> waiting = std::move(it->second);
  parked_.erase(it);
  parked_count_ -= waiting.size();
  MonoTime now = env_.clock.Mono();
  for (RunKey key : waiting) {
    Run* run = runs_.Find(key);
    if (run == nullptr) continue;
    if (!asked) {
      Refuse(*run, asked.error());
      continue;
    }
    Admission::Found found = admission_.Find(run->credential_hash, run->function_id, now);
    if (found.credential == nullptr || found.route == nullptr) {
      Refuse(*run, Error(Reason::kPlatformUnavailable, "the lease ended before the call began"));
    } else {
      Route(*run, *found.credential, *found.route, now);
    }
  }
}

// Who may call what. A caller without any right in the project learns only that nothing is there.
void Dispatcher::Route(Run& run, const CredentialLease& credential, const RouteLease& route,
                       MonoTime now) {
  if (!run.credential.empty() && credential.principal_id.empty()) {
    return Refuse(run, rpc::InvalidCredential().error());
  }
  const account::ProjectRight* right = credential.RightIn(route.project_id);
  run.version = route.Pick(run.alias);
  bool open = run.version && run.version->record.access == "public";
  if (route.project_id.empty() || (right == nullptr && !open)) {
    if (run.credential.empty()) {
      return Refuse(run, rpc::InvalidCredential().error());
    }
    return Refuse(run, Error(Reason::kNotFound, "no such function"));
  }
  if (!open && !right->invoke) {
    return Refuse(run, Error(Reason::kAuthForbidden, "the scope functions:invoke is missing"));
  }
  if (!run.version) {
    return Refuse(run, Error(Reason::kFunctionNotDeployed,
                             "no version stands behind '" +
                                 (run.alias.empty() ? std::string("prod") : run.alias) +
                                 "'; deploy the function or move the alias"));
  }
  run.member = right != nullptr && right->read;
  run.principal_id =
      credential.principal_id.empty() ? std::string("anonymous") : credential.principal_id;
  run.project_id = route.project_id;
  run.project_key = route.project_key;
  run.route_sequence = route.sequence;
  run.input_hash = crypto::Sha256({run.salt, run.payload});
  Enqueue(run, now);
}

const std::shared_ptr<VersionPool>& Dispatcher::PoolOf(
    const std::shared_ptr<const GrantedVersion>& version) {
  std::shared_ptr<VersionPool>& pool = pools_[version->version_id];
  if (!pool) {
    UsageRow& row = usage_.Row(version->record.project_id, version->record.function_id);
    pool = std::make_shared<VersionPool>(version, row);
  }
  return pool;
}

void Dispatcher::Enqueue(Run& run, MonoTime now) {
  run.pool = PoolOf(run.version);
  VersionPool& pool = *run.pool;
  pool.last_used = run.received;
  run.started = now;
  MonoTime wall = run.started + std::chrono::milliseconds(run.version->record.wall_ms);
  run.deadline = std::min(run.deadline, wall);
  if (Worker* worker = pool.WithRoom()) return Assign(run, *worker, now);
  if (pool.waiting.size() >= config_.max_waiting) {
    Error full(Reason::kQuotaConcurrency, "too many calls of this version wait; try again");
    full.retry_after_ms = 1'000;
    return Refuse(run, std::move(full));
  }
  pool.waiting.push_back(run.key);
  Drain(pool);
}

// Gives waiting calls to workers with room, and starts workers while calls are left over.
void Dispatcher::Drain(VersionPool& pool) {
  MonoTime now = pool.waiting.empty() ? MonoTime() : env_.clock.Mono();
  while (!pool.waiting.empty()) {
    Worker* worker = pool.WithRoom();
    if (worker == nullptr) break;
    Run* run = runs_.Find(pool.waiting.front());
    pool.waiting.pop_front();
    if (run != nullptr) Assign(*run, *worker, now);
  }
  if (pool.waiting.empty()) return;
  size_t room = pool.starting() * pool.version->record.concurrency;
  if (room >= pool.waiting.size() || pool.workers.size() >= config_.max_workers_per_version) {
    return;
  }
  if (pool.specialise.empty()) {
    if (pool.loading) return;
    pool.loading = true;
    tasks_.Spawn(LoadArtefact(pool.version->version_id));
    return;
  }
  if (!StartWorker(pool) && pool.workers.empty()) {
    blanks_.WhenReady([this, id = pool.version->version_id] {
      if (auto it = pools_.find(id); it != pools_.end()) {
        Drain(*it->second);
        FramesHandled();
      }
    });
  }
}

bool Dispatcher::StartWorker(VersionPool& pool) {
  if (worker_count_ >= config_.max_workers) return false;
  std::optional<sandbox::Blank> blank = blanks_.Take(pool.version->record.memory_mb);
  if (!blank) return false;
  auto worker = std::make_unique<Worker>(tasks_.executor(), std::move(*blank));
  worker->pool = &pool;
  worker->set_state(Worker::State::kStarting);
  sandbox::AppendFrame(worker->out(), sandbox::FrameType::kSpecialise, 0, pool.specialise);
  worker->TakeCpuMicros();
  worker->Start(*this);
  MarkDirty(*worker);
  pool.workers.push_back(std::move(worker));
  ++worker_count_;
  return true;
}

void Dispatcher::Assign(Run& run, Worker& worker, MonoTime now) {
  run.worker = &worker;
  run.worker_call = worker.Bind(run.key);
  sandbox::CallInfo info;
  auto left = std::chrono::duration_cast<std::chrono::milliseconds>(run.deadline - now);
  info.remaining_ms = static_cast<uint32_t>(std::clamp<int64_t>(left.count(), 0, UINT32_MAX));
  info.time_ms = run.started_ms;
  info.attempt = 1;
  info.run_id = run.run_id;
  info.traceparent = run.traceparent;
  info.caller = run.principal_id;
  info.event_id = run.request_id;
  info.type = run.type;
  info.source = run.function_id;
  info.http = run.http;
  info.data = AsText(run.payload);
  sandbox::AppendCall(worker.out(), run.worker_call, info);
  MarkDirty(worker);
}

Task<void> Dispatcher::LoadArtefact(std::string version_id) {
  auto it = pools_.find(version_id);
  if (it == pools_.end()) co_return;
  std::shared_ptr<const GrantedVersion> version = it->second->version;
  auto artefact = version->record.artefacts.find("bundle");
  rpc::CallContext ctx;
  ctx.deadline = Deadline::In(env_.clock, std::chrono::milliseconds(10'000));
  Result<BlobReply> blob = Fail(Reason::kGrantInvalid, "the grant names no bundle");
  if (artefact != version->record.artefacts.end()) {
    BlobRequest request{artefact->second};
    blob = co_await host_.GetBlob(std::move(ctx), std::move(request));
  }
  it = pools_.find(version_id);
  if (it == pools_.end()) co_return;
  VersionPool& pool = *it->second;
  pool.loading = false;
  if (blob && !ConstantTimeEqual(crypto::Sha256(blob->content), artefact->second)) {
    env_.log.Error("artefact_altered", {{"version", version_id}});
    blob = Fail(Reason::kPlatformIntegrity, "the stored code is not the granted code");
  }
  if (!blob) {
    FailWaiting(pool, Reason::kRunPlatform,
                "the code could not be loaded: " + blob.error().ToString());
    co_return;
  }
  Result<Bytes> specialise = SpecialiseFor(blob->content, *version);
  if (!specialise) {
    FailWaiting(pool, Reason::kRunPlatform, specialise.error().detail);
    co_return;
  }
  pool.specialise = std::move(*specialise);
  Drain(pool);
  FramesHandled();
}

void Dispatcher::FailWaiting(VersionPool& pool, Reason reason, const std::string& detail) {
  std::deque<RunKey> waiting = std::move(pool.waiting);
  pool.waiting.clear();
  for (RunKey key : waiting) {
    if (Run* run = runs_.Find(key)) FinishFailed(*run, reason, detail);
  }
}

void Dispatcher::MarkDirty(Worker& worker) {
  if (worker.dirty) return;
  worker.dirty = true;
  dirty_.push_back(&worker);
}

void Dispatcher::FramesHandled() {
  std::vector<Worker*> dirty = std::move(dirty_);
  dirty_.clear();
  for (Worker* worker : dirty) worker->Flush();
  if (dirty_.empty()) {
    dirty.clear();
    dirty_ = std::move(dirty);
  }
  if (receipts_.due()) receipts_.Flush();
}

void Dispatcher::Stop() {
  runs_.ForEach([this](Run& run) {
    Refuse(run, Error(Reason::kRunPlatform, "the runner is stopping; try again"));
  });
  receipts_.Flush();
  pools_.clear();
}

}  // namespace nsl::function_runner
