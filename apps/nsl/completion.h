// SPDX-License-Identifier: Apache-2.0
//
// Shell completion made from the declared verbs, so that it cannot drift from them.
#pragma once

#include <string>

#include "cli_error.h"

namespace CLI {
class App;
}

namespace nsl::cli {

// For bash, zsh or fish; ends with a line end.
CliResult<std::string> CompletionScript(const CLI::App& root, const std::string& shell);

// The verb or group that `name` was most likely meant to be, below `parent`; empty when none is
// close.
std::string NearestVerb(const CLI::App& parent, const std::string& name);

}  // namespace nsl::cli
