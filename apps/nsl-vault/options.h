// SPDX-License-Identifier: Apache-2.0
//
// Command line of the vault programs.
#pragma once

#include <string>

#include "base/result.h"

namespace nsl::vault_app {

struct Options {
  // "init-module" in the -dev program, else empty.
  std::string verb;
  std::string dir;
  std::string module;
  std::string root;
  std::string settings;
  std::string listen;
  bool version = false;
  bool help = false;
};

// platform.config with the argument that is wrong.
Result<Options> ParseOptions(int argc, char** argv);
std::string Usage(const std::string& program);

}  // namespace nsl::vault_app
