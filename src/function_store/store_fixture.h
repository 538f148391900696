// SPDX-License-Identifier: Apache-2.0
//
// For tests of the host's rooms: a vault and a runner that answer as told, and a store over a real
// database. One thread.
#pragma once

#include <map>
#include <memory>
#include <set>

#include "account/client/signed_request.h"
#include "base/codec.h"
#include "base/ids.h"
#include "crypto/hash.h"
#include "function_store/store.h"
#include "rpc/refusal.h"
#include "storage/testing/temp_database.h"

namespace nsl::function_store {

inline constexpr char kProjectA[] = "prj_00000000000000000000000001";
inline constexpr char kProjectB[] = "prj_00000000000000000000000002";
inline constexpr char kOwnerA[] = "token-of-owner-a";
inline constexpr char kViewerA[] = "token-of-viewer-a";
inline constexpr char kKeyA[] = "nsl_key-of-project-a";
inline constexpr char kOwnerB[] = "token-of-owner-b";
// Session keys of the two owners: FakeVault takes any signature of theirs.
inline constexpr char kSessionA[] = "acc_00000000000000000000000001.lgn_00000000000000000000000001";
inline constexpr char kSessionB[] = "acc_00000000000000000000000002.lgn_00000000000000000000000002";
inline constexpr char kBootId[] = "0f0e0d0c0b0a09080706050403020100";

// A header of the right form; `nonce` tells it from others.
inline std::string SignedAs(std::string_view session, uint64_t nonce, int64_t time_ms,
                            std::string_view audience = kBootId) {
  std::string text = std::to_string(nonce);
  return "NSL-P256 key=" + std::string(session) + ", time=" + std::to_string(time_ms) +
         ", nonce=" + std::string(32 - text.size(), '0') + text + ", aud=" + std::string(audience) +
         ", sig=" + std::string(128, 'a');
}

struct FakeVault final : account::AccountApi {
  std::map<std::string, account::Principal> principals;
  std::map<std::string, std::string> versions_by_code;
  std::map<std::string, std::map<std::string, std::string>> aliases;
  std::vector<std::string> calls;
  // What came with the last Authenticate.
  std::optional<rpc::SignedHttp> last_signed;
  // When set, every call fails with it.
  std::optional<Error> away;

