// SPDX-License-Identifier: Apache-2.0
//
// The routes of each API are compiled once, in mount_*.cc: they are most of what a source costs
// that mounts them.
#pragma once

#include "account/api.h"
#include "function_store/api.h"
#include "gateway/operation.h"
#include "gateway/system_api.h"
#include "orchestrator/api.h"
#include "wallet/policy_api.h"
#include "wallet/transactions_api.h"

namespace nsl::gateway {

extern template void Mount(account::AccountApi&, std::vector<Operation>&);
extern template void Mount(function_store::FunctionStoreApi&, std::vector<Operation>&);
extern template void Mount(orchestrator::RunsApi&, std::vector<Operation>&);
extern template void Mount(wallet::WalletApi&, std::vector<Operation>&);
extern template void Mount(wallet::PolicyApi&, std::vector<Operation>&);
extern template void Mount(wallet::TransactionsApi&, std::vector<Operation>&);
extern template void Mount(SystemApi&, std::vector<Operation>&);

}  // namespace nsl::gateway
