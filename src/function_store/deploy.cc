// SPDX-License-Identifier: Apache-2.0
// Deploys: check, build, grant, then one transaction.
#include "base/codec.h"
#include "crypto/hash.h"
#include "function_runner/manifest.h"
#include "function_store/store.h"

namespace nsl::function_store {
namespace {

using storage::Rows;
using storage::Statement;
using storage::WriteResult;

// The manifest must describe the function it is deployed to.
Status CheckBelongs(const FunctionRow& function, const function_runner::Manifest& manifest) {
  Error error(Reason::kRequestInvalid, "the bundle does not belong to this function");
  if (manifest.name != function.name) {
    error.fields.push_back({"/manifest/name", "the function is named '" + function.name + "'"});
  }
  if (manifest.runtime != function.runtime) {
    error.fields.push_back(
        {"/manifest/runtime", "the runtime of the function is '" + function.runtime + "'"});
  }
  if (error.fields.empty()) return {};
  return Fail(std::move(error));
}

// A client that names what it deploys, and signs that, is told at once when something else came.
Status CheckNamed(const FunctionRow& function, const DeployRequest& request,
                  const Bytes& code_hash) {
  Error error(Reason::kRequestInvalid, "the deploy is not what its query names");
  if (request.project && *request.project != function.project_id) {
    error.fields.push_back({"/project", "the function belongs to another project"});
  }
  if (request.code_hash && *request.code_hash != "0x" + ToHex(code_hash)) {
    error.fields.push_back({"/codeHash", "the bundle has the code hash 0x" + ToHex(code_hash)});
  }
  if (error.fields.empty()) return {};
  return Fail(std::move(error));
}

// The runner's own record must be about what was asked, and its artefacts be what it names: a
// mistake found here costs nothing, found at the first run it costs a deployed version.
Result<std::vector<Hash256>> CheckBuild(const function_runner::BuildReply& build,
                                        const Bytes& code_hash) {
  NSL_TRY(account::BuildRecord record, FromCbor<account::BuildRecord>(build.build_record));
  bool good = record.code_hash == code_hash && record.artefacts.size() == build.artefacts.size();
  std::vector<Hash256> hashes;
  for (const function_runner::SourceFile& file : build.artefacts) {
    Hash256 hash = crypto::Sha256(file.content);
    auto it = record.artefacts.find(file.path);
    good = good && it != record.artefacts.end() && it->second == ToBytes(ByteView(hash));
    hashes.push_back(hash);
  }
  if (!good) {
    return Fail(Reason::kPlatformIntegrity, "the runner built something else than was asked");
  }
  return hashes;
}

int64_t BytesOf(const std::vector<function_runner::SourceFile>& files) {
  int64_t total = 0;
  for (const function_runner::SourceFile& file : files) {
    total += static_cast<int64_t>(file.content.size());
  }
  return total;
}

}  // namespace

Task<Result<std::optional<Version>>> FunctionStore::FindByCode(std::string function,
                                                               Bytes code_hash) {
  Result<Rows> rows = co_await parts_.database.Read(SelectVersionByCode(function, code_hash));
  if (!rows) co_return std::unexpected(std::move(rows.error()));
  if (rows->empty()) co_return std::nullopt;
  NSL_CO_TRY(VersionRow row, ReadVersion((*rows)[0]));
  co_return ToVersion(row);
}

Task<Result<Version>> FunctionStore::Deploy(CallContext context, DeployRequest request) {
  Result<FunctionRow> function = co_await Open(context, request.function, "functions:write");
  if (!function) co_return std::unexpected(std::move(function.error()));
  NSL_CO_TRY_VOID(CheckManifest(request.manifest, request.files));
  NSL_CO_TRY_VOID(CheckBelongs(*function, request.manifest));
  // Hashing ten megabytes takes longer than other requests should wait.
  Result<Hash256> hash = co_await parts_.pool.Run([&request]() -> Result<Hash256> {
    return function_runner::CodeHash(request.manifest, request.files);
  });
  if (!hash) co_return std::unexpected(std::move(hash.error()));
  Bytes code_hash = ToBytes(ByteView(*hash));
  NSL_CO_TRY_VOID(CheckNamed(*function, request, code_hash));
  Result<std::optional<Version>> known = co_await FindByCode(function->id, code_hash);
  if (!known) co_return std::unexpected(std::move(known.error()));
  if (*known) co_return std::move(**known);
  MonoTime start = env_.clock.Mono();
  std::string id = function->id;
  Result<Version> version =
      co_await Build(std::move(context), std::move(*function), std::move(request), code_hash);
  if (version) {
    deploys_.Add();
    deploy_us_.Record(static_cast<uint64_t>(
        std::chrono::duration_cast<std::chrono::microseconds>(env_.clock.Mono() - start).count()));
    co_await Prune(id);
    co_return version;
  }
  if (version.error().reason == Reason::kRequestVersionConflict) {
    // Another deploy of the same code was faster: its version is the answer.
    Result<std::optional<Version>> other = co_await FindByCode(id, code_hash);
    if (other && *other) co_return std::move(**other);
  }
  refused_.Add();
  co_return version;
}

Task<Result<Version>> FunctionStore::Build(CallContext context, FunctionRow function,
                                           DeployRequest request, Bytes code_hash) {
  VersionRow row;
  row.function_id = function.id;
  row.code_hash = code_hash;
  row.manifest = request.manifest;
  row.bundle_bytes = BytesOf(request.files);
  row.created_ms = env_.clock.NowMs();
  function_runner::BuildRequest ask{function.project_id, function.id, std::move(request.manifest),
                                    std::move(request.files)};
  Result<function_runner::BuildReply> build = co_await parts_.runner.Build(context, std::move(ask));
  if (!build) co_return std::unexpected(std::move(build.error()));
  NSL_CO_TRY(row.artefacts, CheckBuild(*build, code_hash));
  account::GrantRequest grant_request{build->build_record, build->build_signature,
                                      ids_.Make(kVersionId)};
  Result<account::SignedGrant> grant =
      co_await parts_.vault.IssueGrant(std::move(context), std::move(grant_request));
  if (!grant) co_return std::unexpected(std::move(grant.error()));
  // The vault may know this code already, under the id it gave then.
  NSL_CO_TRY(account::Grant granted, FromCbor<account::Grant>(grant->grant));
  row.id = granted.version_id;
  row.authorised_by = granted.authorised_by;
  row.build_record = std::move(granted.build_record);
  row.grant = std::move(grant->grant);
  row.grant_signature = std::move(grant->signature);
  Result<Version> version =
      co_await Commit(std::move(function), std::move(row), std::move(build->artefacts));
  co_return version;
}

Task<Result<Version>> FunctionStore::Commit(FunctionRow function, VersionRow row,
                                            std::vector<function_runner::SourceFile> artefacts) {
  for (size_t i = 0; i < artefacts.size(); ++i) {
    Status stored = co_await parts_.blobs.Put(row.artefacts[i], std::move(artefacts[i].content));
    if (!stored) co_return std::unexpected(std::move(stored.error()));
  }
  std::vector<Statement> statements;
  statements.push_back(InsertVersion(row));
  for (const Hash256& hash : row.artefacts) {
    statements.push_back(storage::BlobStore::AddRef(row.id, hash));
  }
  // The vault names the first version prod.
  statements.push_back(
      Statement("INSERT INTO function_aliases (function_id, name, version_id) "
                "SELECT ?, 'prod', ? WHERE NOT EXISTS (SELECT 1 FROM function_aliases "
                "WHERE function_id = ? AND name = 'prod')",
                {function.id, row.id, function.id}));
  statements.push_back(
      Statement("UPDATE functions SET version = version + 1 WHERE id = ?", {function.id})
          .Expect(1, Reason::kNotFound, "the function was deleted while it was deployed"));
  Result<WriteResult> written = co_await parts_.database.Write(std::move(statements));
  if (!written) co_return std::unexpected(std::move(written.error()));
  env_.log.Info(
      "version_stored",
      {{"function", function.id}, {"version", row.id}, {"code_hash", ToHex(row.code_hash)}});
  co_return ToVersion(row);
}

Task<void> FunctionStore::Prune(std::string function) {
  Result<Rows> rows = co_await parts_.database.Read(SelectUnaliased(function));
  if (!rows) co_return;
  std::vector<Statement> statements;
  for (size_t i = kMaxUnaliasedVersions; i < rows->size(); ++i) {
    std::string id = (*rows)[i].Text(0);
    Result<std::vector<Hash256>> hashes = ReadArtefacts((*rows)[i].Blob(1));
    if (!hashes) continue;
    for (const Hash256& hash : *hashes) {
      statements.push_back(storage::BlobStore::DropRef(id, hash));
    }
    statements.push_back(Statement("DELETE FROM function_versions WHERE id = ?", {id}));
  }
  if (statements.empty()) co_return;
  Result<WriteResult> written = co_await parts_.database.Write(std::move(statements));
  if (!written) {
    env_.log.Warn("prune_failed", {{"function", function}, {"detail", written.error().detail}});
  }
}

}  // namespace nsl::function_store
