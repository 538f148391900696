// SPDX-License-Identifier: Apache-2.0
//
// The security module that this program was linked with; one of module_nsm.cc and
// module_simulated.cc is compiled in.
#pragma once

#include <memory>

#include "base/env.h"
#include "enclave/api.h"
#include "options.h"

namespace nsl::runner_app {

struct Module {
  std::unique_ptr<enclave::SecurityModule> module;
  // The one root whose documents this program believes.
  Bytes root_der;
};

Result<Module> OpenModule(const Options& options, ByteView config_hash, Env env);

// True in the -dev program alone: it may run without isolation where the machine allows none.
bool MayRunUnconfined();

}  // namespace nsl::runner_app
