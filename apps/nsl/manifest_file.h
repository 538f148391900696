// SPDX-License-Identifier: Apache-2.0
//
// A function's folder: nsl.toml and the source files beside it.
//
// An unknown key is refused with its line and the nearest known key. Files: everything below the
// folder except nsl.toml, Markdown, node_modules and names that begin with a dot; symbolic links
// are refused, because they could carry a file from outside the folder into the bundle.
#pragma once

#include <string>
#include <vector>

#include "cli_error.h"
#include "function_runner/api.h"

namespace nsl::cli {

struct FunctionFolder {
  function_runner::Manifest manifest;
  // In order of their paths.
  std::vector<function_runner::SourceFile> files;
  uint64_t bytes = 0;
};

// cli.usage names file, line and field.
CliResult<FunctionFolder> ReadFunctionFolder(const std::string& folder);
CliResult<function_runner::Manifest> ParseManifest(std::string_view text, const std::string& path);
// "0x" and 64 hex characters: the code hash that grant and receipts carry.
std::string CodeHashText(const FunctionFolder& folder);

}  // namespace nsl::cli
