// SPDX-License-Identifier: Apache-2.0
//
// policies (policy) create list show delete explain.
#include <CLI/CLI.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fstream>
#include <sstream>

#include "base/json.h"
#include "call_arguments.h"
#include "cli.h"
#include "neo/amount.h"
#include "wallet_input.h"

namespace nsl::cli {
namespace {

namespace json = boost::json;

constexpr size_t kMostFile = 64 << 10;

std::string Joined(const json::value& rule, std::string_view name) {
  std::string out;
  for (const auto& item : ArrayAt(rule, name)) {
    if (!item.is_string()) continue;
    if (!out.empty()) out += " ";
    out += Printable(std::string(item.get_string()), false);
  }
  return out.empty() ? "any" : out;
}

const json::value& RuleOf(const json::value& policy) {
  static const json::value none;
  const auto* object = policy.if_object();
  const auto* rule = object ? object->if_contains("rule") : nullptr;
  return rule ? *rule : none;
}

void PrintPolicies(Terminal& term, const json::array& items) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& p : items) {
    const json::value& rule = RuleOf(p);
    std::string amount = TextAt(rule, "maxAmount");
    rows.push_back({TextAt(p, "id"), Printable(TextAt(p, "name"), false), TextAt(rule, "effect"),
                    Joined(rule, "callers"), Joined(rule, "contracts"), Joined(rule, "methods"),
                    amount.empty() ? "-" : amount});
  }
  term.Table({"ID", "NAME", "EFFECT", "CALLERS", "CONTRACTS", "METHODS", "MAX AMOUNT"}, rows);
}

struct CreateOptions {
  std::string name;
  std::string file;
  bool deny = false;
  std::vector<std::string> wallets;
  std::vector<std::string> callers;
  std::vector<std::string> contracts;
  std::vector<std::string> methods;
  std::vector<std::string> receivers;
  std::string max_amount;
  std::string max_fee;
  std::string per_day;
};

json::array ArrayOf(const std::vector<std::string>& words) {
  json::array out;
  for (const std::string& word : words) out.emplace_back(word);
  return out;
}

CliResult<json::value> ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return Usage("--file: " + path + " cannot be read");
  std::ostringstream text;
  text << file.rdbuf();
  if (text.str().size() > kMostFile) return Usage("--file: more than 64 KiB");
  auto rule = ParseJson(text.str(), {});
  if (!rule) return Usage("--file: " + rule.error().detail);
  return *rule;
}

// Whole units of the one token that the rule names.
CliResult<std::string> UnitsOf(Cli& cli, const CreateOptions& options, const std::string& amount,
                               const std::string& option) {
  if (options.contracts.size() != 1 || options.contracts[0] == "*") {
    return Usage(option + ": amounts are counted in one token; give exactly one --contract");
  }
  std::string wallet = options.wallets.empty() ? std::string() : options.wallets[0];
  NSL_TRY(Token token, ReadToken(cli, options.contracts[0], wallet));
  return SmallestUnits(amount, token);
}

