// SPDX-License-Identifier: Apache-2.0
//
// What a runner asks of the wallet room for a function that runs, over the attested channel.
//
// The runner vouches for version, run and position; the vault finds project and function by the
// grant of the version, and asks the project's policies. A function may nothing that no policy
// names it for.
#pragma once

#include <boost/describe.hpp>
#include <optional>
#include <string>

#include "wallet/api.h"

namespace nsl::wallet {

struct FunctionSignRequest {
  // tx_…, chosen by the runner.
  std::string transaction;
  // ver_… that runs.
  std::string version;
  // What makes the effect one: the run and the position of the call in it, or the key that the
  // function gave.
  std::string effect;
  // wal_… or the wallet's name in the project.
  std::string wallet;
  std::optional<TransferIntent> transfer;
  std::optional<CallIntent> call;
  // Datoshi.
  std::optional<std::string> max_fee;
  std::optional<uint32_t> valid_blocks;
};
BOOST_DESCRIBE_STRUCT(FunctionSignRequest, (),
                      (transaction, version, effect, wallet, transfer, call, max_fee, valid_blocks))

struct FunctionSignReply {
  std::string wallet_id;
  SignedTransaction signed_tx;
};
BOOST_DESCRIBE_STRUCT(FunctionSignReply, (), (wallet_id, signed_tx))

struct FunctionWalletApi {
  virtual ~FunctionWalletApi() = default;
  // As WalletApi::Sign: the effect is durable before the bytes come back. wallet.policy unless a
  // policy allows the function.
  virtual Task<Result<FunctionSignReply>> SignForFunction(CallContext, FunctionSignRequest) = 0;
  // Fees, outcome and deciding rule of the same; `transaction` and `effect` do not matter.
  virtual Task<Result<Simulation>> SimulateForFunction(CallContext, FunctionSignRequest) = 0;

  static constexpr auto kMethods = std::tuple{
      rpc::Method<&FunctionWalletApi::SignForFunction>{
          .number = 760, .name = "wallet.sign_for_function", .deadline_ms = 20'000},
      rpc::Method<&FunctionWalletApi::SimulateForFunction>{.number = 761,
                                                           .name = "wallet.simulate_for_function",
                                                           .idempotent = true,
                                                           .deadline_ms = 20'000},
  };
};

}  // namespace nsl::wallet
