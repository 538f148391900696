// SPDX-License-Identifier: Apache-2.0
//
// The functions that `nsl init` writes: the folders of examples/, built into the program.
#pragma once

#include <string>
#include <vector>

#include "cli_error.h"

namespace nsl::cli {

// The first one is the default.
const std::vector<std::string>& TemplateNames();
// Writes the files of a template; none that exists is overwritten (cli.file). `function_name`
// replaces the name in nsl.toml unless it is empty. Gives the paths written.
CliResult<std::vector<std::string>> WriteTemplate(const std::string& name,
                                                  const std::string& folder,
                                                  const std::string& function_name);

}  // namespace nsl::cli