  FakeVault() {
    std::vector<std::string> read = {"project:read", "functions:read", "runs:read", "keys:read",
                                     "wallets:read"};
    std::vector<std::string> all = read;
    for (const char* scope :
         {"functions:write", "functions:invoke", "keys:write", "wallets:write", "wallets:send"}) {
      all.push_back(scope);
    }
    principals[kOwnerA] = {"acc_a", "acc_a", {{kProjectA, "owner", all}}, 5'000};
    principals[kViewerA] = {"acc_v", "acc_v", {{kProjectA, "viewer", read}}, 5'000};
    principals[kKeyA] = {"key_a", "acc_a", {{kProjectA, "key", all}}, 5'000};
    principals[kOwnerB] = {"acc_b", "acc_b", {{kProjectB, "owner", all}}, 5'000};
    principals[kSessionA] = principals[kOwnerA];
    principals[kSessionB] = principals[kOwnerB];
  }

  // The name of a principal above: a bearer credential as it is, a signed one by its key.
  static std::string NameOf(const CallContext& context) {
    auto header = account::ParseSignedHeader(context.credential);
    return header ? header->key_id : context.credential;
  }
  template <class T>
  Result<T> Gate(const char* name, T value) {
    calls.push_back(name);
    if (away) return std::unexpected(*away);
    return value;
  }

  Task<Result<account::AttestationReply>> Attestation(CallContext,
                                                      account::AttestationRequest) override {
    co_return Gate("attestation", account::AttestationReply{{1, 2, 3}, true});
  }
  Task<Result<account::Session>> Register(CallContext, account::CredentialsRequest) override {
    co_return Gate("register", account::Session{"acc_n", "access", "refresh", 900, {}});
  }
  Task<Result<account::Session>> Login(CallContext, account::CredentialsRequest) override {
    co_return Gate("login", account::Session{"acc_n", "access", "refresh", 900, {}});
  }
  Task<Result<account::Session>> Refresh(CallContext, account::RefreshRequest) override {
    co_return Gate("refresh", account::Session{"acc_n", "access", "refresh", 900, {}});
  }
  Task<Result<rpc::Empty>> Logout(CallContext, account::RefreshRequest) override {
    co_return Gate("logout", rpc::Empty{});
  }
  Task<Result<account::Me>> GetMe(CallContext context, rpc::Empty) override {
    co_return Gate("me", account::Me{principals[context.credential].account_id, "a@b.c", {}});
  }
  Task<Result<account::Project>> CreateProject(CallContext,
                                               account::CreateProjectRequest q) override {
    co_return Gate("create_project",
                   account::Project{kProjectA, q.name, q.network, "owner", false, {}, 0});
  }
  Task<Result<account::ProjectList>> ListProjects(CallContext, rpc::Empty) override {
    co_return Gate("list_projects", account::ProjectList{});
  }
  Task<Result<account::Project>> GetProject(CallContext, account::ProjectRef q) override {
    co_return Gate("get_project",
                   account::Project{q.project, "p", "private", "owner", false, {}, 0});
  }
  Task<Result<account::ApiKey>> CreateKey(CallContext, account::CreateKeyRequest q) override {
    account::ApiKey key{"key_new", q.project, q.name, q.scopes, "now", {}, "nsl_the_secret"};
    co_return Gate("create_key", std::move(key));
  }
  Task<Result<account::KeyList>> ListKeys(CallContext, account::ProjectRef) override {
    co_return Gate("list_keys", account::KeyList{});
  }
  Task<Result<rpc::Empty>> DeleteKey(CallContext context, account::KeyRef) override {
    // The vault knows whose key it is; here every key is project A's.
    for (const account::Membership& m : principals[NameOf(context)].memberships) {
      if (m.project_id == kProjectA) co_return Gate("delete_key", rpc::Empty{});
    }
    co_return Fail(Reason::kNotFound, "no such key");
  }
  Task<Result<account::Principal>> Authenticate(CallContext context,
                                                account::CredentialRef) override {
    calls.push_back("authenticate");
    if (away) co_return std::unexpected(*away);
    last_signed = context.signed_http;
    auto header = account::ParseSignedHeader(context.credential);
    if (header && ToHex(header->audience) != kBootId) {
      co_return Fail(rpc::InvalidCredential().error().WithField(
          std::string(account::kAudiencePointer), kBootId));
    }
    auto it = principals.find(NameOf(context));
    if (it == principals.end()) co_return rpc::InvalidCredential();
    co_return it->second;
  }
  Task<Result<account::SignedGrant>> IssueGrant(CallContext, account::GrantRequest q) override {
    Result<account::BuildRecord> record = FromCbor<account::BuildRecord>(q.build_record);
    NSL_CHECK(record.has_value());
    std::string code = record->function_id + ToHex(record->code_hash);
    auto [it, fresh] = versions_by_code.try_emplace(code, q.version_id);
    auto& names = aliases[record->function_id];
    names.try_emplace("prod", it->second);
    account::Grant grant{"nsl/grant/1", it->second, q.build_record, "bearer", "acc_a", 1, {}, {}};
    co_return Gate("issue_grant", account::SignedGrant{ToCbor(grant), Bytes(64, 7)});
  }
  Task<Result<account::FunctionRoutes>> SetAlias(CallContext, account::SetAliasRequest q) override {
    aliases[q.function][q.name] = q.version_id;
    account::FunctionRoutes routes{q.function, 2, {}};
    for (const auto& [name, version] : aliases[q.function]) {
      routes.aliases.push_back({name, version});
    }
    co_return Gate("set_alias", std::move(routes));
  }
  Task<Result<rpc::Empty>> RemoveFunction(CallContext, account::RemoveFunctionRequest q) override {
    if (aliases.erase(q.function) == 0) co_return Fail(Reason::kNotFound, "no such function");
    co_return Gate("remove_function", rpc::Empty{});
  }
};

struct FakeRunner final : function_runner::RunnerApi {
  std::optional<Error> build_error;
  // Another hash in the record than was asked for.
  bool lie = false;
  size_t builds = 0;
  function_runner::UsageReply usage;
  std::optional<Error> usage_error;
  function_runner::RunDetail detail;

  Task<Result<function_runner::BuildReply>> Build(CallContext,
                                                  function_runner::BuildRequest q) override {
    ++builds;
    if (build_error) co_return std::unexpected(*build_error);
    account::BuildRecord record;
    record.tag = "nsl/build/1";
    record.project_id = q.project_id;
    record.function_id = q.function_id;
    record.code_hash = ToBytes(ByteView(function_runner::CodeHash(q.manifest, q.files)));
    if (lie) record.code_hash[0] ^= 1;
    Bytes bundle = q.files[0].content;
    record.artefacts["bundle"] = ToBytes(ByteView(crypto::Sha256(bundle)));
    co_return function_runner::BuildReply{ToCbor(record), Bytes(64, 1), {{"bundle", bundle}}};
  }
  Task<Result<function_runner::UsageReply>> Usage(CallContext, rpc::Empty) override {
    if (usage_error) co_return std::unexpected(*usage_error);
    co_return usage;
  }
  Task<Result<function_runner::RunDetail>> OpenRun(CallContext,
                                                   function_runner::OpenRunRequest) override {
    co_return detail;
  }
  Task<Result<function_runner::RunnerInfo>> Info(CallContext, rpc::Empty) override {
    co_return function_runner::RunnerInfo{"0.1.0", true, "full", usage.boot_id, 0, 0};
  }
  Task<Result<function_runner::SandboxReply>> Sandbox(CallContext, rpc::Empty) override {
    co_return function_runner::SandboxReply{};
  }
  Task<Result<account::AttestationReply>> Attestation(CallContext,
                                                      account::AttestationRequest) override {
    co_return account::AttestationReply{};
  }
};

// Runs a coroutine on the fixture's io_context until it ends.
template <class T>
T RunOn(asio::io_context& io, Task<T> task) {
  std::optional<T> result;
  asio::co_spawn(io.get_executor(), std::move(task), [&](std::exception_ptr failure, T value) {
    if (failure) std::rethrow_exception(failure);
    result.emplace(std::move(value));
  });
  io.restart();
  while (!result && io.run_one() > 0) {
  }
  NSL_CHECK(result.has_value());
  return std::move(*result);
}

struct StoreFixture {
  asio::io_context io{1};
  storage::TempDatabase temp;
  BlockingPool pool{"test", 1, 64};
  FakeVault vault;
  FakeRunner runner;
  storage::BlobStore blobs{*temp.database,
                           pool,
                           temp.env,
                           [](ByteView data) { return crypto::Sha256(data); },
                           {.folder = temp.folder.path()}};
  account::AccessCache access{temp.env, io.get_executor(), vault};
  std::unique_ptr<FunctionStore> store;

  explicit StoreFixture(std::vector<storage::RoomMigrations> more = {}) {
    more.push_back(storage::BlobStore::Migrations());
    more.push_back(FunctionStore::Migrations());
    NSL_CHECK(temp.database->Migrate(std::move(more)).has_value());
    store = std::make_unique<FunctionStore>(
        temp.env, StoreParts{*temp.database, blobs, pool, access, vault, runner});
  }

  static CallContext As(std::string credential) {
    CallContext context;
    context.credential = std::move(credential);
    return context;
  }
  // The same, for a change of a function that has this version.
  static CallContext As(std::string credential, int64_t version) {
    CallContext context = As(std::move(credential));
    context.if_match = version;
    return context;
  }
  static DeployRequest Bundle(std::string function, std::string name, std::string code) {
    DeployRequest out;
    out.function = std::move(function);
    out.manifest.name = std::move(name);
    out.manifest.runtime = "javascript";
    out.manifest.entry = "index.js";
    out.files = {{"index.js", ToBytes(code)}};
    return out;
  }
  template <class T>
  T Do(Task<T> task) {
    return RunOn(io, std::move(task));
  }
  int64_t VersionOf(const std::string& function) {
    Result<Function> read = Do(store->Get(As(kOwnerA), {function}));
    NSL_CHECK(read.has_value());
    return read->version;
  }
  Function Make(std::string name) {
    Result<Function> made =
        Do(store->Create(As(kOwnerA), {kProjectA, std::move(name), "javascript"}));
    NSL_CHECK(made.has_value());
    return *made;
  }
};

}  // namespace nsl::function_store
