// SPDX-License-Identifier: Apache-2.0
#include "cli.h"

#include <CLI/CLI.hpp>
#include <boost/json/array.hpp>
#include <cstdlib>

#include "base/ids.h"

namespace nsl::cli {
namespace {

std::string EnvText(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

CliResult<boost::json::value> Page(ApiClient& api, const std::string& path,
                                   const std::string& cursor) {
  std::string query = "?limit=200";
  if (!cursor.empty()) query += "&cursor=" + UrlEncode(cursor);
  return api.Json({.path = path + query});
}

}  // namespace

CliResult<ApiClient*> Cli::Api() {
  if (api_ == nullptr) {
    NSL_TRY(auto profile, LoadProfile());
    api_ =
        std::make_unique<ApiClient>(std::move(profile), EnvText("NSL_API"), EnvText("NSL_TOKEN"));
  }
  return api_.get();
}

CliResult<std::string> Cli::Project() {
  NSL_TRY(auto* api, Api());
  if (!project_option.empty()) return project_option;
  if (auto project = EnvText("NSL_PROJECT"); !project.empty()) return project;
  if (!api->profile().project.empty()) return api->profile().project;
  NSL_TRY(auto list, api->Json({.path = "/v1/projects"}));
  const auto& items = ArrayAt(list, "items");
  if (items.size() == 1) return TextAt(items[0], "id");
  if (items.empty()) {
    return FailWith("not_found", "the account has no project; make one: nsl projects create NAME");
  }
  return Usage("the account has " + std::to_string(items.size()) +
               " projects; name one with --project or `nsl config set project prj_…`");
}

CliResult<std::string> Cli::FunctionId(const std::string& name_or_id) {
  if (IsId(kFunctionId, name_or_id)) return name_or_id;
  NSL_TRY(auto* api, Api());
  NSL_TRY(auto project, Project());
  std::string path = "/v1/projects/" + UrlEncode(project) + "/functions";
  for (std::string cursor;;) {
    NSL_TRY(auto page, Page(*api, path, cursor));
    for (const auto& item : ArrayAt(page, "items")) {
      if (TextAt(item, "name") == name_or_id) return TextAt(item, "id");
    }
    cursor = TextAt(page, "cursor");
    if (cursor.empty()) break;
  }
  return FailWith("not_found", "the project has no function named '" + name_or_id +
                                   "'; `nsl functions list` shows those it has");
}

CLI::App& AddVerb(CLI::App& parent, Cli& cli, const std::string& name, const std::string& help,
                  std::function<CliStatus()> action) {
  CLI::App* verb = parent.add_subcommand(name, help);
  verb->add_flag("--json", cli.json, "One JSON document on stdout instead of text");
  // The callback of a parent runs after that of the verb below it that was named.
  verb->callback([&cli, verb, action = std::move(action)] {
    if (verb->get_subcommands().empty()) cli.action = action;
  });
  return *verb;
}

CLI::App& AddProjectVerb(CLI::App& parent, Cli& cli, const std::string& name,
                         const std::string& help, std::function<CliStatus()> action) {
  CLI::App& verb = AddVerb(parent, cli, name, help, std::move(action));
  verb.add_option("--project", cli.project_option, "Project id (prj_…); else the profile's");
  return verb;
}

CLI::App& AddGroup(CLI::App& parent, Cli& cli, const std::string& name, const std::string& help) {
  CLI::App* group = parent.add_subcommand(name, help);
  group->require_subcommand(0, 1);
  group->add_flag("--json", cli.json, "One JSON document on stdout instead of text");
  group->final_callback([&cli, group] {
    if (!group->get_subcommands().empty()) return;
    cli.action = [&cli, group]() -> CliStatus {
      // A group may stand inside another.
      std::string path = "nsl";
      if (const CLI::App* parent = group->get_parent(); parent->get_parent() != nullptr) {
        path += " " + parent->get_name();
      }
      if (!cli.json) {
        cli.term().Line(group->help(path));
        cli.exit = Exit::kUsage;
        return {};
      }
      path += " " + group->get_name();
      return Usage("'" + path + "' needs a verb; see " + path + " --help");
    };
  });
  return *group;
}

}  // namespace nsl::cli
