// SPDX-License-Identifier: Apache-2.0
//
// What every verb is given, and how verbs are declared.
//
// A verb is declared with its options and one action; main runs the action of the verb that was
// named and turns its CliError into the message and the exit code. Each verb has --json.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "api_client.h"
#include "terminal.h"

namespace CLI {
class App;
}

namespace nsl::cli {

class Cli {
 public:
  Terminal& term() { return term_; }
  // The client for the profile's system, made at first use.
  CliResult<ApiClient*> Api();
  // --project, NSL_PROJECT, the profile's, or the only one of the account.
  CliResult<std::string> Project();
  // fn_… or a name of the project.
  CliResult<std::string> FunctionId(const std::string& name_or_id);

  // Set by --json and --project of whatever verb was named.
  bool json = false;
  std::string project_option;
  std::function<CliStatus()> action;
  // For verbs that end well and still report a failure in their exit code.
  Exit exit = Exit::kOk;

 private:
  Terminal term_;
  std::unique_ptr<ApiClient> api_;
};

// Declares a verb below `parent`. `action` runs after the command line is parsed.
CLI::App& AddVerb(CLI::App& parent, Cli& cli, const std::string& name, const std::string& help,
                  std::function<CliStatus()> action);
// The same for a verb that works inside a project: adds --project.
CLI::App& AddProjectVerb(CLI::App& parent, Cli& cli, const std::string& name,
                         const std::string& help, std::function<CliStatus()> action);
// A group of verbs ("functions"); naming it alone shows its help.
CLI::App& AddGroup(CLI::App& parent, Cli& cli, const std::string& name, const std::string& help);

void AddAccountVerbs(CLI::App& root, Cli& cli);
void AddProjectVerbs(CLI::App& root, Cli& cli);
void AddFunctionVerbs(CLI::App& root, Cli& cli);
void AddInvokeVerbs(CLI::App& root, Cli& cli);
void AddRunVerbs(CLI::App& root, Cli& cli);
void AddWalletVerbs(CLI::App& root, Cli& cli);
void AddPolicyVerbs(CLI::App& root, Cli& cli);
void AddTransactionVerbs(CLI::App& root, Cli& cli);
void AddReceiptVerbs(CLI::App& root, Cli& cli);
void AddConfigVerbs(CLI::App& root, Cli& cli);
void AddDevVerbs(CLI::App& root, Cli& cli);
void AddNeoVerbs(CLI::App& root, Cli& cli);
void AddInfoVerbs(CLI::App& root, Cli& cli);

}  // namespace nsl::cli
