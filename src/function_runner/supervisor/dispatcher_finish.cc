// SPDX-License-Identifier: Apache-2.0
// Dispatcher, the end of a run: usage, receipt, answer.
#include "base/codec.h"
#include "crypto/hash.h"
#include "function_runner/limits.h"
#include "function_runner/supervisor/dispatcher.h"

namespace nsl::function_runner {

void Dispatcher::Finish(Run& run, const Finished& outcome) {
  using Kind = Finished::Kind;
  if (outcome.kind == Kind::kError) {
    return FinishFailed(run, outcome.reason, std::string(outcome.detail),
                        std::string(outcome.stack));
  }
  if (outcome.kind == Kind::kDone) {
    if (run.background) AfterCommit(run, &Dispatcher::FinishHeld);
    return;
  }
  if (run.background) return;
  if (outcome.result.size() > kResultLimit.standard) {
    return FinishFailed(run, Reason::kRunOutputTooLarge,
                        "the result has " + std::to_string(outcome.result.size()) +
                            " bytes; the limit is " + std::to_string(kResultLimit.standard));
  }
  bool dirty = run.keeps_back();
  if (outcome.kind == Kind::kResult && !dirty) {
    return Answer(run, {}, {}, {}, outcome.result);
  }
  run.held_result.assign(outcome.result.begin(), outcome.result.end());
  if (outcome.kind == Kind::kResult) {
    Detach(run);
    return AfterCommit(run, &Dispatcher::FinishHeld);
  }
  run.background = true;
  AfterCommit(run, &Dispatcher::GoOnInBackground);
}

void Dispatcher::AfterCommit(Run& run, void (Dispatcher::*next)(Run&)) {
  if (!run.keeps_back()) return (this->*next)(run);
  // What was kept back must be durable before the caller learns of the success.
  RunKey key = run.key;
  host_calls_.Commit(run, [this, key, next](Status committed) {
    Run* target = runs_.Find(key);
    if (target == nullptr) return;
    if (committed) {
      (this->*next)(*target);
    } else {
      FinishFailed(*target, committed.error().reason, committed.error().detail);
    }
    FramesHandled();
  });
}

void Dispatcher::FinishHeld(Run& run) {
  Bytes result = std::move(run.held_result);
  Answer(run, {}, {}, {}, result);
}

// A kept run answers with its receipt, which covers the background work too: it waits.
void Dispatcher::GoOnInBackground(Run& run) {
  if (run.keep || !run.call) return;
  InvokeReply reply;
  reply.project_id = run.project_id;
  reply.version_id = run.version->version_id;
  reply.result = run.held_result;
  reply.usage.cpu_us = run.cpu_us;
  reply.usage.input_bytes = run.payload.size();
  reply.usage.output_bytes = run.held_result.size();
  reply.usage.host_calls = run.host_calls;
  run.call->ReplyWith([&](Bytes& out) { AppendInvokeReply(reply, out); });
  run.call.reset();
}

// The worker has nothing more to do with the run.
void Dispatcher::Detach(Run& run) {
  if (run.worker == nullptr) return;
  run.worker->Unbind(run.worker_call);
  run.worker = nullptr;
}

void Dispatcher::FinishFailed(Run& run, Reason reason, std::string detail, std::string stack) {
  // Not admitted, so nothing ran: an error of the call, without receipt and usage.
  if (!run.version) return Refuse(run, Error(reason, std::move(detail)));
  Answer(run, TextOf(reason), detail, stack, {});
}

void Dispatcher::Refuse(Run& run, Error error) {
  if (run.call) run.call->Fail(error);
  Detach(run);
  runs_.Release(run);
}

void Dispatcher::Answer(Run& run, std::string_view reason, std::string_view detail,
                        std::string_view stack, ByteView result) {
  uint32_t peak_kb = 0;
  if (run.worker != nullptr) {
    if (run.keep && run.worker->state() != Worker::State::kDead) run.worker->SampleMemory();
    peak_kb = run.worker->peak_memory_kb();
  }
  Detach(run);
  auto wall =
      std::chrono::duration_cast<std::chrono::microseconds>(env_.clock.Mono() - run.started);
  Hash256 output_hash = crypto::Sha256({run.salt, result});

  ReceiptLeaf leaf;
  leaf.run_id = run.run_id;
  leaf.origin = run.type;
  leaf.evidence = "host";
  leaf.project_id = run.project_id;
  leaf.function_id = run.function_id;
  leaf.version_id = run.version->version_id;
  leaf.code_hash = run.version->record.code_hash;
  leaf.principal_id = run.principal_id;
  leaf.credential_hash = run.credential_hash;
  leaf.input_hash = run.input_hash;
  leaf.output_hash = output_hash;
  leaf.reason = reason;
  leaf.authorised_by = run.version->authorised_by;
  Bytes transactions = EncodeReceiptTransactions(run.signed_transactions);
  leaf.transactions = transactions;
  leaf.cpu_us = run.cpu_us;
  leaf.wall_us = static_cast<uint64_t>(wall.count());
  leaf.input_bytes = run.payload.size();
  leaf.output_bytes = result.size();
  leaf.host_calls = run.host_calls;
  leaf.peak_memory_kb = peak_kb;
  leaf.chain_height = run.chain_height;
  leaf.route_sequence = run.route_sequence;
  leaf.run_sequence = ++run_sequence_;
  leaf.started_ms = static_cast<uint64_t>(run.started_ms);
  leaf_.clear();
  AppendReceiptLeaf(leaf, leaf_);
  UsageMeter::Add(run.pool->usage, leaf);
  runs_total_.Add();
  if (!reason.empty()) failed_total_.Add();
  wall_us_.Record(leaf.wall_us);

  InvokeReply reply;
  reply.reason = reason;
  if (run.member) reply.detail = detail;
  reply.project_id = run.project_id;
  reply.version_id = leaf.version_id;
  reply.result = result;
  reply.usage = {leaf.cpu_us,       leaf.wall_us,   leaf.input_bytes,
                 leaf.output_bytes, run.host_calls, peak_kb};
  if (!run.call || (!run.keep && reason.empty())) {
    receipts_.Add(leaf_);
    if (run.call) run.call->ReplyWith([&](Bytes& out) { AppendInvokeReply(reply, out); });
    return runs_.Release(run);
  }

  RunDetail open;
  open.logs = std::move(run.logs);
  open.dropped_log_lines = run.dropped_logs;
  open.result = std::string(AsText(result));
  open.error_message = detail;
  open.error_stack = stack;
  open.salt = ToBytes(run.salt);
  Bytes sealed = sealer_.Seal(run.project_key, run.project_id, "run", run.run_id, 1, ToCbor(open));
  Bytes counters = ToCbor(UsageReply{receipts_.boot_id(), {run.pool->usage}});
  // The answer waits for the signature of its batch, which is made at the end of this wake-up.
  receipts_.Add(
      leaf_, [call = std::make_shared<rpc::RawCall>(std::move(*run.call)),
              detail = std::string(reply.detail), body = ToBytes(result), project = run.project_id,
              version = run.version, reason = std::string(reason), usage = reply.usage, sealed,
              counters = std::move(counters)](Result<Receipt> proof) {
        if (!proof) return call->Fail(proof.error());
        Bytes receipt = ToCbor(*proof);
        InvokeReply full;
        full.reason = reason;
        full.detail = detail;
        full.project_id = project;
        full.version_id = version->version_id;
        full.result = body;
        full.usage = usage;
        full.receipt = receipt;
        full.sealed_detail = sealed;
        full.usage_counters = counters;
        Bytes out;
        AppendInvokeReply(full, out);
        call->Reply(out);
      });
  run.call.reset();
  runs_.Release(run);
}

}  // namespace nsl::function_runner
