// SPDX-License-Identifier: Apache-2.0
#include "chain_facts_service.h"

namespace nsl::host {

Task<Result<wallet::SimulateReply>> ChainFactsService::Simulate(rpc::CallContext context,
                                                                wallet::SimulateRequest request) {
  Deadline deadline = context.deadline;
  Result<chain::TestRun> run =
      co_await submits_.TestScript(std::move(request.script), request.account, deadline);
  if (!run) co_return std::unexpected(std::move(run.error()));
  Result<chain::FeePolicy> policy = co_await submits_.Policy(deadline);
  if (!policy) co_return std::unexpected(std::move(policy.error()));
  Result<chain::Balance> gas = co_await reads_.BalanceOf("GAS", request.account, deadline);
  if (!gas) co_return std::unexpected(std::move(gas.error()));
  wallet::SimulateReply out;
  out.token_balance = gas->amount;
  if (request.token != gas->contract) {
    Result<chain::Balance> token =
        co_await reads_.BalanceOf(std::move(request.token), request.account, deadline);
    if (!token) co_return std::unexpected(std::move(token.error()));
    out.token_balance = std::move(token->amount);
  }
  out.gas_balance = std::move(gas->amount);
  out.magic = reads_.magic();
  out.height = run->height;
  out.script = std::move(run->script);
  out.state = std::move(run->state);
  out.exception = std::move(run->exception);
  out.gas_consumed = run->gas_consumed;
  out.fee_per_byte = policy->fee_per_byte;
  out.exec_factor = policy->exec_factor;
  out.max_valid_blocks = policy->max_valid_blocks;
  co_return out;
}

Task<Result<wallet::NetworkFeeReply>> ChainFactsService::NetworkFee(
    rpc::CallContext context, wallet::NetworkFeeRequest request) {
  Result<int64_t> fee =
      co_await submits_.NetworkFee(std::move(request.transaction), context.deadline);
  if (!fee) co_return std::unexpected(std::move(fee.error()));
  co_return wallet::NetworkFeeReply{*fee};
}

Task<Result<wallet::ContractReply>> ChainFactsService::Contract(rpc::CallContext context,
                                                                wallet::ContractRequest request) {
  Result<std::string> manifest =
      co_await submits_.ContractManifest(std::move(request.contract), context.deadline);
  if (!manifest) co_return std::unexpected(std::move(manifest.error()));
  co_return wallet::ContractReply{std::move(*manifest)};
}

}  // namespace nsl::host
