// SPDX-License-Identifier: Apache-2.0
//
// The callers' sides of the wallet room: the host's towards the vault, and the vault's towards the
// host for chain facts. Thread rule: that of rpc::Stub.
#pragma once

#include "rpc/stub.h"
#include "wallet/api.h"
#include "wallet/function_api.h"
#include "wallet/policy_api.h"

namespace nsl::wallet {

class WalletStub final : public rpc::Stub<WalletApi> {
 public:
  using Stub::Stub;
  Task<Result<Wallet>> Create(CallContext c, CreateWalletRequest q) override {
    return Call<&WalletApi::Create>(std::move(c), std::move(q));
  }
  Task<Result<WalletList>> List(CallContext c, WalletListRequest q) override {
    return Call<&WalletApi::List>(std::move(c), std::move(q));
  }
  Task<Result<Wallet>> Get(CallContext c, WalletRef q) override {
    return Call<&WalletApi::Get>(std::move(c), std::move(q));
  }
  Task<Result<SignedTransaction>> Sign(CallContext c, SignRequest q) override {
    return Call<&WalletApi::Sign>(std::move(c), std::move(q));
  }
  Task<Result<rpc::Empty>> Settle(CallContext c, SignedRef q) override {
    return Call<&WalletApi::Settle>(std::move(c), std::move(q));
  }
  Task<Result<SignedMessage>> SignMessage(CallContext c, SignMessageRequest q) override {
    return Call<&WalletApi::SignMessage>(std::move(c), std::move(q));
  }
  Task<Result<Simulation>> Simulate(CallContext c, SimulateIntentRequest q) override {
    return Call<&WalletApi::Simulate>(std::move(c), std::move(q));
  }
  Task<Result<SignedTransaction>> Cancel(CallContext c, CancelSignRequest q) override {
    return Call<&WalletApi::Cancel>(std::move(c), std::move(q));
  }
  Task<Result<SignedTransaction>> FindSigned(CallContext c, SignedRef q) override {
    return Call<&WalletApi::FindSigned>(std::move(c), std::move(q));
  }
};

class ChainFactsStub final : public rpc::Stub<ChainFactsApi> {
 public:
  using Stub::Stub;
  Task<Result<SimulateReply>> Simulate(CallContext c, SimulateRequest q) override {
    return Call<&ChainFactsApi::Simulate>(std::move(c), std::move(q));
  }
  Task<Result<NetworkFeeReply>> NetworkFee(CallContext c, NetworkFeeRequest q) override {
    return Call<&ChainFactsApi::NetworkFee>(std::move(c), std::move(q));
  }
  Task<Result<ContractReply>> Contract(CallContext c, ContractRequest q) override {
    return Call<&ChainFactsApi::Contract>(std::move(c), std::move(q));
  }
};

class FunctionWalletStub final : public rpc::Stub<FunctionWalletApi> {
 public:
  using Stub::Stub;
  Task<Result<FunctionSignReply>> SignForFunction(CallContext c, FunctionSignRequest q) override {
    return Call<&FunctionWalletApi::SignForFunction>(std::move(c), std::move(q));
  }
  Task<Result<Simulation>> SimulateForFunction(CallContext c, FunctionSignRequest q) override {
    return Call<&FunctionWalletApi::SimulateForFunction>(std::move(c), std::move(q));
  }
};

class PolicyStub final : public rpc::Stub<PolicyApi> {
 public:
  using Stub::Stub;
  Task<Result<Policy>> Create(CallContext c, CreatePolicyRequest q) override {
    return Call<&PolicyApi::Create>(std::move(c), std::move(q));
  }
  Task<Result<PolicyList>> List(CallContext c, PolicyListRequest q) override {
    return Call<&PolicyApi::List>(std::move(c), std::move(q));
  }
  Task<Result<Policy>> Get(CallContext c, PolicyRef q) override {
    return Call<&PolicyApi::Get>(std::move(c), std::move(q));
  }
  Task<Result<Policy>> Update(CallContext c, UpdatePolicyRequest q) override {
    return Call<&PolicyApi::Update>(std::move(c), std::move(q));
  }
  Task<Result<rpc::Empty>> Delete(CallContext c, PolicyRef q) override {
    return Call<&PolicyApi::Delete>(std::move(c), std::move(q));
  }
  Task<Result<Verdict>> Explain(CallContext c, ExplainRequest q) override {
    return Call<&PolicyApi::Explain>(std::move(c), std::move(q));
  }
};

}  // namespace nsl::wallet
