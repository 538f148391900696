// SPDX-License-Identifier: Apache-2.0
//
// RunnerService: what the runner answers besides invokes.
//
// OpenRun is the one place where stored results and logs become readable again: it asks the vault
// whether the caller may read the project, with the caller's own credential. One thread.
#pragma once

#include <functional>
#include <string>

#include "function_runner/api.h"
#include "function_runner/supervisor/builder.h"
#include "function_runner/supervisor/dispatcher.h"

namespace nsl::function_runner {

struct RunnerServiceParts {
  Dispatcher& dispatcher;
  Builder& builder;
  BlankPool& blanks;
  account::AdmissionApi& vault;
  ProjectSealer& sealer;
  // Attestation document over a nonce.
  std::function<Result<Bytes>(ByteView)> attest;
  std::string release;
  bool simulated = false;
  Bytes boot_id;
};

class RunnerService final : public RunnerApi {
 public:
  explicit RunnerService(RunnerServiceParts parts) : parts_(std::move(parts)) {}

  Task<Result<BuildReply>> Build(CallContext ctx, BuildRequest request) override;
  Task<Result<UsageReply>> Usage(CallContext ctx, rpc::Empty request) override;
  Task<Result<RunDetail>> OpenRun(CallContext ctx, OpenRunRequest request) override;
  Task<Result<RunnerInfo>> Info(CallContext ctx, rpc::Empty request) override;
  Task<Result<SandboxReply>> Sandbox(CallContext ctx, rpc::Empty request) override;
  Task<Result<account::AttestationReply>> Attestation(CallContext ctx,
                                                      account::AttestationRequest request) override;

 private:
  RunnerServiceParts parts_;
};

// The vault's word that a right has ended.
class Revocations final : public account::RevocationApi {
 public:
  explicit Revocations(Dispatcher& dispatcher) : dispatcher_(dispatcher) {}
  Task<Result<rpc::Empty>> Revoke(CallContext ctx, account::RevokeRequest request) override;

 private:
  Dispatcher& dispatcher_;
};

}  // namespace nsl::function_runner
