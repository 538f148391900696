// SPDX-License-Identifier: Apache-2.0
//
// dev, demo, doctor.
#include <CLI/CLI.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <charconv>

#include "cli.h"
#include "demo.h"
#include "dev/system.h"
#include "doctor.h"

namespace nsl::cli {
namespace {

CliStatus Dev(Cli& cli, const DevOptions& options) {
  Interrupts interrupts;
  NSL_TRY(auto installation, Installation::Open(options));
  Terminal& term = cli.term();
  term.Line("starting a development system in " + installation.options().folder);
  DevSystem system(std::move(installation), term, interrupts);
  boost::json::array steps;
  NSL_TRY_VOID(system.Start([&](const std::string& step, std::chrono::milliseconds took) {
    steps.push_back(boost::json::object{{"step", step}, {"ms", took.count()}});
  }));
  NSL_TRY_VOID(system.WriteProfile());
  const Installation& where = system.installation();
  std::string chain = "http://127.0.0.1:" + std::to_string(where.options().chain_port);
  if (cli.json) {
    boost::json::object pids;
    for (const Child& child : system.children()) pids[child.name()] = child.pid();
    term.Json(boost::json::object{{"ready", true},
                                  {"folder", where.options().folder},
                                  {"api", where.ApiUrl()},
                                  {"metrics", where.MetricsUrl()},
                                  {"chain", chain},
                                  {"profile", ProfilePath()},
                                  {"isolation", where.shared_identity().empty() ? "uids" : "none"},
                                  {"pids", std::move(pids)},
                                  {"steps", std::move(steps)}});
    // After its one document the launcher stays silent.
  }
  term.Line(term.Paint(Colour::kGreen, "ready") + "  simulated security module, private chain");
  term.Line("  api      " + where.ApiUrl() + "   docs " + where.ApiUrl() + "/docs");
  term.Line("  metrics  " + where.MetricsUrl());
  term.Line("  chain    " + chain);
  term.Line("  profile  " + ProfilePath());
  term.Line("next: nsl register EMAIL, nsl init my-function. Ctrl-C stops everything.");
  system.Supervise();
  term.Line("stopping");
  system.Stop();
  return {};
}

// "invoke_rate=500": the name and the range are judged by the host, which knows them all.
CliStatus ReadLimit(const std::string& text, DevOptions& options) {
  size_t equals = text.find('=');
  std::string name = text.substr(0, equals);
  std::string digits = equals == std::string::npos ? "" : text.substr(equals + 1);
  bool named = !name.empty() && name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == name.npos;
  uint64_t value = 0;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (!named || digits.empty() || error != std::errc() || end != digits.data() + digits.size()) {
    return Usage("--limit takes NAME=NUMBER as `nsl limits` lists them, not '" + text +
                 "'; for example --limit invoke_rate=500");
  }
  options.limits[name] = value;
  return {};
}

void AddDev(CLI::App& root, Cli& cli) {
  auto options = std::make_shared<DevOptions>();
  auto limits = std::make_shared<std::vector<std::string>>();
  options->folder = DefaultDevFolder();
  CLI::App& dev = AddVerb(root, cli, "dev", "Run a whole development system until Ctrl-C",
                          [&cli, options, limits]() -> CliStatus {
                            for (const std::string& limit : *limits) {
                              NSL_TRY_VOID(ReadLimit(limit, *options));
                            }
                            return Dev(cli, *options);
                          });
  dev.add_option("--dir", options->folder, "Folder of the system")->capture_default_str();
  dev.add_option("--port", options->api_port, "Port of the API; 0 = any")->capture_default_str();
  dev.add_option("--metrics-port", options->metrics_port, "Port of /metrics; 0 = any")
      ->capture_default_str();
  dev.add_option("--chain-port", options->chain_port, "RPC port of the private chain; 0 = any")
      ->capture_default_str();
  dev.add_option("--block-time", options->block_ms,
                 "Milliseconds between two blocks of a new chain")
      ->check(CLI::Range(50, 60'000))
      ->capture_default_str();
  dev.add_option("--limit", *limits, "NAME=NUMBER of the host's [limits]; may be repeated")
      ->allow_extra_args(false);
}

}  // namespace

void AddDevVerbs(CLI::App& root, Cli& cli) {
  AddDev(root, cli);
  auto keep = std::make_shared<bool>(false);
  AddVerb(root, cli, "demo", "Start a system, deploy, call, verify a receipt, stop", [&cli, keep] {
    return RunDemo(cli, *keep);
  }).add_flag("--keep", *keep, "Keep the system running afterwards, until Ctrl-C");
  AddVerb(root, cli, "doctor", "What this machine has and lacks for a development system",
          [&cli] { return RunDoctor(cli); });
}

}  // namespace nsl::cli
