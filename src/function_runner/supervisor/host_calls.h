// SPDX-License-Identifier: Apache-2.0
//
// What a function may ask of the platform while it runs: key-value, chain reads, transactions.
//
// Arguments come from hostile code as JSON text; every answer is JSON text or an error with a
// dotted reason that the function can catch. Counts and limits are per run. One thread; a call
// whose run has ended meanwhile is dropped.
#pragma once

#include <functional>
#include <string>

#include "base/task_group.h"
#include "function_runner/sandbox/worker_link.h"
#include "function_runner/supervisor/run.h"
#include "function_runner/supervisor/tx_calls.h"

namespace nsl::function_runner {

class HostCalls {
 public:
  // JSON text or an error, once.
  using OnAnswer = std::function<void(Result<std::string>)>;

  HostCalls(Env env, RunnerHostApi& host, wallet::FunctionWalletApi& wallets, ProjectSealer& sealer,
            TaskGroup& tasks, RunTable& runs);

  void Serve(Run& run, sandbox::HostOp op, std::string args, OnAnswer on_answer);
  // Writes and transactions kept back by the run; the answer of a successful run waits for them.
  void Commit(Run& run, std::function<void(Status)> done);

 private:
  Task<void> ServeTask(RunKey key, sandbox::HostOp op, std::string args, OnAnswer on_answer);
  Task<void> CommitTask(RunKey key, std::function<void(Status)> done);
  Task<Result<std::string>> Kv(std::shared_ptr<KvSession> kv, rpc::CallContext ctx,
                               sandbox::HostOp op, std::string args);
  Task<Result<std::string>> Chain(RunKey key, rpc::CallContext ctx, sandbox::HostOp op,
                                  std::string args);
  std::shared_ptr<KvSession> Session(Run& run);
  rpc::CallContext Context(const Run& run) const;

  RunnerHostApi& host_;
  ProjectSealer& sealer_;
  TaskGroup& tasks_;
  RunTable& runs_;
  TxCalls tx_;
};

}  // namespace nsl::function_runner
