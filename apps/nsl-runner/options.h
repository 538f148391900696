// SPDX-License-Identifier: Apache-2.0
//
// The command line of the runner. Everything here is a place; nothing here weakens a check.
#pragma once

#include <string>

#include "base/result.h"

namespace nsl::runner_app {

struct Options {
  std::string module;
  std::string root;
  std::string settings;
  std::string listen;
  std::string relay;
  std::string node;
  std::string worker_js;
  // Prints what the sandbox can do on this machine, as JSON, and ends.
  bool probe = false;
  bool version = false;
  bool help = false;
};

// platform.config names the argument and what is known.
Result<Options> ParseOptions(int argc, char** argv);
std::string Usage(const std::string& program);

}  // namespace nsl::runner_app
