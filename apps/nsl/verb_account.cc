// SPDX-License-Identifier: Apache-2.0
//
// register, login, logout.
#include <CLI/CLI.hpp>
#include <boost/json/object.hpp>

#include "base/log.h"
#include "cli.h"
#include "crypto/secret.h"
#include "sealed_login.h"

namespace nsl::cli {
namespace {

struct LoginOptions {
  std::string email;
  bool from_stdin = false;
};

void Wipe(std::string& text) {
  crypto::WipeMemory({reinterpret_cast<uint8_t*>(text.data()), text.size()});
  text.clear();
}

CliResult<std::string> Password(const LoginOptions& options, bool twice) {
  if (options.from_stdin) return PasswordFromStdin();
  NSL_TRY(auto first, AskPassword("Password for " + options.email + ": "));
  if (!twice) return first;
  NSL_TRY(auto second, AskPassword("The same again: "));
  bool same = first == second;
  Wipe(second);
  if (same) return first;
  Wipe(first);
  return Usage("the two passwords differ; nothing was sent");
}

CliStatus Enter(Cli& cli, const LoginOptions& options, const std::string& method) {
  NSL_TRY(auto* api, cli.Api());
  NSL_TRY_VOID(api->Base());
  NSL_TRY(auto password, Password(options, method == "register"));
  auto body = SealedCredentials(*api, method, options.email, password);
  Wipe(password);
  if (!body) return std::unexpected(std::move(body.error()));
  NSL_TRY(auto session, api->Json({.method = "POST",
                                   .path = "/v1/auth/" + method,
                                   .body = body->body,
                                   .credential = false}));
  NSL_TRY(auto lock, ProfileLock::Take());
  api->profile().project.clear();
  NSL_TRY_VOID(api->TakeLogin(session, options.email, body->session_key));
  const Profile& profile = api->profile();
  if (cli.json) {
    cli.term().Json(boost::json::object{{"accountId", profile.account_id},
                                        {"email", profile.email},
                                        {"simulated", profile.simulated},
                                        {"profile", ProfilePath()}});
    return {};
  }
  cli.term().Line((method == "register" ? "registered " : "logged in as ") +
                  Printable(profile.email) + " (" + profile.account_id + ")");
  if (profile.simulated) {
    cli.term().Line(cli.term().Paint(
        Colour::kYellow, "simulated: this vault is a development program, not an enclave"));
  }
  return {};
}

CliStatus Leave(Cli& cli) {
  NSL_TRY(auto* api, cli.Api());
  std::string refresh = api->profile().refresh_token;
  bool known = !refresh.empty();
  if (known) {
    std::string body = R"({"refreshToken":)";
    AppendJsonString(body, refresh);
    auto ended = api->Send(
        {.method = "POST", .path = "/v1/auth/logout", .body = body + "}", .credential = false});
    // A login that the server no longer knows has ended already.
    if (!ended && ended.error().status != 401) return std::unexpected(std::move(ended.error()));
  }
  NSL_TRY(auto lock, ProfileLock::Take());
  ForgetLogin(api->profile());
  NSL_TRY_VOID(SaveProfile(api->profile()));
  if (cli.json) {
    cli.term().Json(boost::json::object{{"loggedOut", known}});
  } else {
    cli.term().Line(known ? "logged out" : "there was no login");
  }
  return {};
}

void AddEntry(CLI::App& root, Cli& cli, const std::string& method, const std::string& help) {
  auto options = std::make_shared<LoginOptions>();
  CLI::App& verb = AddVerb(root, cli, method, help,
                           [&cli, options, method] { return Enter(cli, *options, method); });
  verb.add_option("email", options->email, "E-mail address of the account")->required();
  verb.add_flag("--password-stdin", options->from_stdin,
                "Read the password from the first line of stdin instead of asking");
}

}  // namespace

void AddAccountVerbs(CLI::App& root, Cli& cli) {
  AddEntry(root, cli, "register", "Make an account; the password is sealed to the attested vault");
  AddEntry(root, cli, "login", "Log in; the password is sealed to the attested vault");
  AddVerb(root, cli, "logout", "End this login here and in the vault",
          [&cli] { return Leave(cli); });
}

}  // namespace nsl::cli
