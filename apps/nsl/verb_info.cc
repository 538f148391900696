// SPDX-License-Identifier: Apache-2.0
//
// version, limits, completion.
#include <CLI/CLI.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "base/release.h"
#include "cli.h"
#include "completion.h"
#include "function_runner/limits.h"

namespace nsl::cli {
namespace {

CliStatus ShowVersion(Cli& cli) {
  if (cli.json) {
    cli.term().Json(
        boost::json::object{{"name", "nsl"}, {"version", kRelease}, {"commit", kCommit}});
  } else {
    cli.term().Line("nsl " + std::string(kRelease) + " (" + kCommit + ")");
  }
  return {};
}

boost::json::array BuiltInLimits() {
  boost::json::array items;
  for (const auto& limit : function_runner::kLimits) {
    items.push_back(boost::json::object{{"name", limit.name},
                                        {"value", limit.standard},
                                        {"minimum", limit.minimum},
                                        {"maximum", limit.maximum},
                                        {"unit", limit.unit},
                                        {"reason", limit.reason}});
  }
  return items;
}

// Those of the system in the profile, because an operator may change them; those of this build
// when no system is known or none answers.
CliStatus ShowLimits(Cli& cli) {
  NSL_TRY(auto* api, cli.Api());
  auto answer = api->Json({.path = "/v1/limits", .credential = false, .timeout_ms = 3'000});
  boost::json::array items = answer ? ArrayAt(*answer, "items") : BuiltInLimits();
  const char* source = answer ? "system" : "built-in";
  if (cli.json) {
    cli.term().Json(boost::json::object{{"source", source}, {"items", items}});
    return {};
  }
  std::vector<std::vector<std::string>> rows;
  for (const auto& limit : items) {
    rows.push_back({TextAt(limit, "name"), std::to_string(UintAt(limit, "value")),
                    std::to_string(UintAt(limit, "minimum")),
                    std::to_string(UintAt(limit, "maximum")), TextAt(limit, "unit"),
                    TextAt(limit, "reason")});
  }
  cli.term().Table({"LIMIT", "VALUE", "MIN", "MAX", "UNIT", "WHY"}, rows);
  cli.term().Line(answer ? "as the system of the profile has them" : "defaults of this program");
  return {};
}

CliStatus Complete(Cli& cli, const CLI::App& root, const std::string& shell) {
  NSL_TRY(auto script, CompletionScript(root, shell));
  if (cli.json) {
    cli.term().Json(boost::json::object{{"shell", shell}, {"script", script}});
  } else {
    cli.term().RawJson(std::string_view(script).substr(0, script.size() - 1));
  }
  return {};
}

}  // namespace

void AddInfoVerbs(CLI::App& root, Cli& cli) {
  AddVerb(root, cli, "version", "Version of this program", [&cli] { return ShowVersion(cli); });
  AddVerb(root, cli, "limits", "Every limit of a function, with its reason",
          [&cli] { return ShowLimits(cli); });
  auto shell = std::make_shared<std::string>("bash");
  AddVerb(root, cli, "completion", "Completion script: source it in your shell",
          [&cli, &root, shell] { return Complete(cli, root, *shell); })
      .add_option("shell", *shell, "bash, zsh or fish")
      ->capture_default_str();
}

}  // namespace nsl::cli
