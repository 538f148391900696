// SPDX-License-Identifier: Apache-2.0
#include "function_store/store.h"

#include <map>

#include "base/page.h"
#include "function_runner/manifest.h"

namespace nsl::function_store {
namespace {

using storage::Rows;
using storage::Statement;
using storage::WriteResult;

std::unexpected<Error> NoFunction() { return Fail(Reason::kNotFound, "no such function"); }

Status CheckIfMatch(int64_t if_match, const FunctionRow& row) {
  if (if_match < 0) {
    return Fail(Reason::kRequestNeedsIfMatch,
                "a change of a function needs the header If-Match with the version it is meant "
                "for, in quotes: GET the function and send its ETag");
  }
  if (if_match == row.version) return {};
  return Fail(Reason::kRequestVersionConflict,
              "the function has version " + std::to_string(row.version) + ", If-Match names " +
                  std::to_string(if_match) + "; read it again and repeat the change");
}

void AddAliases(Function& function, std::vector<account::Alias> aliases) {
  for (const account::Alias& alias : aliases) {
    if (alias.name == "prod") function.prod_version_id = alias.version_id;
  }
  function.aliases = std::move(aliases);
}

// A function without a version has no manifest yet: its name and runtime are checked as one.
Status CheckNameAndRuntime(const CreateFunctionRequest& request) {
  function_runner::Manifest manifest;
  manifest.name = request.name;
  manifest.runtime = request.runtime;
  manifest.entry = "x";
  Status checked = CheckManifest(manifest, {{"x", {}}});
  if (checked) return checked;
  Error error(Reason::kRequestInvalid, "the function cannot be made");
  for (const FieldError& field : checked.error().fields) {
    constexpr std::string_view kPrefix = "/manifest";
    if (field.pointer.starts_with(kPrefix)) {
      error.fields.push_back({field.pointer.substr(kPrefix.size()), field.detail});
    }
  }
  return Fail(std::move(error));
}

}  // namespace

FunctionStore::FunctionStore(Env env, StoreParts parts)
    : env_(env),
      parts_(parts),
      ids_(env.clock, env.random),
      deploys_(env.metrics.GetCounter("nsl_function_store_deploys_total", "Versions stored")),
      refused_(env.metrics.GetCounter("nsl_function_store_refused_deploys_total",
                                      "Deploys that stored nothing")),
      deploy_us_(env.metrics.GetHistogram("nsl_function_store_deploy_microseconds",
                                          "Time of a deploy that stored a version")) {}

storage::RoomMigrations FunctionStore::Migrations() { return StoreMigrations(); }

Task<Status> FunctionStore::OpenProject(CallContext context, std::string project,
                                        std::string scope) {
  auto principal = co_await parts_.access.Authenticate(std::move(context));
  if (!principal) co_return std::unexpected(std::move(principal.error()));
  co_return account::Permit(**principal, project, scope);
}

Task<Result<FunctionRow>> FunctionStore::Open(CallContext context, std::string function,
                                              std::string scope) {
  auto principal = co_await parts_.access.Authenticate(std::move(context));
  if (!principal) co_return std::unexpected(std::move(principal.error()));
  if (!IsId(kFunctionId, function)) co_return NoFunction();
  Result<Rows> rows = co_await parts_.database.Read(SelectFunction(function));
  if (!rows) co_return std::unexpected(std::move(rows.error()));
  if (rows->empty()) co_return NoFunction();
  FunctionRow row = ReadFunction((*rows)[0]);
  Status may = account::Permit(**principal, row.project_id, scope);
  // The same answer as for a function that does not exist.
  if (!may && may.error().reason == Reason::kNotFound) co_return NoFunction();
  if (!may) co_return std::unexpected(std::move(may.error()));
  co_return row;
}

Task<Result<Function>> FunctionStore::Load(std::string function) {
  Result<Rows> rows = co_await parts_.database.Read(SelectFunction(function));
  if (!rows) co_return std::unexpected(std::move(rows.error()));
  if (rows->empty()) co_return NoFunction();
  Function out = ToFunction(ReadFunction((*rows)[0]));
  Result<Rows> aliases = co_await parts_.database.Read(SelectAliases({function}));
  if (!aliases) co_return std::unexpected(std::move(aliases.error()));
  std::vector<account::Alias> list;
  for (size_t i = 0; i < aliases->size(); ++i) {
    list.push_back({(*aliases)[i].Text(1), (*aliases)[i].Text(2)});
  }
  AddAliases(out, std::move(list));
  co_return out;
}

Task<Result<std::optional<FunctionPlace>>> FunctionStore::Locate(std::string function) {
  if (!IsId(kFunctionId, function)) co_return std::nullopt;
  Result<Rows> rows = co_await parts_.database.Read(SelectPlace(function));
  if (!rows) co_return std::unexpected(std::move(rows.error()));
  if (rows->empty()) co_return std::nullopt;
  co_return FunctionPlace{(*rows)[0].Text(0), (*rows)[0].Int(1) > 0};
}

Task<Status> FunctionStore::Claim(int64_t if_match, FunctionRow row) {
  NSL_CO_TRY_VOID(CheckIfMatch(if_match, row));
  std::vector<Statement> statements;
  statements.push_back(NextVersion(row.id, row.version));
  Result<WriteResult> written = co_await parts_.database.Write(std::move(statements));
  if (!written) co_return std::unexpected(std::move(written.error()));
  co_return Status();
}

Task<Result<Function>> FunctionStore::Create(CallContext context, CreateFunctionRequest request) {
  Status may = co_await OpenProject(std::move(context), request.project, "functions:write");
  if (!may) co_return std::unexpected(std::move(may.error()));
  NSL_CO_TRY_VOID(CheckNameAndRuntime(request));
  FunctionRow row{ids_.Make(kFunctionId), request.project,    request.name,
                  request.runtime,        env_.clock.NowMs(), 1};
  std::vector<Statement> statements;
  statements.push_back(InsertFunction(row));
  Result<WriteResult> written = co_await parts_.database.Write(std::move(statements));
  if (!written) co_return std::unexpected(std::move(written.error()));
  co_return ToFunction(row);
}

Task<Result<FunctionList>> FunctionStore::List(CallContext context, ListRequest request) {
  Status may = co_await OpenProject(std::move(context), request.project, "functions:read");
  if (!may) co_return std::unexpected(std::move(may.error()));
  NSL_CO_TRY(std::string after, DecodeCursor(request.cursor));
  NSL_CO_TRY(uint32_t limit, PageLimit(request.limit));
  Result<Rows> rows =
      co_await parts_.database.Read(SelectFunctions(request.project, after, limit + 1));
  if (!rows) co_return std::unexpected(std::move(rows.error()));
  FunctionList out;
  std::vector<std::string> ids;
  for (size_t i = 0; i < rows->size() && i < limit; ++i) {
    out.items.push_back(ToFunction(ReadFunction((*rows)[i])));
    ids.push_back(out.items.back().id);
  }
  if (rows->size() > limit) out.cursor = EncodeCursor(out.items.back().id);
  if (ids.empty()) co_return out;
  Result<Rows> aliases = co_await parts_.database.Read(SelectAliases(ids));
  if (!aliases) co_return std::unexpected(std::move(aliases.error()));
  std::map<std::string, std::vector<account::Alias>> by_function;
  for (size_t i = 0; i < aliases->size(); ++i) {
    by_function[(*aliases)[i].Text(0)].push_back({(*aliases)[i].Text(1), (*aliases)[i].Text(2)});
  }
  for (Function& function : out.items) AddAliases(function, std::move(by_function[function.id]));
  co_return out;
}

Task<Result<Function>> FunctionStore::Get(CallContext context, FunctionRef request) {
  Result<FunctionRow> row = co_await Open(std::move(context), request.function, "functions:read");
  if (!row) co_return std::unexpected(std::move(row.error()));
  Result<Function> function = co_await Load(row->id);
  co_return function;
}

Task<Result<std::vector<Statement>>> FunctionStore::DropVersions(std::string function) {
  Result<Rows> rows = co_await parts_.database.Read(SelectArtefacts(function));
  if (!rows) co_return std::unexpected(std::move(rows.error()));
  std::vector<Statement> out;
  for (size_t i = 0; i < rows->size(); ++i) {
    NSL_CO_TRY(std::vector<Hash256> hashes, ReadArtefacts((*rows)[i].Blob(1)));
    for (const Hash256& hash : hashes) {
      out.push_back(storage::BlobStore::DropRef((*rows)[i].Text(0), hash));
    }
  }
  co_return out;
}

Task<Result<rpc::Empty>> FunctionStore::Delete(CallContext context, FunctionRef request) {
  Result<FunctionRow> row = co_await Open(context, request.function, "functions:write");
  if (!row) co_return std::unexpected(std::move(row.error()));
  Status claimed = co_await Claim(context.if_match, *row);
  if (!claimed) co_return std::unexpected(std::move(claimed.error()));
  // The vault first: once it has agreed nothing of the function can start any more.
  Result<rpc::Empty> removed = co_await parts_.vault.RemoveFunction(context, {row->id});
  // A function that never had a version is unknown there.
  if (!removed && removed.error().reason != Reason::kNotFound) {
    co_return std::unexpected(std::move(removed.error()));
  }
  Result<std::vector<Statement>> statements = co_await DropVersions(row->id);
  if (!statements) co_return std::unexpected(std::move(statements.error()));
  for (const char* sql : {"DELETE FROM function_aliases WHERE function_id = ?",
                          "DELETE FROM function_versions WHERE function_id = ?",
                          "DELETE FROM functions WHERE id = ?"}) {
    statements->push_back(Statement(sql, {row->id}));
  }
  Result<WriteResult> written = co_await parts_.database.Write(std::move(*statements));
  if (!written) co_return std::unexpected(std::move(written.error()));
  env_.log.Info("function_deleted", {{"function", row->id}, {"project", row->project_id}});
  co_return rpc::Empty{};
}

Task<Result<VersionList>> FunctionStore::ListVersions(CallContext context,
                                                      VersionListRequest request) {
  Result<FunctionRow> row = co_await Open(std::move(context), request.function, "functions:read");
  if (!row) co_return std::unexpected(std::move(row.error()));
  NSL_CO_TRY(std::string after, DecodeCursor(request.cursor));
  NSL_CO_TRY(uint32_t limit, PageLimit(request.limit));
  Result<Rows> rows = co_await parts_.database.Read(SelectVersions(row->id, after, limit + 1));
  if (!rows) co_return std::unexpected(std::move(rows.error()));
  VersionList out;
  for (size_t i = 0; i < rows->size() && i < limit; ++i) {
    NSL_CO_TRY(VersionRow version, ReadVersion((*rows)[i]));
    out.items.push_back(ToVersion(version));
  }
  if (rows->size() > limit) out.cursor = EncodeCursor(out.items.back().id);
  co_return out;
}

Task<Result<Function>> FunctionStore::PutAlias(CallContext context, PutAliasRequest request) {
  Result<FunctionRow> row = co_await Open(context, request.function, "functions:write");
  if (!row) co_return std::unexpected(std::move(row.error()));
  Status claimed = co_await Claim(context.if_match, *row);
  if (!claimed) co_return std::unexpected(std::move(claimed.error()));
  account::SetAliasRequest ask{row->id, request.name, request.version_id};
  Result<account::FunctionRoutes> routes =
      co_await parts_.vault.SetAlias(std::move(context), std::move(ask));
  if (!routes) co_return std::unexpected(std::move(routes.error()));
  // What the vault answered is the truth; rows here follow it.
  std::vector<Statement> statements;
  statements.push_back(Statement("DELETE FROM function_aliases WHERE function_id = ?", {row->id}));
  for (const account::Alias& alias : routes->aliases) {
    statements.push_back(
        Statement("INSERT INTO function_aliases (function_id, name, version_id) VALUES (?, ?, ?)",
                  {row->id, alias.name, alias.version_id}));
  }
  Result<WriteResult> written = co_await parts_.database.Write(std::move(statements));
  if (!written) co_return std::unexpected(std::move(written.error()));
  Result<Function> function = co_await Load(row->id);
  co_return function;
}

}  // namespace nsl::function_store
