// SPDX-License-Identifier: Apache-2.0
//
// The chain reads of functions by name: JSON arguments in, JSON answer out (functions.md,
// ctx.chain). Arguments come from hostile code. One thread.
#pragma once

#include "chain/api.h"
#include "function_runner/api.h"

namespace nsl::host {

// request.invalid for arguments that do not fit the method, chain.* from the nodes.
Task<Result<function_runner::ChainReadReply>> ReadChain(chain::ChainApi* chain, std::string method,
                                                        std::string args, Deadline deadline);

}  // namespace nsl::host
