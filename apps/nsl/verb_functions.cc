// SPDX-License-Identifier: Apache-2.0
//
// init, hash, deploy, functions list show versions promote delete.
#include <CLI/CLI.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <filesystem>

#include "base/ids.h"
#include "base/json.h"
#include "base/log.h"
#include "deploy.h"
#include "templates.h"

namespace nsl::cli {
namespace {

namespace fs = std::filesystem;

struct InitOptions {
  std::string folder = ".";
  std::string name;
};

// A function name from a folder name: lower case, digits, dashes.
std::string NameFrom(const std::string& folder) {
  std::string name;
  for (char c : fs::absolute(folder).lexically_normal().filename().string()) {
    auto u = static_cast<unsigned char>(c);
    if (std::isalnum(u) != 0 && u < 0x80) {
      name.push_back(static_cast<char>(std::tolower(u)));
    } else if (!name.empty() && name.back() != '-') {
      name.push_back('-');
    }
  }
  while (name.ends_with('-')) name.pop_back();
  return name.size() < 3 ? std::string() : name.substr(0, 60);
}

CliStatus Init(Cli& cli, const InitOptions& options) {
  NSL_TRY(auto files, WriteTemplate(options.name, options.folder, NameFrom(options.folder)));
  if (cli.json) {
    boost::json::array names(files.begin(), files.end());
    cli.term().Json(boost::json::object{
        {"folder", options.folder}, {"template", options.name}, {"files", std::move(names)}});
    return {};
  }
  for (const auto& file : files) cli.term().Line("wrote " + file);
  cli.term().Line("next: nsl deploy " + options.folder);
  return {};
}

CliStatus ShowHash(Cli& cli, const std::string& folder) {
  NSL_TRY(auto source, ReadFunctionFolder(folder));
  std::string hash = CodeHashText(source);
  if (cli.json) return cli.term().Json(boost::json::object{{"codeHash", hash}}), CliStatus();
  cli.term().Line(hash);
  return {};
}

CliStatus Deploy(Cli& cli, const std::string& folder) {
  auto start = std::chrono::steady_clock::now();
  NSL_TRY(auto done, DeployFolder(cli, folder));
  auto took = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - start);
  std::string version = TextAt(done.version, "id");
  if (cli.json) {
    cli.term().Json(boost::json::object{{"functionId", done.function_id},
                                        {"created", done.created},
                                        {"versionId", version},
                                        {"codeHash", done.code_hash},
                                        {"ms", took.count()},
                                        {"version", done.version}});
    return {};
  }
  cli.term().Line("function  " + done.function_id);
  cli.term().Line("version   " + version);
  cli.term().Line("code hash " + done.code_hash);
  cli.term().Line("granted   by " + TextAt(done.version, "authorisedBy"));
  return {};
}

CliStatus List(Cli& cli) {
  NSL_TRY(auto* api, cli.Api());
  NSL_TRY(auto project, cli.Project());
  boost::json::array all;
  for (std::string cursor;;) {
    std::string path = "/v1/projects/" + UrlEncode(project) + "/functions?limit=200";
    if (!cursor.empty()) path += "&cursor=" + UrlEncode(cursor);
    NSL_TRY(auto page, api->Json({.path = path}));
    for (const auto& item : ArrayAt(page, "items")) all.push_back(item);
    cursor = TextAt(page, "cursor");
    if (cursor.empty()) break;
  }
  if (cli.json) return cli.term().Json(boost::json::object{{"items", all}}), CliStatus();
  std::vector<std::vector<std::string>> rows;
  for (const auto& item : all) {
    std::string prod = TextAt(item, "prodVersionId");
    rows.push_back({TextAt(item, "name"), TextAt(item, "id"), TextAt(item, "runtime"),
                    prod.empty() ? "not deployed" : prod, TextAt(item, "createdAt")});
  }
  cli.term().Table({"NAME", "ID", "RUNTIME", "PROD", "CREATED"}, rows);
  return {};
}

CliStatus Show(Cli& cli, const std::string& name) {
  NSL_TRY(auto* api, cli.Api());
  NSL_TRY(auto id, cli.FunctionId(name));
  NSL_TRY(auto function, api->Json({.path = "/v1/functions/" + id}));
  NSL_TRY(auto versions, api->Json({.path = "/v1/functions/" + id + "/versions?limit=50"}));
  if (cli.json) {
    cli.term().Json(
        boost::json::object{{"function", function}, {"versions", ArrayAt(versions, "items")}});
    return {};
  }
  cli.term().Line(TextAt(function, "name") + "  " + id + "  " + TextAt(function, "runtime"));
  for (const auto& alias : ArrayAt(function, "aliases")) {
    cli.term().Line("alias " + TextAt(alias, "name") + " -> " + TextAt(alias, "versionId"));
  }
  std::vector<std::vector<std::string>> rows;
  for (const auto& v : ArrayAt(versions, "items")) {
    rows.push_back({TextAt(v, "id"), TextAt(v, "codeHash"), TextAt(v, "access"),
                    TextAt(v, "authorisedBy"), HumanBytes(UintAt(v, "bundleBytes")),
                    TextAt(v, "createdAt")});
  }
  cli.term().Table({"VERSION", "CODE HASH", "ACCESS", "GRANTED BY", "SIZE", "CREATED"}, rows);
  return {};
}

struct PromoteOptions {
  std::string function;
  std::string version;
  std::string alias = "prod";
};

// Moves the alias only if the function is still as `before` says.
CliStatus MoveAlias(Cli& cli, const boost::json::value& before, const std::string& alias,
                    const std::string& version) {
  NSL_TRY(auto* api, cli.Api());
  std::string body = R"({"versionId":)";
  AppendJsonString(body, version);
  NSL_TRY(auto function, api->Json({.method = "PUT",
                                    .path = "/v1/functions/" + TextAt(before, "id") + "/aliases/" +
                                            UrlEncode(alias),
                                    .body = body + "}",
                                    .version = UintAt(before, "version")}));
  if (cli.json) return cli.term().Json(function), CliStatus();
  cli.term().Line("alias " + alias + " -> " + version);
  return {};
}

CliResult<boost::json::value> FindFunction(Cli& cli, const std::string& name) {
  NSL_TRY(auto* api, cli.Api());
  NSL_TRY(auto id, cli.FunctionId(name));
  return api->Json({.path = "/v1/functions/" + id});
}

CliStatus Promote(Cli& cli, const PromoteOptions& options) {
  if (!IsId(kVersionId, options.version)) {
    return Usage("'" + options.version +
                 "' is not a version id (ver_ and 26 characters); `nsl"
                 " functions show " +
                 options.function + "` lists the versions");
  }
  NSL_TRY(auto before, FindFunction(cli, options.function));
  return MoveAlias(cli, before, options.alias, options.version);
}

std::string VersionBehind(const boost::json::value& function, const std::string& alias) {
  for (const auto& one : ArrayAt(function, "aliases")) {
    if (TextAt(one, "name") == alias) return TextAt(one, "versionId");
  }
  return {};
}

// The version that was deployed before `version`; empty when it was the first.
CliResult<std::string> DeployedBefore(Cli& cli, const std::string& function,
                                      const std::string& version) {
  NSL_TRY(auto* api, cli.Api());
  bool found = false;
  for (std::string cursor;;) {
    // Latest first.
    std::string path = "/v1/functions/" + function + "/versions?limit=200";
    if (!cursor.empty()) path += "&cursor=" + UrlEncode(cursor);
    NSL_TRY(auto page, api->Json({.path = path}));
    for (const auto& one : ArrayAt(page, "items")) {
      if (found) return TextAt(one, "id");
      found = TextAt(one, "id") == version;
    }
    cursor = TextAt(page, "cursor");
    if (cursor.empty()) return std::string();
  }
}

CliStatus Rollback(Cli& cli, const PromoteOptions& options) {
  NSL_TRY(auto before, FindFunction(cli, options.function));
  std::string current = VersionBehind(before, options.alias);
  if (current.empty()) {
    return FailWith("function.not_deployed", "the function has no alias '" + options.alias +
                                                 "'; `nsl functions show " + options.function +
                                                 "` lists them");
  }
  NSL_TRY(auto earlier, DeployedBefore(cli, TextAt(before, "id"), current));
  if (earlier.empty()) {
    return FailWith("function.not_deployed",
                    current + " is the first version of the function: there is nothing before it");
  }
  return MoveAlias(cli, before, options.alias, earlier);
}

CliStatus Delete(Cli& cli, const std::string& name) {
  NSL_TRY(auto* api, cli.Api());
  NSL_TRY(auto id, cli.FunctionId(name));
  NSL_TRY(auto before, api->Json({.path = "/v1/functions/" + id}));
  NSL_TRY_VOID(api->Send(
      {.method = "DELETE", .path = "/v1/functions/" + id, .version = UintAt(before, "version")}));
  if (cli.json) return cli.term().Json(boost::json::object{{"deleted", id}}), CliStatus();
  cli.term().Line("deleted " + id);
  return {};
}

void AddInit(CLI::App& parent, Cli& cli) {
  auto options = std::make_shared<InitOptions>();
  options->name = TemplateNames().front();
  CLI::App& verb = AddVerb(parent, cli, "init", "Write a new function: nsl.toml, index.js, README",
                           [&cli, options] { return Init(cli, *options); });
  verb.add_option("folder", options->folder, "Folder to write into")->capture_default_str();
  std::string known;
  for (const auto& name : TemplateNames()) known += (known.empty() ? "" : ", ") + name;
  verb.add_option("--template", options->name, "One of: " + known)->capture_default_str();
}

void AddDeploy(CLI::App& parent, Cli& cli) {
  auto folder = std::make_shared<std::string>(".");
  CLI::App& verb = AddProjectVerb(parent, cli, "deploy", "Build, check and store a new version",
                                  [&cli, folder] { return Deploy(cli, *folder); });
  verb.add_option("folder", *folder, "Folder with nsl.toml")->capture_default_str();
}

void AddAliasVerbs(CLI::App& parent, Cli& cli) {
  auto options = std::make_shared<PromoteOptions>();
  CLI::App& promote = AddProjectVerb(parent, cli, "promote", "Point an alias at a version",
                                     [&cli, options] { return Promote(cli, *options); });
  promote.add_option("function", options->function, "Name or fn_…")->required();
  promote.add_option("version", options->version, "ver_…")->required();
  auto back = std::make_shared<PromoteOptions>();
  CLI::App& rollback =
      AddProjectVerb(parent, cli, "rollback", "Point an alias at the version deployed before",
                     [&cli, back] { return Rollback(cli, *back); });
  rollback.add_option("function", back->function, "Name or fn_…")->required();
  for (auto& [verb, into] : {std::pair(&promote, options), std::pair(&rollback, back)}) {
    verb->add_option("--alias", into->alias, "Alias to move")->capture_default_str();
  }
}

}  // namespace

