// SPDX-License-Identifier: Apache-2.0
//
// FunctionStore: FunctionStoreApi over the SQL database and its blobs.
//
// Guarantee: see README. Each method authenticates the caller's credential and asks for the scope
// of its row itself; it does not rely on the gateway. One thread.
#pragma once

#include <memory>

#include "account/client/access_cache.h"
#include "base/blocking_pool.h"
#include "base/env.h"
#include "base/ids.h"
#include "function_store/api.h"
#include "function_store/places.h"
#include "function_store/rows.h"
#include "storage/blobs.h"

namespace nsl::function_store {

// Borrowed; they outlive the store.
struct StoreParts {
  storage::Database& database;
  storage::BlobStore& blobs;
  BlockingPool& pool;
  account::AccessCache& access;
  account::AccountApi& vault;
  function_runner::RunnerApi& runner;
};

class FunctionStore final : public FunctionStoreApi, public FunctionPlaces {
 public:
  FunctionStore(Env env, StoreParts parts);

  static storage::RoomMigrations Migrations();

  Task<Result<Function>> Create(CallContext, CreateFunctionRequest) override;
  Task<Result<FunctionList>> List(CallContext, ListRequest) override;
  Task<Result<Function>> Get(CallContext, FunctionRef) override;
  Task<Result<rpc::Empty>> Delete(CallContext, FunctionRef) override;
  Task<Result<Version>> Deploy(CallContext, DeployRequest) override;
  Task<Result<VersionList>> ListVersions(CallContext, VersionListRequest) override;
  Task<Result<Function>> PutAlias(CallContext, PutAliasRequest) override;
  Task<Result<std::optional<FunctionPlace>>> Locate(std::string function) override;

 private:
  // auth.invalid, not_found (also for another project's function) or auth.forbidden.
  Task<Result<FunctionRow>> Open(CallContext context, std::string function, std::string scope);
  Task<Status> OpenProject(CallContext context, std::string project, std::string scope);
  Task<Result<Function>> Load(std::string function);
  // Takes the version that If-Match names: of two changes at once one loses, before the vault is
  // asked. A change that fails later leaves the function as it was, under a new version.
  Task<Status> Claim(int64_t if_match, FunctionRow row);
  Task<Result<std::optional<Version>>> FindByCode(std::string function, Bytes code_hash);
  Task<Result<Version>> Build(CallContext context, FunctionRow function, DeployRequest request,
                              Bytes code_hash);
  Task<Result<Version>> Commit(FunctionRow function, VersionRow row,
                               std::vector<function_runner::SourceFile> artefacts);
  // Versions without an alias beyond the limit; the newest stay.
  Task<void> Prune(std::string function);
  Task<Result<std::vector<storage::Statement>>> DropVersions(std::string function);

  Env env_;
  StoreParts parts_;
  IdMaker ids_;
  Counter& deploys_;
  Counter& refused_;
  Histogram& deploy_us_;
};

}  // namespace nsl::function_store
