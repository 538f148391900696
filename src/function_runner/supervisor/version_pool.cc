// SPDX-License-Identifier: Apache-2.0
#include "function_runner/supervisor/version_pool.h"

namespace nsl::function_runner {

Worker* VersionPool::WithRoom() {
  Worker* best = nullptr;
  for (const auto& worker : workers) {
    if (worker->state() != Worker::State::kReady) continue;
    if (worker->calls() >= version->record.concurrency) continue;
    if (best == nullptr || worker->calls() < best->calls()) best = worker.get();
  }
  return best;
}

size_t VersionPool::starting() const {
  size_t n = 0;
  for (const auto& worker : workers) n += worker->state() == Worker::State::kStarting ? 1 : 0;
  return n;
}

}  // namespace nsl::function_runner
