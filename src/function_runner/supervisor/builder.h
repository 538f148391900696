// SPDX-License-Identifier: Apache-2.0
//
// Builder: turns source into a signed build record.
//
// Each build runs in a fresh confined process that is killed afterwards: the module is compiled,
// evaluated and its handler looked up there, exactly as a run would do it. What failed names file,
// line and column and nothing is stored. The record binds source and artefacts by hash; the vault
// signs a grant over it, and workers load nothing else. One thread.
#pragma once

#include "base/task_group.h"
#include "crypto/ecdsa.h"
#include "function_runner/api.h"
#include "function_runner/supervisor/blank_pool.h"
#include "function_runner/supervisor/worker.h"

namespace nsl::function_runner {

struct BuilderConfig {
  std::string release;
  // For example "v8 14.6".
  std::string toolchain;
  // Builds at a time; more answer quota.busy.
  size_t max_builds = 4;
  std::chrono::milliseconds boot_limit{5'000};
};

class Builder {
 public:
  Builder(BuilderConfig config, BlankPool& blanks, const crypto::P256PrivateKey& key,
          Executor executor);

  Task<Result<BuildReply>> Build(BuildRequest request);

 private:
  Task<Status> BootCheck(Bytes specialise, uint32_t memory_mb);

  BuilderConfig config_;
  BlankPool& blanks_;
  const crypto::P256PrivateKey& key_;
  Executor executor_;
  size_t running_ = 0;
};

}  // namespace nsl::function_runner
