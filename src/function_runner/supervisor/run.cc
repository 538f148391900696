// SPDX-License-Identifier: Apache-2.0
#include "function_runner/supervisor/run.h"

namespace nsl::function_runner {

void Run::Reset() {
  key = 0;
  call.reset();
  payload.clear();
  credential.clear();
  http.clear();
  project_key.clear();
  version.reset();
  pool.reset();
  worker = nullptr;
  keep = member = background = false;
  held_result.clear();
  cpu_us = 0;
  host_calls = chain_reads = transactions = chain_height = dropped_logs = 0;
  proposals.clear();
  signed_transactions.clear();
  logs.clear();
  log_bytes = 0;
  kv.reset();
}

Run& RunTable::Take() {
  uint32_t slot;
  if (free_.empty()) {
    slot = static_cast<uint32_t>(slots_.size());
    slots_.emplace_back();
  } else {
    slot = free_.back();
    free_.pop_back();
  }
  if (++generation_ == 0) generation_ = 1;
  Run& run = slots_[slot];
  run.key = static_cast<uint64_t>(generation_) << 32 | slot;
  ++in_flight_;
  return run;
}

Run* RunTable::Find(RunKey key) {
  uint32_t slot = static_cast<uint32_t>(key);
  // 0 names no run, but a free slot holds it.
  if (key == 0 || slot >= slots_.size() || slots_[slot].key != key) return nullptr;
  return &slots_[slot];
}

void RunTable::Release(Run& run) {
  // A slot that is freed twice would be given to two calls at a time.
  NSL_CHECK(run.key != 0);
  free_.push_back(static_cast<uint32_t>(run.key));
  run.Reset();
  --in_flight_;
}

}  // namespace nsl::function_runner
