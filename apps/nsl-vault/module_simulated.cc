// SPDX-License-Identifier: Apache-2.0
#include "enclave/simulated/simulated_module.h"
#include "module.h"
#include "wallet/client/stubs.h"

namespace nsl::vault_app {

Result<Module> OpenModule(const Options& options, ByteView config_hash, Env env) {
  if (options.module.empty() || options.root.empty()) {
    return Fail(Reason::kPlatformConfig, "--module and --root are needed by the -dev program");
  }
  NSL_TRY(auto simulated,
          enclave::SimulatedModule::Open(options.module, options.root, enclave::kVaultRole,
                                         config_hash, env.clock, env.random));
  env.log.Warn("security_module", {{"simulated", true}, {"root", options.root}});
  Module out;
  out.root_der = simulated->root_der();
  out.module = std::move(simulated);
  return out;
}

std::unique_ptr<wallet::ChainFactsApi> MakeChainFacts(Env env, rpc::PeerSource& host) {
  env.log.Warn("chain_facts", {{"evidence", "host"}});
  return std::make_unique<wallet::ChainFactsStub>(env, host);
}

Status InitModule(const Options& options, Env env) {
  return enclave::InitSimulatedModule(options.dir, env.clock, env.random);
}

}  // namespace nsl::vault_app
