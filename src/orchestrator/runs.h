// SPDX-License-Identifier: Apache-2.0
//
// Runs: RunsApi over the kept rows, and the loops that add up usage and remove old runs.
//
// Guarantee: a run of another project answers run.not_kept like one that was never kept. One
// thread.
#pragma once

#include "account/client/access_cache.h"
#include "base/task_group.h"
#include "orchestrator/api.h"
#include "orchestrator/run_rows.h"
#include "orchestrator/usage.h"

namespace nsl::orchestrator {

struct RunRetention {
  std::chrono::milliseconds age{30ll * 24 * 3600 * 1000};
  int64_t per_project = 100'000;
};

class Runs final : public RunsApi {
 public:
  // Borrowed; all outlive this.
  Runs(Env env, Executor executor, storage::Database& database, account::AccessCache& access,
       function_runner::RunnerApi& runner, UsageTracker& usage, RunRetention retention = {});

  static storage::RoomMigrations Migrations() { return RunMigrations(); }
  void Start();
  Task<void> Shutdown();
  // Asks the runner for its counters and stores what grew.
  Task<Status> SyncUsage();
  // At boot: runs that the host before had accepted and did not see the end of, are failed.
  Status EndLost();
  // Removes runs that are too old or too many.
  Task<Status> Prune();

  Task<Result<RunList>> List(CallContext, RunListRequest) override;
  Task<Result<Run>> Get(CallContext, RunRef) override;
  Task<Result<RunLogs>> Logs(CallContext, RunRef) override;
  Task<Result<RunResult>> GetResult(CallContext, RunRef) override;
  Task<Result<OpenReceipt>> GetReceipt(CallContext, RunRef) override;
  Task<Result<Usage>> GetUsage(CallContext, UsageRequest) override;

 private:
  struct Detail {
    Bytes receipt;
    Bytes document;
    function_runner::RunDetail open;
  };

  Task<void> UsageLoop();
  Task<void> PruneLoop();
  Task<Result<Run>> Find(CallContext context, std::string run);
  // Reads the sealed detail and lets the runner open it for this caller.
  Task<Result<Detail>> Open(CallContext context, Run run);
  Task<Result<Detail>> OpenById(CallContext context, std::string run);

  Env env_;
  storage::Database& database_;
  account::AccessCache& access_;
  function_runner::RunnerApi& runner_;
  UsageTracker& usage_;
  RunRetention retention_;
  TaskGroup group_;
};

}  // namespace nsl::orchestrator
