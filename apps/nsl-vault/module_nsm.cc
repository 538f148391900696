// SPDX-License-Identifier: Apache-2.0
#include "enclave/identity.h"
#include "enclave/nsm_module.h"
#include "module.h"

namespace nsl::vault_app {

Result<Module> OpenModule(const Options& options, ByteView config_hash, Env) {
  if (!options.module.empty()) {
    return Fail(Reason::kPlatformConfig,
                "--module names a simulated module; this program takes none");
  }
  // The device first: outside an enclave nothing else matters.
  NSL_TRY(auto channel, enclave::OpenNsmDevice());
  if (options.root.empty()) {
    return Fail(Reason::kPlatformConfig, "--root, the AWS root G1 in DER, is missing");
  }
  Module out;
  NSL_TRY(out.root_der, enclave::ReadAwsRoot(options.root));
  NSL_TRY(out.module, enclave::NsmModule::Open(std::move(channel), config_hash));
  return out;
}

std::unique_ptr<wallet::ChainFactsApi> MakeChainFacts(Env, rpc::PeerSource&) { return nullptr; }

Status InitModule(const Options&, Env) {
  return Fail(Reason::kPlatformConfig, "init-module is a verb of the -dev program");
}

}  // namespace nsl::vault_app
