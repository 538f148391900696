// SPDX-License-Identifier: Apache-2.0
//
// config get, set, path, check.
#include <CLI/CLI.hpp>
#include <array>
#include <boost/json/object.hpp>

#include "base/ids.h"
#include "base/json.h"
#include "cli.h"
#include "crypto/hash.h"
#include "crypto/x509.h"
#include "sealed_login.h"

namespace nsl::cli {
namespace {

constexpr std::array<std::string_view, 7> kKeys = {"api",   "project",   "root",   "simulated",
                                                   "email", "namespace", "account"};

// What may be shown: no tokens.
boost::json::object Shown(const Profile& profile) {
  return {{"api", profile.api},           {"project", profile.project},
          {"root", profile.root_sha256},  {"simulated", profile.simulated},
          {"email", profile.email},       {"namespace", profile.name_space},
          {"account", profile.account_id}};
}

std::unexpected<CliError> UnknownKey(const std::string& key) {
  std::string_view near = NearestName(key, kKeys);
  return Usage("no setting is named '" + key + "'" +
               (near.empty() ? "" : "; did you mean '" + std::string(near) + "'?"));
}

CliStatus Get(Cli& cli, const std::string& key) {
  NSL_TRY(auto profile, LoadProfile());
  auto shown = Shown(profile);
  if (key.empty()) {
    if (cli.json) return cli.term().Json(shown), CliStatus();
    std::vector<std::vector<std::string>> rows;
    for (const auto& member : shown) {
      rows.push_back({std::string(member.key()), member.value().is_bool()
                                                     ? (profile.simulated ? "true" : "false")
                                                     : TextAt(shown, member.key())});
    }
    cli.term().Table({"SETTING", "VALUE"}, rows);
    return {};
  }
  const auto* value = shown.if_contains(key);
  if (value == nullptr) return UnknownKey(key);
  if (cli.json) return cli.term().Json(boost::json::object{{key, *value}}), CliStatus();
  cli.term().Line(value->is_bool() ? (profile.simulated ? "true" : "false") : TextAt(shown, key));
  return {};
}

CliStatus PinRoot(Profile& profile, const std::string& file) {
  NSL_TRY(auto der, ReadFileLimited(file, 64 << 10));
  auto certificate = crypto::Certificate::FromDer(AsBytes(der));
  if (!certificate) return Usage(file + " is not one certificate in DER");
  profile.root_der = ToBytes(std::string_view(der));
  profile.root_sha256 = ToHex(crypto::Sha256(profile.root_der));
  profile.name_space.clear();
  ForgetLogin(profile);
  return {};
}

CliStatus Apply(Profile& profile, const std::string& key, const std::string& value) {
  if (key == "api") {
    bool http = value.starts_with("http://") || value.starts_with("https://");
    if (!http) return Usage("'api' is an address that begins with http:// or https://");
    if (profile.api != value) ForgetLogin(profile);
    profile.api = value;
    return {};
  }
  if (key == "project") {
    if (!value.empty() && !IsId(kProjectId, value)) {
      return Usage("'project' is a project id (prj_ and 26 characters), or empty");
    }
    profile.project = value;
    return {};
  }
  if (key == "root") return PinRoot(profile, value);
  if (key == "simulated") {
    if (value != "true" && value != "false") return Usage("'simulated' is true or false");
    profile.simulated = value == "true";
    return {};
  }
  if (key == "email" || key == "namespace" || key == "account") {
    return Usage("'" + key + "' is set by `nsl login`");
  }
  return UnknownKey(key);
}

CliStatus Set(Cli& cli, const std::string& key, const std::string& value) {
  NSL_TRY(auto lock, ProfileLock::Take());
  NSL_TRY(auto profile, LoadProfile());
  NSL_TRY_VOID(Apply(profile, key, value));
  NSL_TRY_VOID(SaveProfile(profile));
  auto shown = Shown(profile);
  if (cli.json) return cli.term().Json(boost::json::object{{key, shown.at(key)}}), CliStatus();
  cli.term().Line("wrote " + ProfilePath());
  return {};
}

CliStatus Path(Cli& cli) {
  if (cli.json) return cli.term().Json(boost::json::object{{"path", ProfilePath()}}), CliStatus();
  cli.term().Line(ProfilePath());
  return {};
}

// Proves the whole chain that a login relies on, without sending anything secret.
CliStatus Check(Cli& cli) {
  NSL_TRY(auto* api, cli.Api());
  NSL_TRY(auto base, api->Base());
  if (ToHex(crypto::Sha256(api->profile().root_der)) != api->profile().root_sha256 &&
      !api->profile().root_der.empty()) {
    return FailWith("cli.config", "the pinned root and its hash differ in " + ProfilePath() +
                                      "; pin it again with `nsl config set root FILE.der`");
  }
  NSL_TRY(auto vault, VerifiedVault(*api));
  bool logged_in = !api->profile().refresh_token.empty();
  if (cli.json) {
    cli.term().Json(boost::json::object{{"api", base},
                                        {"attested", true},
                                        {"simulated", vault.simulated},
                                        {"release", vault.keys.release},
                                        {"namespace", vault.keys.name_space},
                                        {"loggedIn", logged_in}});
    return {};
  }
  cli.term().Line("api       " + base);
  cli.term().Line("vault     attested" + std::string(vault.simulated ? " (simulated)" : "") +
                  ", release " + Printable(vault.keys.release, false));
  cli.term().Line("login     " + (logged_in ? api->profile().email : std::string("none")));
  return {};
}

}  // namespace

void AddConfigVerbs(CLI::App& root, Cli& cli) {
  CLI::App& group = AddGroup(root, cli, "config", "The profile: system, pinned root, project");
  auto key = std::make_shared<std::string>();
  AddVerb(group, cli, "get", "Show one setting or all; tokens are never shown", [&cli, key] {
    return Get(cli, *key);
  }).add_option("key", *key, "api, project, root, simulated, email, namespace, account");
  struct Pair {
    std::string key, value;
  };
  auto pair = std::make_shared<Pair>();
  CLI::App& set = AddVerb(group, cli, "set", "Change a setting",
                          [&cli, pair] { return Set(cli, pair->key, pair->value); });
  set.add_option("key", pair->key, "api, project, root (a DER file), simulated")->required();
  set.add_option("value", pair->value, "New value")->required();
  AddVerb(group, cli, "path", "Where the profile is", [&cli] { return Path(cli); });
  AddVerb(group, cli, "check", "Check profile and attestation of the system",
          [&cli] { return Check(cli); });
}

}  // namespace nsl::cli
