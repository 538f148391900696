// SPDX-License-Identifier: Apache-2.0
//
// Gives tokens of the genesis block of a private development chain to an account.
//
// The key is the public test key of neo-go's single-node network (chain_node.h): whoever reads this
// has it. The node must answer with the private magic; nothing is signed for any other network. The
// platform takes no part.
#pragma once

#include <functional>
#include <string>

#include "../cli_error.h"
#include "neo/integer.h"
#include "neo/script_hash.h"

namespace nsl::cli {

struct Funding {
  std::string hash;
  uint64_t block = 0;
};

// Waits until the transfer stands in a block with HALT.
CliResult<Funding> FundFromGenesis(const std::string& rpc_url, const neo::ScriptHash& token,
                                   const neo::ScriptHash& to, const neo::Integer& amount);

}  // namespace nsl::cli
