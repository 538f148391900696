// SPDX-License-Identifier: Apache-2.0
//
// The part of the demo that moves value: a wallet, a policy, and a function that pays under it.
#pragma once

#include <string>

#include "api_client.h"
#include "cli.h"

namespace nsl::cli {

struct TopUpDemo {
  std::string payer_id;
  std::string receiver;
  std::string function_id;
  std::string policy_id;
  // Of the landed transfer.
  std::string hash;
  std::string datoshi;
  uint64_t block = 0;
};

// Makes a payer and a receiver, and gives the payer GAS of the genesis block.
CliStatus MakeDemoWallets(Cli& cli, ApiClient& api, TopUpDemo& demo);
// Deploys the example below `folder` and makes the one policy that names it.
CliStatus AllowTopUp(Cli& cli, ApiClient& api, const std::string& folder, TopUpDemo& demo);
// Calls it; it answers when its transfer has landed.
CliStatus CallTopUp(Cli& cli, TopUpDemo& demo);

}  // namespace nsl::cli