CliResult<json::object> RuleFrom(Cli& cli, const CreateOptions& options) {
  json::object rule{{"effect", options.deny ? "deny" : "allow"}};
  std::vector<std::string> wallets;
  for (const std::string& name : options.wallets) {
    NSL_TRY(auto wallet, FindWallet(cli, name));
    wallets.push_back(TextAt(wallet, "id"));
  }
  CreateOptions known = options;
  known.wallets = wallets;
  rule["wallets"] = ArrayOf(wallets);
  rule["callers"] = ArrayOf(options.callers);
  rule["contracts"] = ArrayOf(options.contracts);
  rule["methods"] = ArrayOf(options.methods);
  rule["receivers"] = ArrayOf(options.receivers);
  if (!options.max_amount.empty()) {
    NSL_TRY(std::string units, UnitsOf(cli, known, options.max_amount, "--max-amount"));
    rule["maxAmount"] = units;
  }
  if (!options.max_fee.empty()) {
    auto fee = neo::GasFromText(options.max_fee);
    if (!fee) return Usage("--max-fee: " + fee.error().detail);
    rule["maxFee"] = std::to_string(*fee);
  }
  if (!options.per_day.empty()) {
    NSL_TRY(std::string units, UnitsOf(cli, known, options.per_day, "--per-day"));
    rule["limits"] = json::array{json::object{{"seconds", 86'400}, {"amount", units}}};
  }
  return rule;
}

CliResult<json::value> RuleOf(Cli& cli, const CreateOptions& options) {
  if (!options.file.empty()) return ReadFile(options.file);
  NSL_TRY(json::object rule, RuleFrom(cli, options));
  return json::value(std::move(rule));
}

CliStatus Create(Cli& cli, const CreateOptions& options) {
  NSL_TRY(auto* api, cli.Api());
  NSL_TRY(auto project, cli.Project());
  NSL_TRY(json::value rule, RuleOf(cli, options));
  json::object body{{"name", options.name}, {"rule", rule}};
  NSL_TRY(auto policy, api->Json({.method = "POST",
                                  .path = "/v1/projects/" + UrlEncode(project) + "/policies",
                                  .body = json::serialize(body)}));
  if (cli.json) return cli.term().Json(policy), CliStatus();
  PrintPolicies(cli.term(), {policy});
  return {};
}

CliStatus List(Cli& cli) {
  NSL_TRY(auto* api, cli.Api());
  NSL_TRY(auto project, cli.Project());
  NSL_TRY(auto list, api->Json({.path = "/v1/projects/" + UrlEncode(project) + "/policies"}));
  if (cli.json) return cli.term().Json(list), CliStatus();
  PrintPolicies(cli.term(), ArrayAt(list, "items"));
  return {};
}

// By id, or by the name in the project.
CliResult<std::string> IdOf(Cli& cli, const std::string& name) {
  if (name.starts_with("pol_")) return name;
  NSL_TRY(auto* api, cli.Api());
  NSL_TRY(auto project, cli.Project());
  NSL_TRY(auto list, api->Json({.path = "/v1/projects/" + UrlEncode(project) + "/policies"}));
  for (const auto& p : ArrayAt(list, "items")) {
    if (TextAt(p, "name") == name) return TextAt(p, "id");
  }
  return FailWith("not_found",
                  "the project has no policy named '" + name + "'; `nsl policy list` shows them");
}

CliStatus Show(Cli& cli, const std::string& name) {
  NSL_TRY(std::string id, IdOf(cli, name));
  NSL_TRY(auto* api, cli.Api());
  NSL_TRY(auto policy, api->Json({.path = "/v1/policies/" + UrlEncode(id)}));
  // A rule is read best as it is written.
  cli.term().Json(policy);
  return {};
}

// The rule as a whole, for the version that was read here.
CliStatus Update(Cli& cli, const CreateOptions& options) {
  NSL_TRY(std::string id, IdOf(cli, options.name));
  NSL_TRY(auto* api, cli.Api());
  NSL_TRY(auto before, api->Json({.path = "/v1/policies/" + UrlEncode(id)}));
  NSL_TRY(json::value rule, RuleOf(cli, options));
  json::object body{{"name", TextAt(before, "name")},
                    {"rule", std::move(rule)},
                    {"version", UintAt(before, "version")}};
  NSL_TRY(auto policy, api->Json({.method = "PUT",
                                  .path = "/v1/policies/" + UrlEncode(id),
                                  .body = json::serialize(body)}));
  if (cli.json) return cli.term().Json(policy), CliStatus();
  PrintPolicies(cli.term(), {policy});
  return {};
}

CliStatus Delete(Cli& cli, const std::string& name) {
  NSL_TRY(std::string id, IdOf(cli, name));
  NSL_TRY(auto* api, cli.Api());
  NSL_TRY_VOID(api->Json({.method = "DELETE", .path = "/v1/policies/" + UrlEncode(id)}));
  if (cli.json) return cli.term().Json(json::object{{"deleted", id}}), CliStatus();
  cli.term().Line("removed " + id);
  return {};
}

struct ExplainOptions {
  std::string wallet;
  std::string caller;
  std::string to;
  std::string amount;
  std::string token = "GAS";
  std::string contract;
  std::string method;
  std::vector<std::string> args;
};

CliStatus Explain(Cli& cli, const ExplainOptions& options) {
  NSL_TRY(auto wallet, FindWallet(cli, options.wallet));
  NSL_TRY(auto* api, cli.Api());
  json::object body{{"wallet", TextAt(wallet, "id")}};
  if (!options.caller.empty()) body["caller"] = options.caller;
  if (options.contract.empty()) {
    if (options.to.empty() || options.amount.empty()) {
      return Usage("give --to and --amount of a transfer, or --contract and --method of a call");
    }
    NSL_TRY(Token token, ReadToken(cli, options.token, TextAt(wallet, "id")));
    NSL_TRY(std::string units, SmallestUnits(options.amount, token));
    body["transfer"] = json::object{{"token", token.text}, {"to", options.to}, {"amount", units}};
  } else {
    NSL_TRY(json::array args, ReadCallArguments(options.args));
    body["call"] =
        json::object{{"contract", options.contract}, {"method", options.method}, {"args", args}};
  }
  NSL_TRY(auto verdict,
          api->Json({.method = "POST",
                     .path = "/v1/projects/" + UrlEncode(TextAt(wallet, "projectId")) +
                             "/policies:explain",
                     .body = json::serialize(body),
                     .bearer = true}));
  const auto* object = verdict.if_object();
  const auto* allowed = object ? object->if_contains("allowed") : nullptr;
  bool yes = allowed != nullptr && allowed->is_bool() && allowed->get_bool();
  if (!yes) cli.exit = Exit::kAuth;
  if (cli.json) return cli.term().Json(verdict), CliStatus();
  std::vector<std::vector<std::string>> rows;
  for (const auto& rule : ArrayAt(verdict, "rules")) {
    const auto* applies = rule.is_object() ? rule.get_object().if_contains("applies") : nullptr;
    bool does = applies != nullptr && applies->is_bool() && applies->get_bool();
    rows.push_back({Printable(TextAt(rule, "name"), false), TextAt(rule, "effect"),
                    does ? "applies" : "-", Printable(TextAt(rule, "because"), false)});
  }
  cli.term().Table({"RULE", "EFFECT", "", "BECAUSE"}, rows);
  cli.term().Line(
      cli.term().Paint(yes ? Colour::kGreen : Colour::kRed, yes ? "allowed" : "refused") + " by " +
      TextAt(verdict, "policy") + ": " + Printable(TextAt(verdict, "because"), false));
  return {};
}

void AddRuleOptions(CLI::App& verb, CreateOptions& o) {
  verb.add_option("--file", o.file, "The rule as JSON, instead of the options below");
  verb.add_flag("--deny", o.deny, "Deny instead of allow");
  verb.add_option("--wallet", o.wallets, "Wallets; every one unless given");
  verb.add_option("--caller", o.callers, "members, fn_…, ver_…, key_…, acc_… or \"*\"");
  verb.add_option("--contract", o.contracts, "GAS, NEO, 0x… or \"*\"");
  verb.add_option("--method", o.methods, "Methods; every one unless given");
  verb.add_option("--receiver", o.receivers, "Receivers of transfers; everybody unless given");
  verb.add_option("--max-amount", o.max_amount, "Of one transfer, in whole units");
  verb.add_option("--max-fee", o.max_fee, "GAS in fees of one transaction");
  verb.add_option("--per-day", o.per_day, "Of all transfers within 24 hours, in whole units");
}

void AddCreate(CLI::App& group, Cli& cli) {
  auto o = std::make_shared<CreateOptions>();
  CLI::App& verb = AddProjectVerb(group, cli, "create", "Make a rule about what wallets may do",
                                  [&cli, o] { return Create(cli, *o); });
  verb.add_option("name", o->name, "1 to 64 characters of a-z 0-9 - _")->required();
  AddRuleOptions(verb, *o);
  auto u = std::make_shared<CreateOptions>();
  CLI::App& update = AddProjectVerb(group, cli, "update",
                                    "Replace the whole rule of a policy; what was spent counts on",
                                    [&cli, u] { return Update(cli, *u); });
  update.add_option("policy", u->name, "Name or pol_…")->required();
  AddRuleOptions(update, *u);
}

void AddExplain(CLI::App& group, Cli& cli) {
  auto o = std::make_shared<ExplainOptions>();
  CLI::App& verb = AddProjectVerb(
      group, cli, "explain", "Which rule would decide, and why; exit 3 when it would be refused",
      [&cli, o] { return Explain(cli, *o); });
  verb.add_option("wallet", o->wallet, "Wallet, by name or wal_…")->required();
  verb.add_option("--caller", o->caller, "Who asks; members unless given");
  verb.add_option("--to", o->to, "Receiver of a transfer");
  verb.add_option("--amount", o->amount, "Of a transfer, in whole units");
  verb.add_option("--token", o->token, "GAS, NEO or a hash")->capture_default_str();
  verb.add_option("--contract", o->contract, "Contract of a call");
  verb.add_option("--method", o->method, "Method of a call");
  verb.add_option("--arg", o->args, "Argument of a call: integer:5, hash160:N…, string:x, …");
}

}  // namespace

void AddPolicyVerbs(CLI::App& root, Cli& cli) {
  CLI::App& group =
      AddGroup(root, cli, "policies", "Rules about what wallets may do (alias policy)");
  group.alias("policy");
  AddCreate(group, cli);
  AddProjectVerb(group, cli, "list", "Policies of the project", [&cli] { return List(cli); });
  auto name = std::make_shared<std::string>();
  AddProjectVerb(group, cli, "show", "One policy", [&cli, name] { return Show(cli, *name); })
      .add_option("policy", *name, "Name or pol_…")
      ->required();
  AddProjectVerb(group, cli, "delete", "Remove a policy",
                 [&cli, name] { return Delete(cli, *name); })
      .add_option("policy", *name, "Name or pol_…")
      ->required();
  AddExplain(group, cli);
}

}  // namespace nsl::cli
