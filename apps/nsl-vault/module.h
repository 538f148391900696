// SPDX-License-Identifier: Apache-2.0
//
// The security module that this program was linked with; one of module_nsm.cc and
// module_simulated.cc is compiled in.
#pragma once

#include <memory>

#include "base/env.h"
#include "enclave/api.h"
#include "options.h"
#include "rpc/peer.h"
#include "wallet/api.h"

namespace nsl::vault_app {

struct Module {
  std::unique_ptr<enclave::SecurityModule> module;
  // The one root whose documents this program believes.
  Bytes root_der;
};

Result<Module> OpenModule(const Options& options, ByteView config_hash, Env env);

// Where this program has chain facts from: the -dev program asks the host; null in the release one,
// which signs nothing as long as it cannot ask nodes itself.
std::unique_ptr<wallet::ChainFactsApi> MakeChainFacts(Env env, rpc::PeerSource& host);

// The verb init-module; platform.config in the release program.
Status InitModule(const Options& options, Env env);

}  // namespace nsl::vault_app
