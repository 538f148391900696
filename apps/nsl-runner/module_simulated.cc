// SPDX-License-Identifier: Apache-2.0
#include <fstream>
#include <iterator>

#include "enclave/simulated/simulated_module.h"
#include "module.h"

namespace nsl::runner_app {

Result<Module> OpenModule(const Options& options, ByteView config_hash, Env env) {
  if (options.module.empty() || options.root.empty()) {
    return Fail(Reason::kPlatformConfig, "--module and --root are needed by the -dev program");
  }
  NSL_TRY(auto simulated,
          enclave::SimulatedModule::Open(options.module, options.root, enclave::kRunnerRole,
                                         config_hash, env.clock, env.random));
  env.log.Warn("security_module", {{"simulated", true}, {"root", options.root}});
  Module out;
  out.root_der = simulated->root_der();
  out.module = std::move(simulated);
  return out;
}

bool MayRunUnconfined() { return true; }

}  // namespace nsl::runner_app
