// SPDX-License-Identifier: Apache-2.0
//
// neo tx hash, sign, verify; neo multisig account, sign, combine: no system, no network.
#include <CLI/CLI.hpp>
#include <boost/json/array.hpp>

#include "base/json.h"
#include "neo/nep6.h"
#include "neo_account_view.h"
#include "neo_input.h"
#include "neo_partial.h"
#include "neo_secret.h"
#include "neo_verbs.h"
#include "pretty_json.h"
#include "profile.h"

namespace nsl::cli {
namespace {

struct TxOptions {
  std::string input;
  std::string network;
  std::string script;
  std::string output;
  KeySource source;
};

struct CombineOptions {
  std::vector<std::string> inputs;
  std::string output;
};

struct MultisigOptions {
  size_t threshold = 0;
  std::vector<std::string> keys;
  std::string order = "point";
};

CliResult<neo::Transaction> ReadTransaction(const Bytes& raw) {
  auto tx = neo::DecodeTransaction(raw);
  if (!tx) {
    auto bare = neo::DecodeUnsignedTransaction(raw);
    if (bare) return *std::move(bare);
  }
  return AsInput(std::move(tx));
}

CliResult<Partial> ParsePartial(std::string_view text) {
  auto json = ParseJson(text);
  if (!json) return Usage("the signing file: " + json.error().detail);
  auto partial = Partial::FromJson(*json);
  if (!partial) return Usage("the signing file, " + partial.error().detail);
  return *std::move(partial);
}

// A transaction that is not signed, or a file in which signatures are collected.
CliResult<Partial> ReadPartial(const TxOptions& options) {
  NSL_TRY(Bytes raw, ReadNeoInput(options.input));
  if (!raw.empty() && raw.front() == '{') {
    NSL_TRY(Partial partial, ParsePartial(AsText(raw)));
    if (options.network.empty()) return partial;
    NSL_TRY(uint32_t network, ReadNetwork(options.network));
    if (network == partial.network()) return partial;
    return Usage("--network: the signing file is for network " + std::to_string(partial.network()));
  }
  if (options.network.empty()) {
    return Usage("--network: a signature holds on one network alone; give " +
                 std::string(kNetworkHelp));
  }
  NSL_TRY(uint32_t network, ReadNetwork(options.network));
  NSL_TRY(neo::Transaction tx, ReadTransaction(raw));
  if (!tx.witnesses.empty()) {
    return Usage("the transaction has its witnesses already; give the form without them");
  }
  return Partial(std::move(tx), network);
}

CliStatus Put(Cli& cli, boost::json::object out, std::vector<std::string> lines,
              const std::string& text, const std::string& file) {
  if (!file.empty()) {
    NSL_TRY_VOID(WriteFileAtomic(file, text + "\n", 0644));
    out["file"] = file;
    lines.push_back("wrote " + file);
  } else {
    lines.push_back(text);
  }
  if (cli.json) return cli.term().Json(out), CliStatus();
  for (const auto& line : lines) cli.term().Line(line);
  return {};
}

// The signed transaction once it is complete, else the file for the next one who signs.
CliStatus PutPartial(Cli& cli, const Partial& partial, const std::string& file) {
  const std::string id = neo::ToText(partial.id());
  std::vector<std::string> missing = partial.Missing();
  boost::json::object out{{"complete", missing.empty()}, {"txid", id}};
  if (missing.empty()) {
    NSL_TRY(neo::Transaction tx, AsInput(partial.Complete()));
    NSL_TRY(Bytes raw, AsInput(neo::EncodeTransaction(tx)));
    out["transaction"] = ToBase64(raw);
    return Put(cli, std::move(out), {"txid " + id, "complete; the transaction in base64:"},
               ToBase64(raw), file);
  }
  boost::json::array lines;
  std::vector<std::string> shown{"txid " + id};
  for (const auto& line : missing) {
    lines.emplace_back(line);
    shown.push_back(line);
  }
  out["missing"] = std::move(lines);
  out["partial"] = partial.ToJson();
  return Put(cli, std::move(out), std::move(shown), PrettyJson(partial.ToJson()), file);
}

CliStatus Sign(Cli& cli, const TxOptions& options) {
  NSL_TRY(Partial partial, ReadPartial(options));
  if (!options.script.empty()) {
    NSL_TRY(Bytes script, ReadNeoInput(options.script));
    if (auto added = partial.AddScript(script); !added) {
      return Usage("--script: " + added.error().detail);
    }
  }
  NSL_TRY(auto key, ReadPrivateKey(options.source));
  auto signed_now = partial.Sign(key);
  if (!signed_now) return Usage("the key cannot sign: " + signed_now.error().detail);
  return PutPartial(cli, partial, options.output);
}

CliStatus Combine(Cli& cli, const CombineOptions& options) {
  std::optional<Partial> all;
  for (const std::string& input : options.inputs) {
    NSL_TRY(std::string text, ReadNeoContent(input, kNeoInputBytes));
    NSL_TRY(Partial one, ParsePartial(text));
    if (!all) {
      all = std::move(one);
    } else if (auto merged = all->Merge(one); !merged) {
      return Usage(merged.error().detail);
    }
  }
  return PutPartial(cli, *all, options.output);
}

CliStatus Hash(Cli& cli, const TxOptions& options) {
  NSL_TRY(Bytes raw, ReadNeoInput(options.input));
  NSL_TRY(auto tx, ReadTransaction(raw));
  neo::Uint256 id = neo::TransactionHash(tx);
  boost::json::object out{{"txid", neo::ToText(id)}, {"bytes", ToHex(id.bytes)}};
  std::vector<std::vector<std::string>> rows{{"txid", neo::ToText(id)}, {"bytes", ToHex(id.bytes)}};
  if (!options.network.empty()) {
    NSL_TRY(uint32_t network, ReadNetwork(options.network));
    std::string data = ToHex(neo::SignedData(id, network));
    out["signedData"] = data;
    rows.push_back({"signed data", data});
  }
  if (cli.json) return cli.term().Json(out), CliStatus();
  cli.term().Table({"FIELD", "VALUE"}, rows);
  return {};
}

struct Verdict {
  std::string account;
  bool good = false;
  std::string why;
};

Verdict Judge(const neo::Transaction& tx, size_t i, uint32_t network) {
  const neo::Witness& witness = tx.witnesses[i];
  Verdict out{.account = neo::ToAddress(tx.signers[i].account), .good = false, .why = {}};
  // What a contract's verify method or a script of its own says, only a chain can tell.
  if (witness.verification.empty()) {
    out.why = "the account is a contract: only a node can judge its witness";
  } else if (!neo::ParseVerificationScript(witness.verification)) {
    out.why = "the script is not that of one key or of m of n: only a node can judge its witness";
  } else {
    auto good =
        neo::VerifyWitness(witness, tx.signers[i].account, network, neo::TransactionHash(tx).bytes);
    out.good = good.has_value();
    if (!good) out.why = good.error().detail;
  }
  return out;
}

CliStatus Verify(Cli& cli, const TxOptions& options) {
  NSL_TRY(uint32_t network, ReadNetwork(options.network));
  NSL_TRY(Bytes raw, ReadNeoInput(options.input));
  NSL_TRY(auto tx, ReadTransaction(raw));
  if (tx.witnesses.empty()) return FailWith("cli.invalid", "the transaction is not signed");
  boost::json::array accounts;
  std::vector<std::vector<std::string>> rows;
  for (size_t i = 0; i < tx.signers.size(); ++i) {
    Verdict verdict = Judge(tx, i, network);
    if (!verdict.good) return FailWith("cli.invalid", verdict.account + ": " + verdict.why);
    accounts.emplace_back(verdict.account);
    rows.push_back({verdict.account, "good"});
  }
  std::string id = neo::ToText(neo::TransactionHash(tx));
  if (cli.json) {
    cli.term().Json(boost::json::object{
        {"valid", true}, {"txid", id}, {"network", network}, {"signers", std::move(accounts)}});
    return {};
  }
  cli.term().Line("valid  " + id + " on network " + std::to_string(network));
  cli.term().Table({"SIGNER", "WITNESS"}, rows);
  return {};
}

// As a wallet file has it, with no key: to be watched and signed for by its owners.
boost::json::value WalletAccountJson(const Bytes& script, size_t threshold) {
  neo::WalletContract contract{.script = script};
  for (size_t i = 0; i < threshold; ++i) {
    contract.parameters.push_back({"parameter" + std::to_string(i), "Signature"});
  }
  neo::WalletFile wallet{
      .accounts = {{.account = neo::HashOfScript(script), .contract = std::move(contract)}}};
  auto text = neo::WriteNep6(wallet);
  NSL_CHECK(text.has_value());
  auto json = ParseJson(*text);
  NSL_CHECK(json.has_value());
  return json->at("accounts").at(0);
}

CliStatus ShowMultisig(Cli& cli, const MultisigOptions& options) {
  if (options.order != "point" && options.order != "encoding") {
    return Usage("--order: give point (the chain's) or encoding (that of some old tools)");
  }
  std::vector<neo::PublicKey> keys;
  for (const std::string& text : options.keys) {
    if (IsSecretText(text)) return SecretOnCommandLine();
    auto key = neo::PublicKey::FromText(text);
    if (!key) return Usage("key " + std::to_string(keys.size() + 1) + ": " + key.error().detail);
    keys.push_back(*std::move(key));
  }
  auto order = options.order == "point" ? neo::KeyOrder::kByPoint : neo::KeyOrder::kByEncoding;
  NSL_TRY(Bytes script, AsInput(neo::MultisigScript(options.threshold, keys, order)));
  neo::SortKeys(keys, order);
  if (cli.json) {
    boost::json::object out = AccountJson(script);
    out["threshold"] = options.threshold;
    boost::json::array list;
    for (const auto& key : keys) list.emplace_back(key.ToText());
    out["publicKeys"] = std::move(list);
    out["account"] = WalletAccountJson(script, options.threshold);
    cli.term().Json(out);
    return {};
  }
  auto rows = AccountRows(script);
  rows.push_back(
      {"signatures", std::to_string(options.threshold) + " of " + std::to_string(keys.size())});
  for (size_t i = 0; i < keys.size(); ++i) {
    rows.push_back({"key " + std::to_string(i + 1), keys[i].ToText()});
  }
  cli.term().Table({"FIELD", "VALUE"}, rows);
  return {};
}

const char* const kInput = "Transaction: hexadecimal, base64, a file or -";
const char* const kOutput = "File for the transaction or the signing file; else stdout";

void AddSign(CLI::App& parent, Cli& cli, const std::string& help, bool script) {
  auto options = std::make_shared<TxOptions>();
  CLI::App& sign =
      AddVerb(parent, cli, "sign", help, [&cli, options] { return Sign(cli, *options); });
  sign.add_option("input", options->input, std::string(kInput) + "; or a signing file")->required();
  sign.add_option("--network", options->network,
                  std::string(kNetworkHelp) + "; a signing file has it");
  if (script) {
    sign.add_option("--script", options->script,
                    "Verification script of the account; a signing file has it");
  }
  sign.add_option("-o,--output-file", options->output, kOutput);
  AddKeySource(sign, options->source);
}

}  // namespace

void AddNeoTxVerbs(CLI::App& tx, Cli& cli) {
  auto hashed = std::make_shared<TxOptions>();
  CLI::App& hash = AddVerb(tx, cli, "hash", "Id of a transaction, and what its keys sign",
                           [&cli, hashed] { return Hash(cli, *hashed); });
  hash.add_option("input", hashed->input, kInput)->required();
  hash.add_option("--network", hashed->network, kNetworkHelp);

  AddSign(tx, cli, "Sign for the account of a key", false);

  auto verified = std::make_shared<TxOptions>();
  CLI::App& verify = AddVerb(tx, cli, "verify", "Check every signature of a transaction",
                             [&cli, verified] { return Verify(cli, *verified); });
  verify.add_option("input", verified->input, kInput)->required();
  verify.add_option("--network", verified->network, kNetworkHelp)->required();
}

void AddNeoMultisigVerbs(CLI::App& neo, Cli& cli) {
  CLI::App& multisig = AddGroup(neo, cli, "multisig", "Accounts of m of n keys");
  auto made = std::make_shared<MultisigOptions>();
  CLI::App& account = AddVerb(multisig, cli, "account", "Address and script of m of n keys",
                              [&cli, made] { return ShowMultisig(cli, *made); });
  account.add_option("m", made->threshold, "How many signatures are needed")->required();
  account.add_option("keys", made->keys, "Public keys, in any order")->required();
  account.add_option("--order", made->order,
                     "point (the chain's, default) or encoding (that of some old tools)");

  AddSign(multisig, cli, "Sign as one of the owners", true);

  auto combined = std::make_shared<CombineOptions>();
  CLI::App& combine =
      AddVerb(multisig, cli, "combine", "Put the signatures of several files together",
              [&cli, combined] { return Combine(cli, *combined); });
  combine.add_option("inputs", combined->inputs, "Signing files")->required();
  combine.add_option("-o,--output-file", combined->output, kOutput);
}

}  // namespace nsl::cli
