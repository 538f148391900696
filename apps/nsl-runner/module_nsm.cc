// SPDX-License-Identifier: Apache-2.0
#include "enclave/nsm_module.h"
#include "module.h"

namespace nsl::runner_app {

Result<Module> OpenModule(const Options& options, ByteView config_hash, Env env) {
  (void)env;
  if (!options.module.empty()) {
    return Fail(Reason::kPlatformConfig,
                "--module names a simulated module; this program takes none");
  }
  NSL_TRY(auto channel, enclave::OpenNsmDevice());
  NSL_TRY(auto nsm, enclave::NsmModule::Open(std::move(channel), config_hash));
  Module out;
  out.module = std::move(nsm);
  return out;
}

bool MayRunUnconfined() { return false; }

}  // namespace nsl::runner_app