void AddFunctionVerbs(CLI::App& root, Cli& cli) {
  AddInit(root, cli);
  AddDeploy(root, cli);
  auto folder = std::make_shared<std::string>(".");
  CLI::App& hash =
      AddVerb(root, cli, "hash", "Code hash of a folder, as grant and receipt carry it",
              [&cli, folder] { return ShowHash(cli, *folder); });
  hash.add_option("folder", *folder, "Folder with nsl.toml")->capture_default_str();

  CLI::App& group = *root.get_subcommand("functions");
  AddInit(group, cli);
  AddDeploy(group, cli);
  AddProjectVerb(group, cli, "list", "Functions of the project", [&cli] { return List(cli); });
  auto shown = std::make_shared<std::string>();
  AddProjectVerb(group, cli, "show", "A function, its aliases and versions",
                 [&cli, shown] { return Show(cli, *shown); })
      .add_option("function", *shown, "Name or fn_…")
      ->required();
  auto removed = std::make_shared<std::string>();
  AddProjectVerb(group, cli, "delete", "Delete a function and its versions",
                 [&cli, removed] { return Delete(cli, *removed); })
      .add_option("function", *removed, "Name or fn_…")
      ->required();
  AddAliasVerbs(group, cli);
  AddAliasVerbs(root, cli);
}

}  // namespace nsl::cli
