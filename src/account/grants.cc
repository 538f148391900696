// SPDX-License-Identifier: Apache-2.0
#include "account/grants.h"

#include <algorithm>

#include "account/acting.h"
#include "account/grant_rules.h"
#include "base/codec.h"

namespace nsl::account {

Result<BuildRecord> Grants::CheckBuild(const GrantRequest& request) const {
  // The signature first: nothing that a host made up is parsed any further.
  if (request.build_record.size() > kMaxBuildRecord ||
      !shared_.runners.Signed(request.build_record, request.build_signature)) {
    return Fail(Reason::kGrantInvalid,
                "the build record is not signed by a runner that is connected and attested now");
  }
  NSL_TRY(BuildRecord record, FromCbor<BuildRecord>(request.build_record));
  NSL_TRY_VOID(CheckRecord(record));
  if (!IsId(kVersionId, request.version_id)) {
    return Fail(Reason::kRequestInvalid, "the version id is not one");
  }
  return record;
}

Result<SignedGrant> Grants::Sign(const GrantRequest& request, const Caller& caller,
                                 uint64_t sequence) const {
  Grant grant{std::string(kGrantTag),
              request.version_id,
              request.build_record,
              std::string(EnumText(caller.authorised_by)),
              caller.id,
              sequence,
              caller.session_key_id,
              caller.session_key};
  SignedGrant out;
  out.grant = ToCbor(grant);
  NSL_TRY(out.signature, shared_.signing_key.Sign(out.grant));
  return out;
}

Task<Result<SignedGrant>> Grants::Existing(std::string version_id) {
  auto grant = co_await shared_.directory.Find<GrantRow>(std::move(version_id));
  if (!grant) co_return std::unexpected(std::move(grant.error()));
  if (!*grant) co_return Fail(Reason::kPlatformIntegrity, "a version has lost its grant");
  co_return std::move((*grant)->row.grant);
}

Task<Result<SignedGrant>> Grants::Issue(CallContext context, GrantRequest request) {
  auto acting = co_await Act(shared_.authority, std::move(context), kDeployForm, SignedDeploy{});
  if (!acting) co_return std::unexpected(std::move(acting.error()));
  const Caller& caller = acting->caller;
  NSL_CO_TRY(BuildRecord record, CheckBuild(request));
  if (caller.has_signed()) NSL_CO_TRY_VOID(CheckSignedFor(acting->request, record));
  NSL_CO_TRY_VOID(Require(caller, record.project_id, "functions:write"));
  for (int attempt = 0; attempt < kChangeAttempts; ++attempt) {
    auto grant = co_await TryIssue(request, record, caller);
    if (!grant && grant.error().reason == Reason::kRequestVersionConflict) continue;
    co_return grant;
  }
  co_return Fail(Reason::kQuotaBusy, "the function changes elsewhere; try again");
}

Task<Result<SignedGrant>> Grants::TryIssue(GrantRequest request, BuildRecord record,
                                           Caller caller) {
  auto function = co_await shared_.directory.Find<FunctionRow>(record.function_id);
  if (!function) co_return std::unexpected(std::move(function.error()));
  auto taken = co_await shared_.directory.Find<GrantRow>(request.version_id);
  if (!taken) co_return std::unexpected(std::move(taken.error()));
  Changes changes;
  FunctionRow row;
  uint64_t expect = 0;
  if (*function) {
    row = std::move((*function)->row);
    expect = (*function)->version;
    if (row.project_id != record.project_id) co_return Fail(Reason::kNotFound, "no such function");
    if (const VersionEntry* same = FindSame(row, record)) {
      auto grant = co_await Existing(same->version_id);
      co_return grant;
    }
  } else {
    auto project = co_await shared_.directory.Find<ProjectRow>(record.project_id);
    if (!project) co_return std::unexpected(std::move(project.error()));
    if (!*project) co_return Fail(Reason::kNotFound, "no such project");
    if ((*project)->row.functions >= kMaxFunctionsPerProject) {
      co_return Fail(Reason::kQuotaItems, "a project has at most 200 functions; delete one first");
    }
    ++(*project)->row.functions;
    changes.Put(record.project_id, (*project)->row, (*project)->version);
    row.id = record.function_id;
    row.project_id = record.project_id;
  }
  if (*taken) co_return Fail(Reason::kRequestInvalid, "the version id is taken");
  ++row.sequence;
  auto grant = Sign(request, caller, row.sequence);
  if (!grant) co_return std::unexpected(std::move(grant.error()));
  row.versions.push_back({request.version_id, record.code_hash, record.toolchain, record.release});
  if (row.versions.size() == 1) row.aliases[std::string(kProdAlias)] = request.version_id;
  for (const std::string& old : TakeSurplusVersions(row)) changes.Remove<GrantRow>(old);
  changes.Put(row.id, row, expect).Put(request.version_id, GrantRow{row.id, *grant}, 0);
  Status done = co_await shared_.directory.store().Commit(changes.Take());
  if (!done) co_return std::unexpected(std::move(done.error()));
  shared_.env.log.Info("grant_issued", {{"function", row.id}, {"version", request.version_id}});
  co_await shared_.runners.Revoke(RevokeRequest{{}, row.id});
  co_return grant;
}

Task<Result<Stored<FunctionRow>>> Grants::Open(Caller caller, std::string function_id) {
  auto function = co_await shared_.directory.Find<FunctionRow>(std::move(function_id));
  if (!function) co_return std::unexpected(std::move(function.error()));
  if (!*function) co_return Fail(Reason::kNotFound, "no such function");
  Status may = Require(caller, (*function)->row.project_id, "functions:write");
  if (!may && may.error().reason == Reason::kNotFound) {
    co_return Fail(Reason::kNotFound, "no such function");
  }
  if (!may) co_return std::unexpected(std::move(may.error()));
  co_return std::move(**function);
}

Task<Result<FunctionRoutes>> Grants::SetAlias(CallContext context, SetAliasRequest request) {
  auto acting = co_await Act(shared_.authority, std::move(context), kAliasForm, std::move(request));
  if (!acting) co_return std::unexpected(std::move(acting.error()));
  request = std::move(acting->request);
  for (int attempt = 0; attempt < kChangeAttempts; ++attempt) {
    auto function = co_await Open(acting->caller, request.function);
    if (!function) co_return std::unexpected(std::move(function.error()));
    FunctionRow& row = function->row;
    NSL_CO_TRY_VOID(ApplyAlias(row, request));
    Changes changes;
    changes.Put(row.id, row, function->version);
    Status done = co_await shared_.directory.store().Commit(changes.Take());
    if (IsConflict(done)) continue;
    if (!done) co_return std::unexpected(std::move(done.error()));
    co_await shared_.runners.Revoke(RevokeRequest{{}, row.id});
    FunctionRoutes routes{row.id, row.sequence, {}};
    for (const auto& [name, version] : row.aliases) routes.aliases.push_back({name, version});
    co_return routes;
  }
  co_return Fail(Reason::kQuotaBusy, "the function changes elsewhere; try again");
}

Task<Result<rpc::Empty>> Grants::Remove(CallContext context, RemoveFunctionRequest request) {
  auto acting =
      co_await Act(shared_.authority, std::move(context), kRemoveForm, std::move(request));
  if (!acting) co_return std::unexpected(std::move(acting.error()));
  request = std::move(acting->request);
  for (int attempt = 0; attempt < kChangeAttempts; ++attempt) {
    auto function = co_await Open(acting->caller, request.function);
    if (!function) co_return std::unexpected(std::move(function.error()));
    const FunctionRow& row = function->row;
    auto project = co_await shared_.directory.Find<ProjectRow>(row.project_id);
    if (!project) co_return std::unexpected(std::move(project.error()));
    Changes changes;
    changes.Remove<FunctionRow>(row.id, function->version);
    for (const VersionEntry& v : row.versions) changes.Remove<GrantRow>(v.version_id);
    if (*project && (*project)->row.functions > 0) {
      --(*project)->row.functions;
      changes.Put(row.project_id, (*project)->row, (*project)->version);
    }
    Status done = co_await shared_.directory.store().Commit(changes.Take());
    if (IsConflict(done)) continue;
    if (!done) co_return std::unexpected(std::move(done.error()));
    co_await shared_.runners.Revoke(RevokeRequest{{}, row.id});
    co_return rpc::Empty{};
  }
  co_return Fail(Reason::kQuotaBusy, "the function changes elsewhere; try again");
}

}  // namespace nsl::account
