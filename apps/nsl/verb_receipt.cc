// SPDX-License-Identifier: Apache-2.0
//
// receipt RUN -o FILE, receipt verify FILE.
#include <CLI/CLI.hpp>
#include <boost/json/object.hpp>
#include <cstdio>

#include "base/codec.h"
#include "base/ids.h"
#include "cli.h"
#include "receipt_file.h"

namespace nsl::cli {
namespace {

struct FetchOptions {
  std::string run;
  std::string file;
};

struct VerifyOptions {
  std::string file;
  std::string root;
  bool real = false;
  std::string input;
  std::string output;
};

CliStatus Fetch(Cli& cli, const FetchOptions& options) {
  if (!IsId(kRunId, options.run)) {
    return Usage("'" + options.run +
                 "' is not a run id (run_ and 26 characters); to check a file:"
                 " nsl receipt verify FILE");
  }
  NSL_TRY(auto* api, cli.Api());
  NSL_TRY(auto answer, api->Send({.path = "/v1/runs/" + options.run + "/receipt"}));
  auto receipt = FromJson<orchestrator::OpenReceipt>(answer.body, {.bytes = kReceiptFileBytes});
  if (!receipt) return std::unexpected(CliError(std::move(receipt.error())));
  NSL_TRY(auto text, RenderReceiptFile(*receipt));
  if (options.file.empty()) {
    cli.term().RawJson(std::string_view(text).substr(0, text.size() - 1));
    return {};
  }
  NSL_TRY_VOID(WriteFileAtomic(options.file, text, 0644));
  if (cli.json) {
    cli.term().Json(boost::json::object{
        {"runId", options.run}, {"file", options.file}, {"bytes", text.size()}});
  } else {
    cli.term().Line("wrote " + options.file + "; check it with: nsl receipt verify " +
                    options.file);
  }
  return {};
}

CliResult<ReceiptTrust> Trust(const VerifyOptions& options) {
  if (!options.root.empty()) {
    NSL_TRY(auto der, ReadFileLimited(options.root, 64 << 10));
    return ReceiptTrust{.root_der = ToBytes(std::string_view(der)), .simulated = !options.real};
  }
  NSL_TRY(auto profile, LoadProfile());
  return ReceiptTrust{.root_der = profile.root_der, .simulated = profile.simulated};
}

// Opens one salted hash with the content that the caller has.
CliStatus Open(const char* what, const std::string& file, const Bytes& salt, ByteView hash) {
  if (file.empty()) return {};
  NSL_TRY(auto content, ReadFileLimited(file, 4 << 20));
  if (function_runner::MatchesSaltedHash(salt, AsBytes(content), hash)) return {};
  return FailWith("receipt.invalid", "step '" + std::string(what) + "' failed: " + file +
                                         " is not what the receipt was made for");
}

boost::json::array Hashes(const std::vector<function_runner::ReceiptTransaction>& list) {
  boost::json::array out;
  for (const auto& one : list) out.push_back(boost::json::string(one.hash));
  return out;
}

// What stands behind the grant's word.
std::string WhoDeployed(std::string_view authorised_by) {
  if (authorised_by == "signature") return "a session key of the deployer signed for this code";
  return "somebody with a bearer credential deployed it (" + Printable(authorised_by, false) + ")";
}

CliStatus Verify(Cli& cli, const VerifyOptions& options) {
  NSL_TRY(auto text, ReadFileLimited(options.file, kReceiptFileBytes));
  NSL_TRY(auto receipt, ParseReceiptFile(text));
  NSL_TRY(auto trust, Trust(options));
  NSL_TRY(auto proof, ProveReceipt(receipt, trust));
  NSL_TRY_VOID(Open("input", options.input, receipt.salt, proof.leaf.input_hash));
  NSL_TRY_VOID(Open("output", options.output, receipt.salt, proof.leaf.output_hash));
  std::string state = proof.leaf.reason.empty() ? "succeeded" : std::string(proof.leaf.reason);
  std::string code = "0x" + ToHex(proof.leaf.code_hash);
  std::string anchor(EnumText(proof.anchor));
  auto transactions = function_runner::ParseReceiptTransactions(proof.leaf.transactions);
  if (!transactions) return FailWith("receipt.invalid", transactions.error().detail);
  if (cli.json) {
    cli.term().Json(boost::json::object{{"valid", true},
                                        {"simulated", proof.simulated},
                                        {"runId", proof.leaf.run_id},
                                        {"functionId", proof.leaf.function_id},
                                        {"versionId", proof.leaf.version_id},
                                        {"codeHash", code},
                                        {"state", state},
                                        {"authorisedBy", proof.leaf.authorised_by},
                                        {"transactions", Hashes(*transactions)},
                                        {"runSequence", proof.leaf.run_sequence},
                                        {"batch", proof.root.batch},
                                        {"release", proof.release},
                                        {"anchor", anchor}});
    return {};
  }
  Terminal& term = cli.term();
  term.Line(term.Paint(Colour::kGreen, "valid") + "  run " + Printable(proof.leaf.run_id, false));
  if (proof.simulated) {
    term.Line(term.Paint(Colour::kYellow,
                         "simulated: signed by a development program, not by an enclave"));
  }
  term.Line("code hash " + code);
  term.Line("version   " + Printable(proof.leaf.version_id, false));
  term.Line("deploy    " + WhoDeployed(proof.leaf.authorised_by));
  for (const auto& one : *transactions) {
    term.Line("signed    transaction " + Printable(one.hash, false) + " from " +
              Printable(one.wallet_id, false));
  }
  term.Line("state     " + Printable(state, false) + ", cpu " + HumanMicros(proof.leaf.cpu_us) +
            ", wall " + HumanMicros(proof.leaf.wall_us));
  term.Line("signed in batch " + std::to_string(proof.root.batch) + " of release " +
            Printable(proof.release, false) + ", anchor level " + anchor);
  return {};
}

void AddFetch(CLI::App& verb, std::shared_ptr<FetchOptions> options, bool required) {
  auto* run = verb.add_option("run", options->run, "run_…");
  if (required) run->required();
  verb.add_option("-o,--output-file", options->file, "File to write; else stdout");
}

}  // namespace

void AddReceiptVerbs(CLI::App& root, Cli& cli) {
  auto fetched = std::make_shared<FetchOptions>();
  CLI::App& receipt = AddVerb(root, cli, "receipt", "Receipt of a kept run; `receipt verify FILE`",
                              [&cli, fetched] { return Fetch(cli, *fetched); });
  receipt.require_subcommand(0, 1);
  AddFetch(receipt, fetched, false);

  auto options = std::make_shared<VerifyOptions>();
  CLI::App& verify = AddVerb(receipt, cli, "verify", "Check a receipt file offline",
                             [&cli, options] { return Verify(cli, *options); });
  verify.add_option("file", options->file, "Receipt file")->required();
  verify.add_option("--root", options->root, "DER of the trusted root; else the profile's");
  verify.add_flag("--real", options->real,
                  "With --root: the root is that of a real security module, not a simulated one");
  verify.add_option("--input", options->input, "File with the exact input: must match the receipt");
  verify.add_option("--output", options->output,
                    "File with the exact result: must match the receipt");

  auto other = std::make_shared<FetchOptions>();
  CLI::App& run_receipt =
      AddVerb(*root.get_subcommand("runs"), cli, "receipt", "Receipt of a kept run",
              [&cli, other] { return Fetch(cli, *other); });
  AddFetch(run_receipt, other, true);
}

}  // namespace nsl::cli
