// SPDX-License-Identifier: Apache-2.0
//
// Routes of other rooms whose changes the vault decides: how their signed requests stand in HTTP.
#pragma once

#include "account/api.h"

namespace nsl::account {

// Routes of the function store whose change the vault decides. The store's own table takes them
// from here, so that what is served is what the vault reads signatures against.
inline constexpr rpc::HttpForm kDeployForm{"POST", "/v1/functions/{function}/versions",
                                           Signature::kAccepted};
inline constexpr rpc::HttpForm kAliasForm{"PUT", "/v1/functions/{function}/aliases/{name}",
                                          Signature::kAccepted};
inline constexpr rpc::HttpForm kRemoveForm{"DELETE", "/v1/functions/{function}",
                                           Signature::kAccepted};
// What the path and query of a signed deploy say. The body is megabytes of source: it need not
// reach the vault, because the code hash names it.
struct SignedDeploy {
  std::string function;
  std::string project;
  // "0x" and 64 hex characters.
  std::string code_hash;
  static constexpr bool kQueryAlone = true;
};
BOOST_DESCRIBE_STRUCT(SignedDeploy, (), (function, project, code_hash))

}  // namespace nsl::account
