// SPDX-License-Identifier: Apache-2.0
//
// wallets (wallet) create list show balance transfer call fund.
#include <CLI/CLI.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "base/random.h"
#include "call_arguments.h"
#include "cli.h"
#include "dev/funding.h"
#include "neo/amount.h"
#include "transaction_view.h"
#include "wallet_input.h"

namespace nsl::cli {
namespace {

const std::vector<std::string> kHeader = {"ID", "NAME", "ADDRESS", "CREATED"};

std::vector<std::string> RowOf(const boost::json::value& w) {
  return {TextAt(w, "id"), Printable(TextAt(w, "name"), false), TextAt(w, "address"),
          TextAt(w, "createdAt")};
}

CliStatus Create(Cli& cli, const std::string& name, const std::string& daily_fee) {
  NSL_TRY(auto* api, cli.Api());
  NSL_TRY(auto project, cli.Project());
  boost::json::object body{{"name", name}};
  if (!daily_fee.empty()) {
    auto fee = neo::GasFromText(daily_fee);
    if (!fee) return Usage("--daily-fee: " + fee.error().detail);
    body["dailyFee"] = std::to_string(*fee);
  }
  NSL_TRY(auto wallet, api->Json({.method = "POST",
                                  .path = "/v1/projects/" + UrlEncode(project) + "/wallets",
                                  .body = boost::json::serialize(body)}));
  if (cli.json) return cli.term().Json(wallet), CliStatus();
  cli.term().Table(kHeader, {RowOf(wallet)});
  return {};
}

CliStatus List(Cli& cli) {
  NSL_TRY(auto* api, cli.Api());
  NSL_TRY(auto project, cli.Project());
  NSL_TRY(auto list, api->Json({.path = "/v1/projects/" + UrlEncode(project) + "/wallets"}));
  if (cli.json) return cli.term().Json(list), CliStatus();
  std::vector<std::vector<std::string>> rows;
  for (const auto& item : ArrayAt(list, "items")) rows.push_back(RowOf(item));
  cli.term().Table(kHeader, rows);
  return {};
}

CliStatus Show(Cli& cli, const std::string& name) {
  NSL_TRY(auto wallet, FindWallet(cli, name));
  if (cli.json) return cli.term().Json(wallet), CliStatus();
  cli.term().Table({"FIELD", "VALUE"},
                   {{"id", TextAt(wallet, "id")},
                    {"name", Printable(TextAt(wallet, "name"), false)},
                    {"address", TextAt(wallet, "address")},
                    {"script hash", TextAt(wallet, "scriptHash")},
                    {"public key", TextAt(wallet, "publicKey")},
                    {"daily fee", WholeUnits(TextAt(wallet, "dailyFee"), 8) + " GAS"},
                    {"authorised by", TextAt(wallet, "authorisedBy")},
                    {"created", TextAt(wallet, "createdAt")}});
  return {};
}

CliStatus Balance(Cli& cli, const std::string& name, const std::string& token) {
  NSL_TRY(auto wallet, FindWallet(cli, name));
  NSL_TRY(auto* api, cli.Api());
  std::string path = "/v1/wallets/" + TextAt(wallet, "id") + "/balances";
  if (!token.empty()) path += "?token=" + UrlEncode(token);
  NSL_TRY(auto balances, api->Json({.path = path}));
  if (cli.json) return cli.term().Json(balances), CliStatus();
  std::vector<std::vector<std::string>> rows;
  for (const auto& item : ArrayAt(balances, "items")) {
    rows.push_back(
        {Printable(TextAt(item, "symbol"), false),
         WholeUnits(TextAt(item, "amount"), static_cast<unsigned>(UintAt(item, "decimals"))),
         TextAt(item, "token")});
  }
  cli.term().Table({"TOKEN", "AMOUNT", "CONTRACT"}, rows);
  cli.term().Line(TextAt(balances, "address") + " at block " +
                  std::to_string(UintAt(balances, "height")) + ", as the " +
                  TextAt(balances, "evidence") + " says");
  return {};
}

// Of whatever is sent from a wallet.
struct SendOptions {
  std::string max_fee;
  uint32_t valid_blocks = 0;
  std::string key;
  bool no_follow = false;
  bool dry_run = false;
};

struct TransferOptions {
  std::string wallet;
  std::string to;
  std::string amount;
  std::string token = "GAS";
  SendOptions common;
};

struct CallOptions {
  std::string wallet;
  std::string contract;
  std::string method;
  std::vector<std::string> args;
  bool assert_true = false;
  SendOptions common;
};

std::string NewKey() {
  SystemRandom random;
  return "cli-" + ToHex(random.Array<16>());
}

// Reads alone: by bearer, like the other questions.
CliStatus Simulate(Cli& cli, const boost::json::value& wallet, const boost::json::object& body) {
  NSL_TRY(auto* api, cli.Api());
  NSL_TRY(auto said, api->Json({.method = "POST",
                                .path = "/v1/projects/" + UrlEncode(TextAt(wallet, "projectId")) +
                                        "/transactions:simulate",
                                .body = boost::json::serialize(body),
                                .bearer = true,
                                .timeout_ms = 30'000}));
  if (cli.json) return cli.term().Json(said), CliStatus();
  const auto* allowed = said.as_object().if_contains("allowed");
  bool yes = allowed != nullptr && allowed->is_bool() && allowed->get_bool();
  cli.term().Line("would end in " + TextAt(said, "vmState") + " for " +
                  WholeUnits(TextAt(said, "systemFee"), 8) + " + " +
                  WholeUnits(TextAt(said, "networkFee"), 8) + " GAS; nothing was signed");
  cli.term().Line((yes ? "allowed by " : "not allowed: ") + TextAt(said, "policy") + ": " +
                  Printable(TextAt(said, "because"), false));
  return {};
}

CliStatus Send(Cli& cli, const boost::json::value& wallet, boost::json::object body,
               const SendOptions& options) {
  body["wallet"] = TextAt(wallet, "id");
  if (!options.max_fee.empty()) {
    auto fee = neo::GasFromText(options.max_fee);
    if (!fee) return Usage("--max-fee: " + fee.error().detail);
    body["maxFee"] = std::to_string(*fee);
  }
  if (options.valid_blocks != 0) body["validBlocks"] = options.valid_blocks;
  if (options.dry_run) return Simulate(cli, wallet, body);
  std::string key = options.key.empty() ? NewKey() : options.key;
  NSL_TRY(auto* api, cli.Api());
  auto sent =
      api->Json({.method = "POST",
                 .path = "/v1/projects/" + UrlEncode(TextAt(wallet, "projectId")) + "/transactions",
                 .body = boost::json::serialize(body),
                 .idempotency_key = key,
                 .timeout_ms = 60'000});
  if (!sent) {
    CliError error = sent.error();
    // Whether it was signed is not known: the same key never gives a second transaction.
    if (error.status == 0 || error.status >= 500) {
      error.detail += "; to ask again without sending twice: --idempotency-key " + key;
    }
    return std::unexpected(std::move(error));
  }
  if (!options.no_follow) {
    NSL_TRY_VOID(FollowTransaction(cli, std::move(*sent)));
    return {};
  }
  if (cli.json) return cli.term().Json(*sent), CliStatus();
  PrintTransaction(cli.term(), *sent);
  return {};
}

CliStatus Transfer(Cli& cli, const TransferOptions& options) {
  NSL_TRY(auto wallet, FindWallet(cli, options.wallet));
  NSL_TRY(Token token, ReadToken(cli, options.token, TextAt(wallet, "id")));
  NSL_TRY(std::string units, SmallestUnits(options.amount, token));
  boost::json::object body;
  body["transfer"] =
      boost::json::object{{"token", token.text}, {"to", options.to}, {"amount", units}};
  return Send(cli, wallet, std::move(body), options.common);
}

CliStatus Call(Cli& cli, const CallOptions& options) {
  NSL_TRY(auto wallet, FindWallet(cli, options.wallet));
  NSL_TRY(boost::json::array args, ReadCallArguments(options.args));
  boost::json::object body;
  body["call"] = boost::json::object{{"contract", options.contract},
                                     {"method", options.method},
                                     {"args", std::move(args)},
                                     {"assertTrue", options.assert_true}};
  return Send(cli, wallet, std::move(body), options.common);
}

struct SayOptions {
  std::string wallet;
  std::string text;
};

CliStatus SignMessage(Cli& cli, const SayOptions& options) {
  NSL_TRY(auto wallet, FindWallet(cli, options.wallet));
  NSL_TRY(auto* api, cli.Api());
  NSL_TRY(auto said,
          api->Json({.method = "POST",
                     .path = "/v1/wallets/" + TextAt(wallet, "id") + ":sign-message",
                     .body = boost::json::serialize(boost::json::object{{"text", options.text}})}));
  if (cli.json) return cli.term().Json(said), CliStatus();
  cli.term().Table({"FIELD", "VALUE"}, {{"layout", TextAt(said, "layout")},
                                        {"salt", TextAt(said, "salt")},
                                        {"address", TextAt(said, "address")},
                                        {"public key", TextAt(said, "publicKey")},
                                        {"signature", TextAt(said, "signature")}});
  return {};
}

struct FundOptions {
  std::string wallet;
  std::string amount;
  std::string token = "GAS";
};

CliStatus Fund(Cli& cli, const FundOptions& options) {
  NSL_TRY(auto* api, cli.Api());
  std::string chain = api->profile().chain;
  if (chain.empty()) {
    return FailWith("cli.config",
                    "the profile names no private chain; this verb is for a system of `nsl dev`, "
                    "which writes it");
  }
  if (options.token != "GAS" && options.token != "NEO") {
    return Usage("--token: the private chain gives GAS and NEO");
  }
  NSL_TRY(auto wallet, FindWallet(cli, options.wallet));
  NSL_TRY(Token token, ReadToken(cli, options.token, TextAt(wallet, "id")));
  NSL_TRY(std::string units, SmallestUnits(options.amount, token));
  NSL_TRY(auto to, neo::ScriptHashFromAddress(TextAt(wallet, "address")));
  NSL_TRY(auto amount, neo::Integer::FromText(units));
  NSL_TRY(Funding done, FundFromGenesis(chain, token.hash, to, amount));
  if (cli.json) {
    cli.term().Json(boost::json::object{{"walletId", TextAt(wallet, "id")},
                                        {"address", TextAt(wallet, "address")},
                                        {"token", token.text},
                                        {"amount", units},
                                        {"hash", done.hash},
                                        {"block", done.block}});
    return {};
  }
  cli.term().Line("gave " + WholeUnits(units, token.decimals) + " " + token.symbol + " to " +
                  TextAt(wallet, "address") + " in block " + std::to_string(done.block) +
                  " of the private chain");
  return {};
}

void AddSendOptions(CLI::App& verb, SendOptions& options) {
  verb.add_option("--max-fee", options.max_fee, "Most GAS in fees; 1 unless given, at most 10");
  verb.add_option("--valid-blocks", options.valid_blocks,
                  "Blocks in which it may land; 100 unless given, at most 5760");
  verb.add_option("--idempotency-key", options.key,
                  "Repeats an earlier command without a second transfer");
  verb.add_flag("--no-follow", options.no_follow, "Return when it is signed");
  verb.add_flag("--dry-run", options.dry_run, "Fees, outcome and deciding rule; sign nothing");
}

void AddSignMessage(CLI::App& group, Cli& cli) {
  auto options = std::make_shared<SayOptions>();
  CLI::App& verb = AddProjectVerb(group, cli, "sign-message",
                                  "Sign a text; `nsl neo message verify` checks it without network",
                                  [&cli, options] { return SignMessage(cli, *options); });
  verb.add_option("wallet", options->wallet, "Wallet, by name or wal_…")->required();
  verb.add_option("text", options->text, "ASCII text")->required();
}

void AddTransfer(CLI::App& group, Cli& cli) {
  auto options = std::make_shared<TransferOptions>();
  CLI::App& verb = AddProjectVerb(group, cli, "transfer",
                                  "Send tokens and follow them until they have landed; --json: one "
                                  "document per state",
                                  [&cli, options] { return Transfer(cli, *options); });
  verb.add_option("wallet", options->wallet, "Wallet, by name or wal_…")->required();
  verb.add_option("to", options->to, "Address or 0x script hash of the receiver")->required();
  verb.add_option("amount", options->amount, "In whole units, for example 1.5")->required();
  verb.add_option("--token", options->token, "GAS, NEO or the 0x hash of a NEP-17 token")
      ->capture_default_str();
  AddSendOptions(verb, options->common);
}

void AddCall(CLI::App& group, Cli& cli) {
  auto options = std::make_shared<CallOptions>();
  CLI::App& verb = AddProjectVerb(group, cli, "call",
                                  "Call a contract with the wallet as the signer, and follow it",
                                  [&cli, options] { return Call(cli, *options); });
  verb.add_option("wallet", options->wallet, "Wallet, by name or wal_…")->required();
  verb.add_option("contract", options->contract, "GAS, NEO or the 0x hash of a contract")
      ->required();
  verb.add_option("method", options->method, "Method of the contract")->required();
  verb.add_option("args", options->args,
                  "integer:5, hash160:N…, hash256:0x…, string:x, bool:true, bytes:0x…, key:02…, "
                  "null, or {\"type\",\"value\"}");
  verb.add_flag("--assert", options->assert_true, "Fault unless the method gives true");
  AddSendOptions(verb, options->common);
}

void AddFund(CLI::App& group, Cli& cli) {
  auto options = std::make_shared<FundOptions>();
  CLI::App& verb =
      AddProjectVerb(group, cli, "fund",
                     "Private chain of `nsl dev` only: give a wallet tokens of the genesis block",
                     [&cli, options] { return Fund(cli, *options); });
  verb.add_option("wallet", options->wallet, "Wallet, by name or wal_…")->required();
  verb.add_option("amount", options->amount, "In whole units, for example 100")->required();
  verb.add_option("--token", options->token, "GAS or NEO")->capture_default_str();
}

}  // namespace

void AddWalletVerbs(CLI::App& root, Cli& cli) {
  CLI::App& group = AddGroup(root, cli, "wallets", "Wallets of a project (alias wallet)");
  group.alias("wallet");
  AddProjectVerb(group, cli, "list", "Wallets of the project", [&cli] { return List(cli); });
  auto name = std::make_shared<std::string>();
  auto daily_fee = std::make_shared<std::string>();
  CLI::App& create =
      AddProjectVerb(group, cli, "create", "Make a wallet; its key never leaves the vault",
                     [&cli, name, daily_fee] { return Create(cli, *name, *daily_fee); });
  create.add_option("name", *name, "1 to 64 characters of a-z 0-9 - _")->required();
  create.add_option("--daily-fee", *daily_fee,
                    "Most GAS in fees within 24 hours; 10 unless given, at most 1000");
  AddProjectVerb(group, cli, "show", "One wallet", [&cli, name] { return Show(cli, *name); })
      .add_option("wallet", *name, "Name or wal_…")
      ->required();
  auto token = std::make_shared<std::string>();
  CLI::App& balance = AddProjectVerb(group, cli, "balance", "NEO, GAS and one more token",
                                     [&cli, name, token] { return Balance(cli, *name, *token); });
  balance.add_option("wallet", *name, "Name or wal_…")->required();
  balance.add_option("--token", *token, "0x hash of a further NEP-17 token");
  AddSignMessage(group, cli);
  AddTransfer(group, cli);
  AddCall(group, cli);
  AddFund(group, cli);
}

}  // namespace nsl::cli
