// SPDX-License-Identifier: Apache-2.0
#include "function_runner/supervisor/runner_service.h"

#include "base/codec.h"

namespace nsl::function_runner {

Task<Result<BuildReply>> RunnerService::Build(CallContext ctx, BuildRequest request) {
  (void)ctx;
  Result<BuildReply> reply = co_await parts_.builder.Build(std::move(request));
  co_return reply;
}

Task<Result<UsageReply>> RunnerService::Usage(CallContext ctx, rpc::Empty request) {
  (void)ctx;
  (void)request;
  co_return UsageReply{parts_.boot_id, parts_.dispatcher.usage().Snapshot()};
}

Task<Result<RunDetail>> RunnerService::OpenRun(CallContext ctx, OpenRunRequest request) {
  account::AdmitRequest ask{ctx.credential, request.function_id};
  Result<account::AdmitReply> lease = co_await parts_.vault.Admit(std::move(ctx), std::move(ask));
  if (!lease) co_return std::unexpected(std::move(lease.error()));
  bool may_read = false;
  for (const account::ProjectRight& right : lease->rights) {
    may_read = may_read || (right.project_id == lease->project_id && right.read);
  }
  if (lease->project_id.empty() || !may_read) co_return Fail(Reason::kNotFound, "no such run");
  Result<Bytes> plain = parts_.sealer.Open(lease->project_key, lease->project_id, "run",
                                           request.run_id, 1, request.sealed);
  if (!plain) co_return std::unexpected(std::move(plain.error()));
  co_return FromCbor<RunDetail>(*plain);
}

Task<Result<RunnerInfo>> RunnerService::Info(CallContext ctx, rpc::Empty request) {
  (void)ctx;
  (void)request;
  RunnerInfo info;
  info.release = parts_.release;
  info.simulated = parts_.simulated;
  info.isolation = parts_.blanks.isolation();
  info.boot_id = parts_.boot_id;
  info.workers = static_cast<uint32_t>(parts_.dispatcher.workers());
  info.blanks = static_cast<uint32_t>(parts_.blanks.size());
  co_return info;
}

Task<Result<SandboxReply>> RunnerService::Sandbox(CallContext ctx, rpc::Empty request) {
  (void)ctx;
  (void)request;
  co_return SandboxReply{parts_.blanks.Report()};
}

Task<Result<account::AttestationReply>> RunnerService::Attestation(
    CallContext ctx, account::AttestationRequest request) {
  (void)ctx;
  std::optional<Bytes> nonce = FromHex(request.nonce);
  if (!nonce || nonce->size() < 16 || nonce->size() > 64) {
    co_return Fail(Error(Reason::kRequestInvalid, "the nonce is 16 to 64 bytes as hexadecimal")
                       .WithField("/nonce", "16 to 64 bytes as hexadecimal"));
  }
  Result<Bytes> document = parts_.attest(*nonce);
  if (!document) co_return std::unexpected(std::move(document.error()));
  co_return account::AttestationReply{std::move(*document), parts_.simulated};
}

Task<Result<rpc::Empty>> Revocations::Revoke(CallContext ctx, account::RevokeRequest request) {
  (void)ctx;
  if (!request.principal_id.empty()) dispatcher_.admission().DropPrincipal(request.principal_id);
  if (!request.function_id.empty()) dispatcher_.admission().DropFunction(request.function_id);
  co_return rpc::Empty{};
}

}  // namespace nsl::function_runner
