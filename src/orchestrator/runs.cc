// SPDX-License-Identifier: Apache-2.0
#include "orchestrator/runs.h"

#include <algorithm>
#include <array>

#include "base/codec.h"
#include "base/ids.h"
#include "base/page.h"
#include "net/signal.h"

namespace nsl::orchestrator {
namespace {

using storage::Rows;
using storage::Statement;

constexpr std::chrono::milliseconds kUsageEvery{5'000};
constexpr std::chrono::milliseconds kPruneEvery{3'600'000};
constexpr std::array<std::string_view, 6> kStates = {kRunning,    "succeeded", "failed",
                                                     "timed_out", "cancelled", "expired"};
constexpr uint32_t kAskAgainMs = 1'000;

std::unexpected<Error> NotKept() {
  return Fail(
      Reason::kRunNotKept,
      "no kept run has this id; a run is kept when it was called with keep=1, failed or took "
      "longer than its caller waited");
}

std::unexpected<Error> NotEnded() {
  Error error(Reason::kRequestInProgress,
              "the run has not ended; ask again when its state is no longer running");
  error.retry_after_ms = kAskAgainMs;
  return std::unexpected(std::move(error));
}

std::unexpected<Error> Lost() {
  return Fail(
      Reason::kRunNotKept,
      "the platform lost this run before its end was stored: it has neither log lines nor a "
      "receipt, and it may have run; call the function again");
}

Task<void> Pause(std::chrono::milliseconds time) {
  Executor executor = co_await asio::this_coro::executor;
  net::Signal never(executor);
  co_await never.WaitFor(time);
}

}  // namespace

Runs::Runs(Env env, Executor executor, storage::Database& database, account::AccessCache& access,
           function_runner::RunnerApi& runner, UsageTracker& usage, RunRetention retention)
    : env_(env),
      database_(database),
      access_(access),
      runner_(runner),
      usage_(usage),
      retention_(retention),
      group_(executor) {}

void Runs::Start() {
  group_.Spawn(UsageLoop());
  group_.Spawn(PruneLoop());
}

Task<void> Runs::Shutdown() {
  group_.Close();
  co_await group_.Wait();
}

Task<Status> Runs::SyncUsage() {
  CallContext context;
  context.deadline = Deadline::In(env_.clock, std::chrono::seconds(2));
  Result<function_runner::UsageReply> reply = co_await runner_.Usage(std::move(context), {});
  Status stored;
  if (reply) {
    stored = co_await usage_.Store(std::move(*reply));
  } else {
    stored = co_await usage_.StoreObserved();
  }
  co_return stored;
}

Task<void> Runs::UsageLoop() {
  while (!group_.closed()) {
    co_await Pause(kUsageEvery);
    Status synced = co_await SyncUsage();
    if (!synced) env_.log.Warn("usage_not_stored", {{"detail", synced.error().detail}});
  }
}

Status Runs::EndLost() {
  std::vector<Statement> statements;
  statements.push_back(EndLostRuns());
  NSL_TRY(storage::WriteResult written, database_.WriteBlocking(std::move(statements)));
  int64_t lost = written.statements[0].changes;
  if (lost > 0) env_.log.Warn("runs_lost", {{"runs", lost}});
  return {};
}

Task<Status> Runs::Prune() {
  std::vector<Statement> statements;
  statements.push_back(DeleteOldRuns(env_.clock.NowMs() - retention_.age.count()));
  statements.push_back(DeleteSurplusRuns(retention_.per_project));
  Result<storage::WriteResult> written = co_await database_.Write(std::move(statements));
  if (!written) co_return std::unexpected(std::move(written.error()));
  co_return Status();
}

Task<void> Runs::PruneLoop() {
  while (!group_.closed()) {
    co_await Pause(kPruneEvery);
    Status pruned = co_await Prune();
    if (!pruned) env_.log.Warn("runs_not_pruned", {{"detail", pruned.error().detail}});
  }
}

Task<Result<RunList>> Runs::List(CallContext context, RunListRequest request) {
  auto principal = co_await access_.Authenticate(std::move(context));
  if (!principal) co_return std::unexpected(std::move(principal.error()));
  NSL_CO_TRY_VOID(account::Permit(**principal, request.project, "runs:read"));
  NSL_CO_TRY(std::string after, DecodeCursor(request.cursor));
  NSL_CO_TRY(uint32_t limit, PageLimit(request.limit));
  if (request.state && std::find(kStates.begin(), kStates.end(), *request.state) == kStates.end()) {
    co_return Fail(
        Error(Reason::kRequestInvalid, "the state is not one")
            .WithField("/state",
                       "must be running, succeeded, failed, timed_out, cancelled or expired"));
  }
  if (request.function && !IsId(kFunctionId, *request.function)) {
    co_return Fail(Error(Reason::kRequestInvalid, "the function id is not one")
                       .WithField("/function", "must be fn_ and 26 characters"));
  }
  Result<Rows> rows = co_await database_.Read(SelectRuns(request, after, limit + 1));
  if (!rows) co_return std::unexpected(std::move(rows.error()));
  RunList out;
  for (size_t i = 0; i < rows->size() && i < limit; ++i) out.items.push_back(ReadRun((*rows)[i]));
  if (rows->size() > limit) out.cursor = EncodeCursor(out.items.back().id);
  co_return out;
}

Task<Result<Run>> Runs::Find(CallContext context, std::string run) {
  auto principal = co_await access_.Authenticate(std::move(context));
  if (!principal) co_return std::unexpected(std::move(principal.error()));
  if (!IsId(kRunId, run)) co_return NotKept();
  Result<Rows> rows = co_await database_.Read(SelectRun(run));
  if (!rows) co_return std::unexpected(std::move(rows.error()));
  if (rows->empty()) co_return NotKept();
  Run found = ReadRun((*rows)[0]);
  Status may = account::Permit(**principal, found.project_id, "runs:read");
  // The same answer as for a run that was never kept.
  if (!may && may.error().reason == Reason::kNotFound) co_return NotKept();
  if (!may) co_return std::unexpected(std::move(may.error()));
  co_return found;
}

Task<Result<Run>> Runs::Get(CallContext context, RunRef request) {
  Result<Run> run = co_await Find(std::move(context), std::move(request.run));
  co_return run;
}

Task<Result<Runs::Detail>> Runs::OpenById(CallContext context, std::string run) {
  Result<Run> found = co_await Find(context, std::move(run));
  if (!found) co_return std::unexpected(std::move(found.error()));
  Result<Detail> detail = co_await Open(std::move(context), std::move(*found));
  co_return detail;
}

Task<Result<Runs::Detail>> Runs::Open(CallContext context, Run run) {
  if (run.state == kRunning) co_return NotEnded();
  Result<Rows> rows = co_await database_.Read(SelectRunDetail(run.id));
  if (!rows) co_return std::unexpected(std::move(rows.error()));
  if (rows->empty()) co_return Lost();
  Detail out;
  out.receipt = rows->TakeBlob(0, 0);
  out.document = rows->TakeBlob(0, 1);
  function_runner::OpenRunRequest ask{run.id, run.function_id, rows->TakeBlob(0, 2)};
  Result<function_runner::RunDetail> open =
      co_await runner_.OpenRun(std::move(context), std::move(ask));
  if (!open) co_return std::unexpected(std::move(open.error()));
  out.open = std::move(*open);
  co_return out;
}

Task<Result<RunResult>> Runs::GetResult(CallContext context, RunRef request) {
  Result<Run> run = co_await Find(context, std::move(request.run));
  if (!run) co_return std::unexpected(std::move(run.error()));
  std::string reason_text = run->reason.value_or("");
  bool ended = run->state != kRunning;
  Result<Detail> detail = co_await Open(std::move(context), std::move(*run));
  // Lost, or never begun: then the reason of the row is all there is.
  bool bare = !detail && detail.error().reason == Reason::kRunNotKept;
  if (!detail && !(bare && ended)) co_return std::unexpected(std::move(detail.error()));
  if (reason_text.empty() && detail) co_return RunResult{std::move(detail->open.result)};
  std::string text = detail ? std::move(detail->open.error_message) : detail.error().detail;
  co_return Fail(ReasonFromText(reason_text).value_or(Reason::kRunPlatform), std::move(text));
}

Task<Result<RunLogs>> Runs::Logs(CallContext context, RunRef request) {
  Result<Detail> detail = co_await OpenById(std::move(context), std::move(request.run));
  if (!detail) co_return std::unexpected(std::move(detail.error()));
  RunLogs out;
  out.items = std::move(detail->open.logs);
  out.dropped = detail->open.dropped_log_lines;
  if (!detail->open.error_message.empty()) out.error_message = detail->open.error_message;
  if (!detail->open.error_stack.empty()) out.error_stack = detail->open.error_stack;
  co_return out;
}

Task<Result<OpenReceipt>> Runs::GetReceipt(CallContext context, RunRef request) {
  Result<Detail> detail = co_await OpenById(std::move(context), std::move(request.run));
  if (!detail) co_return std::unexpected(std::move(detail.error()));
  NSL_CO_TRY(function_runner::Receipt receipt,
             JoinReceipt(detail->receipt, std::move(detail->document)));
  co_return OpenReceipt{std::move(receipt), std::move(detail->open.salt)};
}

Task<Result<Usage>> Runs::GetUsage(CallContext context, UsageRequest request) {
  auto principal = co_await access_.Authenticate(std::move(context));
  if (!principal) co_return std::unexpected(std::move(principal.error()));
  NSL_CO_TRY_VOID(account::Permit(**principal, request.project, "project:read"));
  Status synced = co_await SyncUsage();
  if (!synced) co_return std::unexpected(std::move(synced.error()));
  Result<std::vector<function_runner::UsageRow>> rows = co_await usage_.Sum(request.project);
  if (!rows) co_return std::unexpected(std::move(rows.error()));
  co_return Usage{std::move(*rows)};
}

}  // namespace nsl::orchestrator
