// SPDX-License-Identifier: Apache-2.0
//
// Orchestrator: the life of runs. It opens a run, carries it to the runner and keeps what was asked
// to be kept; a kept run is acknowledged only when its row is durable.
#pragma once

#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <vector>

#include "function_runner/api.h"
#include "function_runner/receipt.h"
#include "rpc/method.h"

namespace nsl::orchestrator {

using rpc::CallContext;

struct Run {
  std::string id;
  std::string project_id;
  std::string function_id;
  // Not yet known of a run that is running, never of one that was lost.
  std::optional<std::string> version_id;
  // running, or one of the ends: succeeded, failed, timed_out, cancelled, expired
  std::string state;
  // Dotted reason of a run that did not succeed.
  std::optional<std::string> reason;
  std::string started_at;
  uint64_t cpu_us = 0;
  uint64_t wall_us = 0;
  uint64_t input_bytes = 0;
  uint64_t output_bytes = 0;
  uint32_t host_calls = 0;
  uint32_t peak_memory_kb = 0;
};
BOOST_DESCRIBE_STRUCT(Run, (),
                      (id, project_id, function_id, version_id, state, reason, started_at, cpu_us,
                       wall_us, input_bytes, output_bytes, host_calls, peak_memory_kb))

struct RunListRequest {
  std::string project;
  std::optional<std::string> function;
  std::optional<std::string> state;
  std::optional<std::string> cursor;
  std::optional<uint32_t> limit;
};
BOOST_DESCRIBE_STRUCT(RunListRequest, (), (project, function, state, cursor, limit))
struct RunList {
  std::vector<Run> items;
  std::optional<std::string> cursor;
};
BOOST_DESCRIBE_STRUCT(RunList, (), (items, cursor))
struct RunRef {
  std::string run;
};
BOOST_DESCRIBE_STRUCT(RunRef, (), (run))
struct RunLogs {
  std::vector<function_runner::RunLogLine> items;
  uint32_t dropped = 0;
  std::optional<std::string> error_message;
  std::optional<std::string> error_stack;
};
BOOST_DESCRIBE_STRUCT(RunLogs, (), (items, dropped, error_message, error_stack))
// The JSON text that the function returned; it is the whole body of the answer.
struct RunResult {
  using IsBody = void;
  std::string json;
};
BOOST_DESCRIBE_STRUCT(RunResult, (), (json))
struct UsageRequest {
  std::string project;
};
BOOST_DESCRIBE_STRUCT(UsageRequest, (), (project))
struct Usage {
  std::vector<function_runner::UsageRow> items;
};
BOOST_DESCRIBE_STRUCT(Usage, (), (items))
// The receipt and the salt that opens its hashes.
struct OpenReceipt {
  function_runner::Receipt receipt;
  Bytes salt;
};
BOOST_DESCRIBE_STRUCT(OpenReceipt, (), (receipt, salt))

struct RunsApi {
  virtual ~RunsApi() = default;
  virtual Task<Result<RunList>> List(CallContext, RunListRequest) = 0;
  virtual Task<Result<Run>> Get(CallContext, RunRef) = 0;
  virtual Task<Result<RunLogs>> Logs(CallContext, RunRef) = 0;
  virtual Task<Result<RunResult>> GetResult(CallContext, RunRef) = 0;
  virtual Task<Result<OpenReceipt>> GetReceipt(CallContext, RunRef) = 0;
  virtual Task<Result<Usage>> GetUsage(CallContext, UsageRequest) = 0;

  static constexpr auto kMethods = std::tuple{
      rpc::Method<&RunsApi::List>{.number = 500,
                                  .name = "runs.list",
                                  .verb = "GET",
                                  .path = "/v1/projects/{project}/runs",
                                  .scope = "runs:read",
                                  .idempotent = true,
                                  .summary = "Kept runs of a project"},
      rpc::Method<&RunsApi::Get>{.number = 501,
                                 .name = "runs.get",
                                 .verb = "GET",
                                 .path = "/v1/runs/{run}",
                                 .scope = "runs:read",
                                 .idempotent = true,
                                 .summary = "One kept run"},
      rpc::Method<&RunsApi::Logs>{.number = 502,
                                  .name = "runs.logs",
                                  .verb = "GET",
                                  .path = "/v1/runs/{run}/logs",
                                  .scope = "runs:read",
                                  .idempotent = true,
                                  .summary = "Log lines of a kept run"},
      rpc::Method<&RunsApi::GetReceipt>{.number = 503,
                                        .name = "runs.receipt",
                                        .verb = "GET",
                                        .path = "/v1/runs/{run}/receipt",
                                        .scope = "runs:read",
                                        .idempotent = true,
                                        .summary = "Signed receipt of a kept run"},
      rpc::Method<&RunsApi::GetUsage>{.number = 504,
                                      .name = "usage.get",
                                      .verb = "GET",
                                      .path = "/v1/projects/{project}/usage",
                                      .scope = "project:read",
                                      .idempotent = true,
                                      .summary = "Usage of a project, per function"},
      rpc::Method<&RunsApi::GetResult>{
          .number = 505,
          .name = "runs.result",
          .verb = "GET",
          .path = "/v1/runs/{run}/result",
          .scope = "runs:read",
          .idempotent = true,
          .summary = "What a kept run answered: its value, or the problem it failed with"},
  };
};

}  // namespace nsl::orchestrator
