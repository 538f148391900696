// SPDX-License-Identifier: Apache-2.0
//
// nsl: the command line of the Neo Service Layer.
#include <CLI/CLI.hpp>
#include <csignal>

#include "base/release.h"
#include "cli.h"
#include "completion.h"

namespace nsl::cli {
namespace {

constexpr const char* kFooter =
    "Exit codes\n"
    "  0 ok          3 auth        6 quota and funds\n"
    "  1 failed      4 not found   7 upstream and chain, also offline\n"
    "  2 usage       5 conflict    8 platform, also a failed attestation\n"
    "\n"
    "Every verb takes --json: exactly one JSON document on stdout, failures as {\"error\": …};\n"
    "verbs that follow a transaction print one per state.\n"
    "NSL_API and NSL_TOKEN override address and credential of the profile, NSL_HOME its folder,\n"
    "NSL_PROJECT its project. First steps: nsl dev, nsl register EMAIL, nsl init my-function.";

void Declare(CLI::App& root, Cli& cli) {
  root.footer(kFooter);
  root.require_subcommand(0, 1);
  root.set_version_flag("--version", "nsl " + std::string(kRelease));
  AddDevVerbs(root, cli);
  AddAccountVerbs(root, cli);
  AddGroup(root, cli, "functions", "Functions of a project");
  AddGroup(root, cli, "runs", "Kept runs of a project");
  AddFunctionVerbs(root, cli);
  AddInvokeVerbs(root, cli);
  AddRunVerbs(root, cli);
  AddReceiptVerbs(root, cli);
  AddWalletVerbs(root, cli);
  AddPolicyVerbs(root, cli);
  AddTransactionVerbs(root, cli);
  AddProjectVerbs(root, cli);
  AddConfigVerbs(root, cli);
  AddNeoVerbs(root, cli);
  AddInfoVerbs(root, cli);
}

bool WantsJson(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) == "--json") return true;
  }
  return false;
}

// The first word that names no verb where one was expected; nothing when all are known.
CliStatus CheckVerbs(const CLI::App& root, int argc, char** argv) {
  const CLI::App* at = &root;
  std::string path = "nsl";
  for (int i = 1; i < argc; ++i) {
    std::string word = argv[i];
    if (word.starts_with('-')) continue;
    auto verbs = at->get_subcommands([](const CLI::App*) { return true; });
    // `receipt` takes a run id or a verb: it decides itself.
    if (verbs.empty() || at->get_name() == "receipt") return {};
    const CLI::App* next = nullptr;
    for (const CLI::App* verb : verbs) {
      // Its name or an alias.
      if (verb->check_name(word)) next = verb;
    }
    if (next == nullptr) {
      std::string near = NearestVerb(*at, word);
      return Usage("'" + path + "' has no verb '" + Printable(word, false) + "'; " +
                   (near.empty() ? std::string() : "did you mean '" + path + " " + near + "'? ") +
                   "All verbs: " + path + " --help");
    }
    at = next;
    path += " " + word;
  }
  return {};
}

// The deepest verb that was named, for the hint of a wrong option.
std::string Named(const CLI::App& root) {
  std::string path = "nsl";
  const CLI::App* at = &root;
  while (!at->get_subcommands().empty()) {
    at = at->get_subcommands().front();
    path += " " + at->get_name();
  }
  return path;
}

int Finish(Cli& cli, const CliStatus& status) {
  if (status) return static_cast<int>(cli.exit);
  cli.term().Error(status.error());
  return static_cast<int>(status.error().exit());
}

int Main(int argc, char** argv) {
  // A closed pipe (nsl … | head) ends the program quietly through the failed write.
  std::signal(SIGPIPE, SIG_IGN);
  Cli cli;
  cli.term().set_json(WantsJson(argc, argv));
  CLI::App root("nsl: deploy and call functions of the Neo Service Layer", "nsl");
  Declare(root, cli);
  if (auto known = CheckVerbs(root, argc, argv); !known) return Finish(cli, known);
  try {
    root.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // Help and version are "errors" with code 0.
    if (error.get_exit_code() == 0) return root.exit(error);
    return Finish(cli, Usage(std::string(error.what()) + "; see " + Named(root) + " --help"));
  }
  cli.term().set_json(cli.json);
  if (!cli.action) {
    cli.term().Line(root.help());
    return static_cast<int>(Exit::kUsage);
  }
  return Finish(cli, cli.action());
}

}  // namespace
}  // namespace nsl::cli

int main(int argc, char** argv) { return nsl::cli::Main(argc, argv); }
