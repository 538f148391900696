// SPDX-License-Identifier: Apache-2.0
//
// Function store: functions and their immutable versions, as rows and blobs of the host.
//
// It decides nothing about rights to run: a version runs because the vault granted it. Objects of
// another project answer not_found, never a hint.
#pragma once

#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <vector>

#include "account/api.h"
#include "account/client/signed_forms.h"
#include "function_runner/api.h"
#include "rpc/method.h"

namespace nsl::function_store {

using rpc::CallContext;

struct Function {
  std::string id;
  std::string project_id;
  std::string name;
  std::string runtime;
  std::string created_at;
  // Version that the alias prod names; absent before the first deploy.
  std::optional<std::string> prod_version_id;
  std::vector<account::Alias> aliases;
  int64_t version = 0;
};
BOOST_DESCRIBE_STRUCT(Function, (),
                      (id, project_id, name, runtime, created_at, prod_version_id, aliases,
                       version))

struct Version {
  std::string id;
  std::string function_id;
  // "0x" and 64 hex characters.
  std::string code_hash;
  std::string runtime;
  std::string entry;
  function_runner::FunctionLimits limits;
  std::string access;
  std::string authorised_by;
  uint64_t bundle_bytes = 0;
  std::string created_at;
};
BOOST_DESCRIBE_STRUCT(Version, (),
                      (id, function_id, code_hash, runtime, entry, limits, access, authorised_by,
                       bundle_bytes, created_at))

struct CreateFunctionRequest {
  std::string project;
  std::string name;
  std::string runtime;
};
BOOST_DESCRIBE_STRUCT(CreateFunctionRequest, (), (project, name, runtime))
struct ListRequest {
  std::string project;
  std::optional<std::string> cursor;
  std::optional<uint32_t> limit;
};
BOOST_DESCRIBE_STRUCT(ListRequest, (), (project, cursor, limit))
struct FunctionRef {
  std::string function;
};
BOOST_DESCRIBE_STRUCT(FunctionRef, (), (function))
struct FunctionList {
  std::vector<Function> items;
  std::optional<std::string> cursor;
};
BOOST_DESCRIBE_STRUCT(FunctionList, (), (items, cursor))

struct DeployRequest {
  std::string function;
  function_runner::Manifest manifest;
  std::vector<function_runner::SourceFile> files;
  // What a signed deploy commits to (account::SignedDeploy); checked whenever they are given.
  std::optional<std::string> project;
  std::optional<std::string> code_hash;
  static constexpr std::string_view kInQuery[] = {"project", "codeHash"};
};
BOOST_DESCRIBE_STRUCT(DeployRequest, (), (function, manifest, files, project, code_hash))
struct VersionListRequest {
  std::string function;
  std::optional<std::string> cursor;
  std::optional<uint32_t> limit;
};
BOOST_DESCRIBE_STRUCT(VersionListRequest, (), (function, cursor, limit))
struct VersionList {
  std::vector<Version> items;
  std::optional<std::string> cursor;
};
BOOST_DESCRIBE_STRUCT(VersionList, (), (items, cursor))
struct PutAliasRequest {
  std::string function;
  std::string name;
  std::string version_id;
};
BOOST_DESCRIBE_STRUCT(PutAliasRequest, (), (function, name, version_id))

struct FunctionStoreApi {
  virtual ~FunctionStoreApi() = default;
  virtual Task<Result<Function>> Create(CallContext, CreateFunctionRequest) = 0;
  virtual Task<Result<FunctionList>> List(CallContext, ListRequest) = 0;
  virtual Task<Result<Function>> Get(CallContext, FunctionRef) = 0;
  virtual Task<Result<rpc::Empty>> Delete(CallContext, FunctionRef) = 0;
  virtual Task<Result<Version>> Deploy(CallContext, DeployRequest) = 0;
  virtual Task<Result<VersionList>> ListVersions(CallContext, VersionListRequest) = 0;
  virtual Task<Result<Function>> PutAlias(CallContext, PutAliasRequest) = 0;

  static constexpr auto kMethods = std::tuple{
      rpc::Method<&FunctionStoreApi::Create>{.number = 400,
                                             .name = "functions.create",
                                             .verb = "POST",
                                             .path = "/v1/projects/{project}/functions",
                                             .signature = rpc::Signature::kAccepted,
                                             .scope = "functions:write",
                                             .success = 201,
                                             .summary = "Make a function"},
      rpc::Method<&FunctionStoreApi::List>{.number = 401,
                                           .name = "functions.list",
                                           .verb = "GET",
                                           .path = "/v1/projects/{project}/functions",
                                           .scope = "functions:read",
                                           .idempotent = true,
                                           .summary = "Functions of a project"},
      rpc::Method<&FunctionStoreApi::Get>{.number = 402,
                                          .name = "functions.get",
                                          .verb = "GET",
                                          .path = "/v1/functions/{function}",
                                          .scope = "functions:read",
                                          .idempotent = true,
                                          .summary = "One function"},
      rpc::Method<&FunctionStoreApi::Delete>{.number = 403,
                                             .name = "functions.delete",
                                             .verb = account::kRemoveForm.verb,
                                             .path = account::kRemoveForm.path,
                                             .signature = account::kRemoveForm.signature,
                                             .scope = "functions:write",
                                             .success = 204,
                                             .summary = "Delete a function and its versions"},
      rpc::Method<&FunctionStoreApi::Deploy>{
          .number = 404,
          .name = "versions.create",
          .verb = account::kDeployForm.verb,
          .path = account::kDeployForm.path,
          .signature = account::kDeployForm.signature,
          .scope = "functions:write",
          .deadline_ms = 60'000,
          .max_request_bytes = 15 << 20,
          .success = 201,
          .summary = "Deploy: build, boot-check, grant and store an immutable version"},
      rpc::Method<&FunctionStoreApi::ListVersions>{.number = 405,
                                                   .name = "versions.list",
                                                   .verb = "GET",
                                                   .path = "/v1/functions/{function}/versions",
                                                   .scope = "functions:read",
                                                   .idempotent = true,
                                                   .summary = "Versions of a function"},
      rpc::Method<&FunctionStoreApi::PutAlias>{.number = 406,
                                               .name = "aliases.put",
                                               .verb = account::kAliasForm.verb,
                                               .path = account::kAliasForm.path,
                                               .signature = account::kAliasForm.signature,
                                               .scope = "functions:write",
                                               .summary = "Point an alias at a version"},
  };
};

}  // namespace nsl::function_store
