// SPDX-License-Identifier: Apache-2.0
//
// TxCalls: ctx.tx of a run. The vault signs over the attested channel, the host lands what was
// signed; what the host says about it is passed on and believed by nobody here.
//
// Guarantee: one call of a run (or one key that the function gave) is one effect, whatever is asked
// again. A proposal leaves only after the run's other writes are durable; what send() has signed is
// handed to the host even when the run has ended meanwhile. One thread.
#pragma once

#include <string>

#include "base/ids.h"
#include "function_runner/sandbox/worker_link.h"
#include "function_runner/supervisor/run.h"

namespace nsl::function_runner {

class TxCalls {
 public:
  // Borrowed.
  TxCalls(Env env, RunnerHostApi& host, wallet::FunctionWalletApi& wallets, RunTable& runs)
      : host_(host), wallets_(wallets), runs_(runs), ids_(env.clock, env.random) {}

  // JSON text of the transaction. `args` is a JSON array from hostile code.
  Task<Result<std::string>> Serve(Run* run, rpc::CallContext ctx, sandbox::HostOp op,
                                  std::string args);

  // What a run had proposed, signed and ready to be handed over.
  Task<Result<std::vector<TrackRequest>>> SignProposals(Run* run, rpc::CallContext ctx);
  Task<Status> HandOver(std::vector<TrackRequest> signed_ones, rpc::CallContext ctx);

 private:
  Result<wallet::FunctionSignRequest> Read(Run& run, const std::string& args);
  // For the run's receipt, while it has not ended.
  void Remember(RunKey key, const wallet::FunctionSignReply& by_vault);
  Task<Result<std::string>> Track(TrackRequest request, rpc::CallContext ctx);

  RunnerHostApi& host_;
  wallet::FunctionWalletApi& wallets_;
  RunTable& runs_;
  IdMaker ids_;
};

}  // namespace nsl::function_runner
