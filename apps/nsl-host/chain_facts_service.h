// SPDX-License-Identifier: Apache-2.0
//
// ChainFactsService: what nodes say about a script and its fees, for the vault of a development
// system (evidence "host"). The vault believes none of it beyond its bounds. One thread.
#pragma once

#include "chain/api.h"
#include "chain/submit_api.h"
#include "wallet/api.h"

namespace nsl::host {

class ChainFactsService final : public wallet::ChainFactsApi {
 public:
  // Borrowed.
  ChainFactsService(chain::ChainApi& reads, chain::SubmitApi& submits)
      : reads_(reads), submits_(submits) {}

  Task<Result<wallet::SimulateReply>> Simulate(rpc::CallContext context,
                                               wallet::SimulateRequest request) override;
  Task<Result<wallet::NetworkFeeReply>> NetworkFee(rpc::CallContext context,
                                                   wallet::NetworkFeeRequest request) override;

  Task<Result<wallet::ContractReply>> Contract(rpc::CallContext context,
                                               wallet::ContractRequest request) override;

 private:
  chain::ChainApi& reads_;
  chain::SubmitApi& submits_;
};

}  // namespace nsl::host
