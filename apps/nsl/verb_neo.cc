// SPDX-License-Identifier: Apache-2.0
//
// neo address, script disasm and asm, tx decode, block, nef, manifest: no system, no network.
#include <CLI/CLI.hpp>
#include <boost/json/object.hpp>

#include "cli.h"
#include "neo/assembler.h"
#include "neo/contract_hash.h"
#include "neo_input.h"
#include "neo_verbs.h"
#include "neo_views.h"
#include "profile.h"

namespace nsl::cli {
namespace {

using Show = CliStatus (*)(Cli& cli, const std::string& input);

CliStatus ShowAddress(Cli& cli, const std::string& text) {
  NSL_TRY(auto hash, AsInput(neo::ParseAccount(text)));
  const neo::NativeContract* native = neo::FindNative(hash);
  if (cli.json) {
    boost::json::object out{{"address", neo::ToAddress(hash)}, {"scriptHash", neo::ToText(hash)}};
    out["bytes"] = ToHex(hash.bytes);
    if (native != nullptr) out["native"] = native->name;
    cli.term().Json(out);
    return {};
  }
  std::vector<std::vector<std::string>> rows{{"address", neo::ToAddress(hash)},
                                             {"script hash", neo::ToText(hash)},
                                             {"in scripts", ToHex(hash.bytes)}};
  if (native != nullptr) rows.push_back({"native", std::string(native->name)});
  cli.term().Table({"FORM", "VALUE"}, rows);
  return {};
}

CliStatus Disassemble(Cli& cli, const std::string& input) {
  NSL_TRY(auto script, ReadNeoInput(input));
  auto json = ScriptJson(script);
  if (json.contains("fault")) return Usage(std::string(json.at("fault").as_string()));
  if (cli.json) {
    json["size"] = script.size();
    cli.term().Json(json);
  } else {
    ShowScript(cli.term(), script);
  }
  return {};
}

CliStatus AssembleText(Cli& cli, const std::string& input) {
  NSL_TRY(auto text, ReadNeoText(input, neo::kMaxAssemblyText));
  NSL_TRY(auto script, AsInput(neo::Assemble(text)));
  std::string hash = neo::ToText(neo::HashOfScript(script));
  if (cli.json) {
    cli.term().Json(boost::json::object{{"size", script.size()},
                                        {"script", ToBase64(script)},
                                        {"scriptHex", ToHex(script)},
                                        {"scriptHash", hash}});
    return {};
  }
  cli.term().Table(
      {"FORM", "VALUE"},
      {{"hexadecimal", ToHex(script)}, {"base64", ToBase64(script)}, {"script hash", hash}});
  return {};
}

CliStatus DecodeTx(Cli& cli, const std::string& input) {
  NSL_TRY(auto raw, ReadNeoInput(input));
  auto tx = neo::DecodeTransaction(raw);
  // What is still to be signed ends before the witnesses. The fault of the whole form says more
  // about anything else.
  if (!tx) {
    auto bare = neo::DecodeUnsignedTransaction(raw);
    if (bare) tx = std::move(bare);
  }
  NSL_TRY(auto decoded, AsInput(std::move(tx)));
  if (cli.json) {
    cli.term().Json(TransactionJson(decoded, raw.size()));
  } else {
    ShowTransaction(cli.term(), decoded, raw.size());
  }
  return {};
}

CliStatus DecodeBlock(Cli& cli, const std::string& input) {
  NSL_TRY(auto raw, ReadNeoInput(input));
  auto block = neo::DecodeBlock(raw);
  bool alone = false;
  if (!block) {
    if (auto header = neo::DecodeHeader(raw)) {
      alone = true;
      block = neo::Block{.header = *std::move(header), .transactions = {}};
    }
  }
  NSL_TRY(auto decoded, AsInput(std::move(block)));
  if (cli.json) {
    cli.term().Json(BlockJson(decoded, raw.size(), alone));
  } else {
    ShowBlock(cli.term(), decoded, raw.size(), alone);
  }
  return {};
}

CliStatus DecodeNef(Cli& cli, const std::string& input) {
  NSL_TRY(auto raw, ReadNeoInput(input));
  NSL_TRY(auto nef, AsInput(neo::DecodeNef(raw)));
  if (cli.json) {
    cli.term().Json(NefJson(nef, raw.size()));
  } else {
    ShowNef(cli.term(), nef, raw.size());
  }
  return {};
}

CliStatus CheckManifest(Cli& cli, const std::string& file) {
  NSL_TRY(auto text, ReadFileLimited(file, kNeoInputBytes));
  auto manifest = neo::ParseManifest(text);
  if (!manifest) return Usage(file + ": " + manifest.error().detail);
  if (cli.json) {
    cli.term().Json(neo::ToJson(*manifest));
  } else {
    ShowManifest(cli.term(), *manifest);
  }
  return {};
}

void AddReader(CLI::App& parent, Cli& cli, const std::string& name, const std::string& help,
               const std::string& option, const std::string& option_help, Show show) {
  auto input = std::make_shared<std::string>();
  AddVerb(parent, cli, name, help, [&cli, input, show] { return show(cli, *input); })
      .add_option(option, *input, option_help)
      ->required();
}

}  // namespace

void AddNeoVerbs(CLI::App& root, Cli& cli) {
  const std::string input = "Hexadecimal, base64, a file that exists, or - for stdin";
  CLI::App& neo = AddGroup(root, cli, "neo", "Neo's bytes, keys and signatures; works offline");
  AddReader(neo, cli, "address", "Both forms of an account or contract", "text",
            "Address (N…) or script hash (0x…)", ShowAddress);
  CLI::App& script = AddGroup(neo, cli, "script", "Scripts of the NeoVM");
  AddReader(script, cli, "disasm", "Instructions of a script", "input", input, Disassemble);
  AddReader(script, cli, "asm", "Script of instructions, one per line", "input",
            "File, or - for stdin, or the text", AssembleText);
  CLI::App& tx = AddGroup(neo, cli, "tx", "Transactions");
  AddReader(tx, cli, "decode", "Every field of a transaction, signed or not", "input", input,
            DecodeTx);
  AddNeoTxVerbs(tx, cli);
  AddReader(neo, cli, "block", "Header, hash, merkle check and transaction ids of a block", "input",
            input, DecodeBlock);
  AddReader(neo, cli, "nef", "Fields and method tokens of a contract file", "input", input,
            DecodeNef);
  AddReader(neo, cli, "manifest", "Check and show the manifest of a contract", "file",
            "Manifest (JSON)", CheckManifest);
  AddNeoKeyVerbs(neo, cli);
  AddNeoNep2Verbs(neo, cli);
  AddNeoMultisigVerbs(neo, cli);
  AddNeoMessageVerbs(neo, cli);
  AddNeoProofVerbs(neo, cli);
}

}  // namespace nsl::cli
