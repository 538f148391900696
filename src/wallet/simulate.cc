// SPDX-License-Identifier: Apache-2.0
//
// The half of WalletService that signs nothing.
#include "wallet/policy_text.h"
#include "wallet/service.h"

namespace nsl::wallet {

Task<Result<Simulation>> WalletService::SimulateAsked(CallContext context, SubmitRequest request,
                                                      Asker asker) {
  auto asked = co_await Examine(std::move(request), std::move(asker));
  if (!asked) co_return std::unexpected(std::move(asked.error()));
  NSL_CO_TRY(asked->script, ScriptOf(asked->intent));
  Verdict verdict = Ask(*asked, std::nullopt);
  if (verdict.allowed && !asked->intent.names_max_fee) {
    asked->intent.max_fee = CeilingOf(asked->policies, verdict.policy);
  }
  auto priced = co_await Price(std::move(context), &*asked);
  if (!priced) co_return std::unexpected(std::move(priced.error()));
  verdict = Ask(*asked, priced->tx.system_fee + priced->tx.network_fee);
  Simulation out;
  out.vm_state = priced->facts.state;
  out.system_fee = std::to_string(priced->tx.system_fee);
  out.network_fee = std::to_string(priced->tx.network_fee);
  out.allowed = verdict.allowed;
  out.because = ReasonOf(verdict);
  out.policy = std::move(verdict.policy);
  out.evidence = chain_.level;
  co_return out;
}

Task<Result<Simulation>> WalletService::Simulate(CallContext context,
                                                 SimulateIntentRequest request) {
  auto who = co_await authoriser_.Authorise(context, request.project, "wallets:read",
                                            rpc::Signature::kNone);
  if (!who) co_return std::unexpected(std::move(who.error()));
  // As a member who signs would be judged.
  Asker asker{{who->account_id, std::string(kMembers)}, true};
  SubmitRequest asked{std::move(request.project),  std::move(request.wallet),
                      std::move(request.transfer), std::move(request.max_fee),
                      request.valid_blocks,        std::move(request.call)};
  auto out = co_await SimulateAsked(std::move(context), std::move(asked), std::move(asker));
  co_return out;
}

Task<Result<Simulation>> WalletService::SimulateForFunction(CallContext context,
                                                            FunctionSignRequest request) {
  auto ask = co_await AskOf(std::move(request));
  if (!ask) co_return std::unexpected(std::move(ask.error()));
  auto out =
      co_await SimulateAsked(std::move(context), std::move(ask->request), std::move(ask->asker));
  co_return out;
}

}  // namespace nsl::wallet
