// SPDX-License-Identifier: Apache-2.0
//
// Where the programs and tools of a development system are.
//
// Programs lie beside this one (build/<preset>/apps/*/), tools in .cache/tools of the tree, in an
// environment variable or in PATH. What is missing is named together with the way to get it.
#pragma once

#include <string>
#include <vector>

#include "../cli_error.h"

namespace nsl::cli {

struct Program {
  std::string name;
  // Empty when it was not found.
  std::string path;
  // How to get it.
  std::string advice;
};

struct Programs {
  Program host;
  Program vault;
  Program runner;
  Program worker_js;
  Program node;
  Program neo_go;

  std::vector<const Program*> All() const {
    return {&host, &vault, &runner, &worker_js, &node, &neo_go};
  }
};

Programs FindPrograms();
// cli.missing_tool for the first one that is missing.
CliStatus RequireAll(const Programs& programs);
// True when a process of another user can reach and read the file.
bool ReachableByOthers(const std::string& path);

}  // namespace nsl::cli
