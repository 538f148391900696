// SPDX-License-Identifier: Apache-2.0
//
// projects and keys.
#include <CLI/CLI.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "base/codec.h"
#include "cli.h"

namespace nsl::cli {
namespace {

struct CreateProjectOptions {
  std::string name;
  std::string network = "private";
  bool public_logs = false;
};
BOOST_DESCRIBE_STRUCT(CreateProjectOptions, (), (name, network, public_logs))

struct CreateKeyOptions {
  std::string name;
  std::vector<std::string> scopes;
  std::optional<uint32_t> expires_in;
};
BOOST_DESCRIBE_STRUCT(CreateKeyOptions, (), (name, scopes, expires_in))

std::string JoinTexts(const boost::json::array& array) {
  std::string out;
  for (const auto& item : array) {
    if (!item.is_string()) continue;
    if (!out.empty()) out += ' ';
    out.append(item.get_string().data(), item.get_string().size());
  }
  return out;
}

std::vector<std::string> ProjectRow(const boost::json::value& p) {
  return {TextAt(p, "id"), Printable(TextAt(p, "name"), false), TextAt(p, "network"),
          TextAt(p, "role"), TextAt(p, "createdAt")};
}

const std::vector<std::string> kProjectHeader = {"ID", "NAME", "NETWORK", "ROLE", "CREATED"};

CliStatus ListProjects(Cli& cli) {
  NSL_TRY(auto* api, cli.Api());
  NSL_TRY(auto list, api->Json({.path = "/v1/projects"}));
  if (cli.json) return cli.term().Json(list), CliStatus();
  std::vector<std::vector<std::string>> rows;
  for (const auto& item : ArrayAt(list, "items")) rows.push_back(ProjectRow(item));
  cli.term().Table(kProjectHeader, rows);
  return {};
}

CliStatus CreateProject(Cli& cli, const CreateProjectOptions& options) {
  NSL_TRY(auto* api, cli.Api());
  NSL_TRY(auto project,
          api->Json({.method = "POST", .path = "/v1/projects", .body = ToJson(options)}));
  if (cli.json) return cli.term().Json(project), CliStatus();
  cli.term().Table(kProjectHeader, {ProjectRow(project)});
  return {};
}

CliStatus ShowProject(Cli& cli, const std::string& id) {
  NSL_TRY(auto* api, cli.Api());
  NSL_TRY(auto project, api->Json({.path = "/v1/projects/" + UrlEncode(id)}));
  if (cli.json) return cli.term().Json(project), CliStatus();
  cli.term().Table(kProjectHeader, {ProjectRow(project)});
  return {};
}

CliStatus ShowUsage(Cli& cli) {
  NSL_TRY(auto* api, cli.Api());
  NSL_TRY(auto project, cli.Project());
  NSL_TRY(auto usage, api->Json({.path = "/v1/projects/" + UrlEncode(project) + "/usage"}));
  if (cli.json) return cli.term().Json(usage), CliStatus();
  std::vector<std::vector<std::string>> rows;
  for (const auto& item : ArrayAt(usage, "items")) {
    rows.push_back({TextAt(item, "functionId"), std::to_string(UintAt(item, "runs")),
                    std::to_string(UintAt(item, "failed")), HumanMicros(UintAt(item, "cpuUs")),
                    HumanMicros(UintAt(item, "wallUs")), HumanBytes(UintAt(item, "inputBytes")),
                    HumanBytes(UintAt(item, "outputBytes")),
                    std::to_string(UintAt(item, "hostCalls"))});
  }
  cli.term().Table({"FUNCTION", "RUNS", "FAILED", "CPU", "WALL", "IN", "OUT", "CALLS"}, rows);
  return {};
}

CliStatus ListKeys(Cli& cli) {
  NSL_TRY(auto* api, cli.Api());
  NSL_TRY(auto project, cli.Project());
  NSL_TRY(auto list, api->Json({.path = "/v1/projects/" + UrlEncode(project) + "/keys"}));
  if (cli.json) return cli.term().Json(list), CliStatus();
  std::vector<std::vector<std::string>> rows;
  for (const auto& item : ArrayAt(list, "items")) {
    std::string until = TextAt(item, "expiresAt");
    rows.push_back({TextAt(item, "id"), Printable(TextAt(item, "name"), false),
                    JoinTexts(ArrayAt(item, "scopes")), until.empty() ? "never" : until});
  }
  cli.term().Table({"ID", "NAME", "SCOPES", "EXPIRES"}, rows);
  return {};
}

CliStatus CreateKey(Cli& cli, const CreateKeyOptions& options) {
  NSL_TRY(auto* api, cli.Api());
  NSL_TRY(auto project, cli.Project());
  NSL_TRY(auto key, api->Json({.method = "POST",
                               .path = "/v1/projects/" + UrlEncode(project) + "/keys",
                               .body = ToJson(options)}));
  if (cli.json) return cli.term().Json(key), CliStatus();
  cli.term().Line("key    " + TextAt(key, "id"));
  cli.term().Line("scopes " + JoinTexts(ArrayAt(key, "scopes")));
  cli.term().Line("secret " + TextAt(key, "secret"));
  cli.term().Line("The secret is shown this once. Use it as NSL_TOKEN or as a bearer token.");
  return {};
}

CliStatus DeleteKey(Cli& cli, const std::string& id) {
  NSL_TRY(auto* api, cli.Api());
  NSL_TRY_VOID(api->Send({.method = "DELETE", .path = "/v1/keys/" + UrlEncode(id)}));
  if (cli.json) return cli.term().Json(boost::json::object{{"deleted", id}}), CliStatus();
  cli.term().Line("deleted " + id);
  return {};
}

void AddProjects(CLI::App& root, Cli& cli) {
  CLI::App& group = AddGroup(root, cli, "projects", "Projects of the account");
  AddVerb(group, cli, "list", "Projects of the account", [&cli] { return ListProjects(cli); });
  auto options = std::make_shared<CreateProjectOptions>();
  CLI::App& create = AddVerb(group, cli, "create", "Make a project on one network",
                             [&cli, options] { return CreateProject(cli, *options); });
  create.add_option("name", options->name, "Name of the project")->required();
  create.add_option("--network", options->network, "Neo network, fixed at creation")
      ->capture_default_str();
  create.add_flag("--public-logs", options->public_logs, "Keep logs of runs unsealed");
  auto id = std::make_shared<std::string>();
  CLI::App& show =
      AddVerb(group, cli, "show", "One project", [&cli, id] { return ShowProject(cli, *id); });
  show.add_option("project", *id, "Project id (prj_…)")->required();
  AddProjectVerb(group, cli, "usage", "What the project used, per function",
                 [&cli] { return ShowUsage(cli); });
}

void AddKeys(CLI::App& root, Cli& cli) {
  CLI::App& group = AddGroup(root, cli, "keys", "API keys of a project");
  AddProjectVerb(group, cli, "list", "API keys of the project", [&cli] { return ListKeys(cli); });
  auto options = std::make_shared<CreateKeyOptions>();
  CLI::App& create =
      AddProjectVerb(group, cli, "create", "Make an API key; its secret is shown once",
                     [&cli, options] { return CreateKey(cli, *options); });
  create.add_option("name", options->name, "Name of the key")->required();
  create.add_option("--scope", options->scopes, "What it may do, for example functions:invoke")
      ->required();
  create.add_option("--expires-in", options->expires_in, "Seconds until it ends; else never");
  auto id = std::make_shared<std::string>();
  CLI::App& remove = AddVerb(group, cli, "delete", "Revoke an API key",
                             [&cli, id] { return DeleteKey(cli, *id); });
  remove.add_option("key", *id, "Key id (key_…)")->required();
}

}  // namespace

void AddProjectVerbs(CLI::App& root, Cli& cli) {
  AddProjects(root, cli);
  AddKeys(root, cli);
}

}  // namespace nsl::cli
