// SPDX-License-Identifier: Apache-2.0
//
// runs list show result logs receipt, and `nsl logs RUN`.
#include <CLI/CLI.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "base/ids.h"
#include "cli.h"
#include "pretty_json.h"
#include "run_view.h"

namespace nsl::cli {
namespace {

struct ListOptions {
  std::string function;
  std::string state;
  uint32_t limit = 50;
  std::string cursor;
};

CliStatus CheckRunId(const std::string& id) {
  if (IsId(kRunId, id)) return {};
  return Usage("'" + id + "' is not a run id (run_ and 26 characters)");
}

CliStatus List(Cli& cli, const ListOptions& options) {
  NSL_TRY(auto* api, cli.Api());
  NSL_TRY(auto project, cli.Project());
  std::string path =
      "/v1/projects/" + UrlEncode(project) + "/runs?limit=" + std::to_string(options.limit);
  if (!options.function.empty()) {
    NSL_TRY(auto function, cli.FunctionId(options.function));
    path += "&function=" + function;
  }
  if (!options.state.empty()) path += "&state=" + UrlEncode(options.state);
  if (!options.cursor.empty()) path += "&cursor=" + UrlEncode(options.cursor);
  NSL_TRY(auto list, api->Json({.path = path}));
  if (cli.json) return cli.term().Json(list), CliStatus();
  std::vector<std::vector<std::string>> rows;
  for (const auto& run : ArrayAt(list, "items")) {
    std::string reason = TextAt(run, "reason");
    rows.push_back({TextAt(run, "id"), TextAt(run, "functionId"),
                    TextAt(run, "state") + (reason.empty() ? "" : " " + reason),
                    HumanMicros(UintAt(run, "wallUs")), HumanMicros(UintAt(run, "cpuUs")),
                    TextAt(run, "startedAt")});
  }
  cli.term().Table({"RUN", "FUNCTION", "STATE", "WALL", "CPU", "STARTED"}, rows);
  if (auto cursor = TextAt(list, "cursor"); !cursor.empty()) {
    cli.term().Line("more: --cursor " + cursor);
  }
  return {};
}

CliStatus Show(Cli& cli, const std::string& id) {
  NSL_TRY_VOID(CheckRunId(id));
  NSL_TRY(auto* api, cli.Api());
  NSL_TRY(auto run, api->Json({.path = "/v1/runs/" + id}));
  if (cli.json) return cli.term().Json(run), CliStatus();
  cli.term().Line("run      " + TextAt(run, "id"));
  cli.term().Line("function " + TextAt(run, "functionId") + "  " + TextAt(run, "versionId"));
  cli.term().Line("started  " + TextAt(run, "startedAt"));
  cli.term().Line(UsageLine(run));
  return {};
}

CliStatus ShowResult(Cli& cli, const std::string& id) {
  NSL_TRY_VOID(CheckRunId(id));
  NSL_TRY(auto* api, cli.Api());
  NSL_TRY(auto value, api->Json({.path = "/v1/runs/" + id + "/result"}));
  if (cli.json) {
    cli.term().Json(boost::json::object{{"runId", id}, {"result", value}});
  } else {
    cli.term().Line(Printable(PrettyJson(value)));
  }
  return {};
}

CliStatus Logs(Cli& cli, const std::string& id) {
  NSL_TRY_VOID(CheckRunId(id));
  NSL_TRY(auto* api, cli.Api());
  NSL_TRY(auto logs, api->Json({.path = "/v1/runs/" + id + "/logs"}));
  if (cli.json) return cli.term().Json(logs), CliStatus();
  PrintLogs(cli.term(), logs);
  return {};
}

void AddLogs(CLI::App& parent, Cli& cli) {
  auto id = std::make_shared<std::string>();
  AddVerb(parent, cli, "logs", "Log lines of a kept run", [&cli, id] { return Logs(cli, *id); })
      .add_option("run", *id, "run_…")
      ->required();
}

}  // namespace

void AddRunVerbs(CLI::App& root, Cli& cli) {
  AddLogs(root, cli);
  AddLogs(*root.get_subcommand("functions"), cli);
  CLI::App& group = *root.get_subcommand("runs");
  auto options = std::make_shared<ListOptions>();
  CLI::App& list = AddProjectVerb(group, cli, "list", "Kept runs of the project, newest first",
                                  [&cli, options] { return List(cli, *options); });
  list.add_option("--function", options->function, "Only this function (name or fn_…)");
  list.add_option("--state", options->state,
                  "running, succeeded, failed, timed_out, cancelled, expired");
  list.add_option("--limit", options->limit, "Rows, at most 500")->capture_default_str();
  list.add_option("--cursor", options->cursor, "Continue after a page");
  auto id = std::make_shared<std::string>();
  AddVerb(group, cli, "show", "One kept run and what it used",
          [&cli, id] { return Show(cli, *id); })
      .add_option("run", *id, "run_…")
      ->required();
  AddVerb(group, cli, "result", "What a kept run answered",
          [&cli, id] { return ShowResult(cli, *id); })
      .add_option("run", *id, "run_…")
      ->required();
  AddLogs(group, cli);
}

}  // namespace nsl::cli
