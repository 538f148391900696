// SPDX-License-Identifier: Apache-2.0
//
// Stubs of the services between host, runner and vault that concern the runner.
#pragma once

#include "function_runner/api.h"
#include "rpc/stub.h"

namespace nsl::function_runner {

// The runner's view of its host.
class RunnerHostStub final : public rpc::Stub<RunnerHostApi> {
 public:
  using Stub::Stub;
  Task<Result<BlobReply>> GetBlob(CallContext c, BlobRequest q) override {
    return Call<&RunnerHostApi::GetBlob>(std::move(c), std::move(q));
  }
  Task<Result<KvGetReply>> KvGet(CallContext c, KvGetRequest q) override {
    return Call<&RunnerHostApi::KvGet>(std::move(c), std::move(q));
  }
  Task<Result<rpc::Empty>> KvWriteBatch(CallContext c, KvWriteRequest q) override {
    return Call<&RunnerHostApi::KvWriteBatch>(std::move(c), std::move(q));
  }
  Task<Result<KvListReply>> KvList(CallContext c, KvListRequest q) override {
    return Call<&RunnerHostApi::KvList>(std::move(c), std::move(q));
  }
  Task<Result<ChainReadReply>> ChainRead(CallContext c, ChainReadRequest q) override {
    return Call<&RunnerHostApi::ChainRead>(std::move(c), std::move(q));
  }
  Task<Result<TransactionReply>> TrackTransaction(CallContext c, TrackRequest q) override {
    return Call<&RunnerHostApi::TrackTransaction>(std::move(c), std::move(q));
  }
  Task<Result<TransactionReply>> TransactionState(CallContext c,
                                                  TransactionStateRequest q) override {
    return Call<&RunnerHostApi::TransactionState>(std::move(c), std::move(q));
  }
};

// The host's view of its runner.
class RunnerStub final : public rpc::Stub<RunnerApi> {
 public:
  using Stub::Stub;
  Task<Result<BuildReply>> Build(CallContext c, BuildRequest q) override {
    return Call<&RunnerApi::Build>(std::move(c), std::move(q));
  }
  Task<Result<UsageReply>> Usage(CallContext c, rpc::Empty q) override {
    return Call<&RunnerApi::Usage>(std::move(c), std::move(q));
  }
  Task<Result<RunDetail>> OpenRun(CallContext c, OpenRunRequest q) override {
    return Call<&RunnerApi::OpenRun>(std::move(c), std::move(q));
  }
  Task<Result<RunnerInfo>> Info(CallContext c, rpc::Empty q) override {
    return Call<&RunnerApi::Info>(std::move(c), std::move(q));
  }
  Task<Result<SandboxReply>> Sandbox(CallContext c, rpc::Empty q) override {
    return Call<&RunnerApi::Sandbox>(std::move(c), std::move(q));
  }
  Task<Result<account::AttestationReply>> Attestation(CallContext c,
                                                      account::AttestationRequest q) override {
    return Call<&RunnerApi::Attestation>(std::move(c), std::move(q));
  }
};

}  // namespace nsl::function_runner
