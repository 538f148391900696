// SPDX-License-Identifier: Apache-2.0
//
// invoke: one call, its result, its log lines and what it used.
#include <CLI/CLI.hpp>
#include <boost/json/object.hpp>
#include <iostream>
#include <iterator>

#include "base/json.h"
#include "deploy.h"
#include "pretty_json.h"
#include "run_view.h"

namespace nsl::cli {
namespace {

// More than the platform takes, so that its own answer is what the caller sees.
constexpr size_t kDataBytes = 16 << 20;

CliResult<std::string> Data(const std::string& option) {
  std::string text = option;
  if (option == "-") {
    text.assign(std::istreambuf_iterator<char>(std::cin), {});
  } else if (option.starts_with('@')) {
    NSL_TRY(text, ReadFileLimited(option.substr(1), kDataBytes));
  }
  auto good = CheckJson(text, {.bytes = kDataBytes});
  if (!good) return Usage("--data is not JSON: " + good.error().detail);
  return text;
}

CliStatus ShowRun(Cli& cli, const Invocation& done, bool keep) {
  NSL_TRY(auto value, ParseJson(done.result, {.bytes = 32 << 20}));
  boost::json::object document{{"runId", done.run_id}, {"kept", keep}, {"result", value}};
  if (!cli.json) cli.term().Line(Printable(PrettyJson(value)));
  if (keep) {
    NSL_TRY(auto* api, cli.Api());
    NSL_TRY(auto run, api->Json({.path = "/v1/runs/" + done.run_id}));
    NSL_TRY(auto logs, api->Json({.path = "/v1/runs/" + done.run_id + "/logs"}));
    if (!cli.json) {
      PrintLogs(cli.term(), logs);
      cli.term().Line(cli.term().Paint(Colour::kDim, UsageLine(run)));
    }
    document["run"] = run;
    document["logs"] = logs;
  }
  if (cli.json) {
    cli.term().Json(document);
  } else {
    cli.term().Line(
        cli.term().Paint(Colour::kDim, "run " + done.run_id + (keep ? "" : " (not kept)")));
  }
  return {};
}

CliStatus ShowRunning(Cli& cli, const Invocation& run) {
  if (cli.json) {
    cli.term().Json(boost::json::object{{"runId", run.run_id}, {"state", "running"}});
    return {};
  }
  cli.term().Line("run " + run.run_id + " goes on; `nsl runs show " + run.run_id +
                  "` tells its state, `nsl runs result " + run.run_id + "` what it answered");
  return {};
}

CliStatus Run(Cli& cli, InvokeOptions options, const std::string& data, bool no_keep) {
  NSL_TRY(options.data, Data(data));
  options.keep = !no_keep;
  auto done = Invoke(cli, options);
  if (done && done->running) return ShowRunning(cli, *done);
  if (done) return ShowRun(cli, *done, options.keep);
  if (!cli.json && !done.error().run_id.empty()) {
    // What the function wrote before it failed is what its author needs; a run that was not kept,
    // or a caller who may not read it, has none.
    NSL_TRY(auto* api, cli.Api());
    auto logs = api->Json({.path = "/v1/runs/" + done.error().run_id + "/logs"});
    if (logs) PrintLogs(cli.term(), *logs);
  }
  return std::unexpected(std::move(done.error()));
}

void AddInvoke(CLI::App& parent, Cli& cli) {
  struct Options {
    InvokeOptions invoke;
    std::string data = "null";
    bool no_keep = false;
  };
  auto options = std::make_shared<Options>();
  CLI::App& verb = AddProjectVerb(
      parent, cli, "invoke", "Call a function and show what it did",
      [&cli, options] { return Run(cli, options->invoke, options->data, options->no_keep); });
  verb.add_option("function", options->invoke.function, "Name or fn_…")->required();
  verb.add_option("--data", options->data, "JSON of event.data, @FILE, or - for stdin")
      ->capture_default_str();
  verb.add_option("--alias", options->invoke.alias, "Alias or ver_…; else prod");
  verb.add_option("--wait", options->invoke.wait,
                  "At most this long, up to 30s, for example 500ms; a longer run goes on");
  verb.add_flag("--no-keep", options->no_keep, "Keep no run, logs and receipt");
}

}  // namespace

void AddInvokeVerbs(CLI::App& root, Cli& cli) {
  AddInvoke(root, cli);
  AddInvoke(*root.get_subcommand("functions"), cli);
}

}  // namespace nsl::cli
