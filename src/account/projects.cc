// SPDX-License-Identifier: Apache-2.0
#include "account/projects.h"

#include <algorithm>

#include "account/acting.h"
#include "account/new_project.h"
#include "account/tokens.h"
#include "crypto/hash.h"

namespace nsl::account {
namespace {

constexpr uint32_t kMaxKeySeconds = 10u * 365 * 24 * 3600;

// 3 to 100 characters, no control characters.
Status CheckName(std::string_view name, std::string_view pointer) {
  size_t characters = 0;
  bool control = false;
  for (char c : name) {
    auto byte = static_cast<unsigned char>(c);
    characters += (byte & 0xc0) != 0x80;
    control |= byte < 0x20 || byte == 0x7f;
  }
  if (characters >= 3 && characters <= 100 && !control) return {};
  return Fail(Error(Reason::kRequestInvalid, "a name has 3 to 100 characters")
                  .WithField(std::string(pointer), "3 to 100 characters, none of control"));
}

Status CheckNetwork(std::string_view network) {
  bool good = !network.empty() && network.size() <= 32 &&
              std::all_of(network.begin(), network.end(), [](char c) {
                return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
              });
  if (good) return {};
  return Fail(Error(Reason::kRequestInvalid, "the network is not valid")
                  .WithField("/network", "1 to 32 characters of a-z 0-9 -"));
}

Project ToProject(const ProjectRow& row, std::string role) {
  return Project{row.id,          row.name,        row.network,
                 std::move(role), row.public_logs, ToRfc3339(row.created_ms),
                 row.revision};
}

ApiKey ToApiKey(const KeyRow& row) {
  ApiKey key{row.id, row.project_id, row.name, row.scopes, ToRfc3339(row.created_ms), {}, {}};
  if (row.expires_ms) key.expires_at = ToRfc3339(*row.expires_ms);
  return key;
}

Status CheckScopes(const std::vector<std::string>& scopes) {
  Error error(Reason::kRequestInvalid, "the scopes of the key are not valid");
  if (scopes.empty() || scopes.size() > kScopes.size()) {
    return Fail(std::move(error).WithField("/scopes", "at least one scope"));
  }
  for (size_t i = 0; i < scopes.size(); ++i) {
    bool twice = std::find(scopes.begin(), scopes.begin() + static_cast<ptrdiff_t>(i), scopes[i]) !=
                 scopes.begin() + static_cast<ptrdiff_t>(i);
    if (RoleHas(kKeyCeiling, scopes[i]) && !twice) continue;
    return Fail(std::move(error).WithField(
        "/scopes/" + std::to_string(i),
        twice ? "stands twice"
              : "a key carries scopes of a developer, for example functions:invoke"));
  }
  return {};
}

}  // namespace

Task<Result<std::vector<Project>>> Projects::ProjectsOf(Caller caller) {
  std::vector<Project> out;
  for (const Membership& member : caller.memberships) {
    auto project = co_await shared_.directory.Find<ProjectRow>(member.project_id);
    if (!project) co_return std::unexpected(std::move(project.error()));
    if (*project) out.push_back(ToProject((*project)->row, member.role));
  }
  co_return out;
}

Task<Result<Stored<ProjectRow>>> Projects::Open(Caller caller, std::string project_id,
                                                std::string scope) {
  NSL_CO_TRY_VOID(Require(caller, project_id, scope));
  auto project = co_await shared_.directory.Find<ProjectRow>(std::move(project_id));
  if (!project) co_return std::unexpected(std::move(project.error()));
  if (!*project) co_return Fail(Reason::kNotFound, "no such project");
  co_return std::move(**project);
}

Task<Result<Me>> Projects::GetMe(CallContext context, rpc::Empty) {
  auto caller = co_await shared_.authority.CheckAccount(std::move(context.credential));
  if (!caller) co_return std::unexpected(std::move(caller.error()));
  auto account = co_await shared_.directory.Find<AccountRow>(caller->account_id);
  if (!account) co_return std::unexpected(std::move(account.error()));
  if (!*account) co_return InvalidCredential();
  auto projects = co_await ProjectsOf(std::move(*caller));
  if (!projects) co_return std::unexpected(std::move(projects.error()));
  co_return Me{(*account)->row.id, (*account)->row.email, std::move(*projects)};
}

Task<Result<Project>> Projects::CreateProject(CallContext context, CreateProjectRequest request) {
  auto acting = co_await Act<&AccountApi::CreateProject>(shared_.authority, std::move(context),
                                                         std::move(request));
  if (!acting) co_return std::unexpected(std::move(acting.error()));
  request = std::move(acting->request);
  Caller caller = std::move(acting->caller);
  NSL_CO_TRY_VOID(CheckName(request.name, "/name"));
  NSL_CO_TRY_VOID(CheckNetwork(request.network));
  for (int attempt = 0; attempt < kChangeAttempts; ++attempt) {
    auto account = co_await shared_.directory.Find<AccountRow>(caller.account_id);
    if (!account) co_return std::unexpected(std::move(account.error()));
    if (!*account) co_return InvalidCredential();
    AccountRow row = (*account)->row;
    if (row.projects.size() >= kMaxProjectsPerAccount) {
      co_return Fail(Reason::kQuotaItems, "an account has at most 20 projects");
    }
    for (const std::string& id : row.projects) {
      auto other = co_await shared_.directory.Find<ProjectRow>(id);
      if (!other) co_return std::unexpected(std::move(other.error()));
      if (*other && (*other)->row.name == request.name) {
        co_return Fail(Reason::kProjectExists, "a project of this name exists in the account");
      }
    }
    ProjectRow project = NewProject(shared_, row.id, request.name, request.network);
    project.public_logs = request.public_logs;
    row.projects.push_back(project.id);
    Changes changes;
    changes.Put(row.id, row, (*account)->version).Put(project.id, project, 0);
    Status done = co_await shared_.directory.store().Commit(changes.Take());
    if (IsConflict(done)) continue;
    if (!done) co_return std::unexpected(std::move(done.error()));
    co_return ToProject(project, std::string(TextOf(Role::kOwner)));
  }
  co_return Fail(Reason::kQuotaBusy, "the account changes elsewhere; try again");
}

Task<Result<ProjectList>> Projects::ListProjects(CallContext context, rpc::Empty) {
  auto caller = co_await shared_.authority.CheckAccount(std::move(context.credential));
  if (!caller) co_return std::unexpected(std::move(caller.error()));
  auto projects = co_await ProjectsOf(std::move(*caller));
  if (!projects) co_return std::unexpected(std::move(projects.error()));
  co_return ProjectList{std::move(*projects)};
}

Task<Result<Project>> Projects::GetProject(CallContext context, ProjectRef request) {
  auto caller = co_await shared_.authority.Check(std::move(context.credential));
  if (!caller) co_return std::unexpected(std::move(caller.error()));
  std::string role;
  for (const Membership& m : caller->memberships) {
    if (m.project_id == request.project) role = m.role;
  }
  auto project = co_await Open(std::move(*caller), std::move(request.project), "project:read");
  if (!project) co_return std::unexpected(std::move(project.error()));
  co_return ToProject(project->row, std::move(role));
}

Task<Result<ApiKey>> Projects::CreateKey(CallContext context, CreateKeyRequest request) {
  auto acting = co_await Act<&AccountApi::CreateKey>(shared_.authority, std::move(context),
                                                     std::move(request));
  if (!acting) co_return std::unexpected(std::move(acting.error()));
  request = std::move(acting->request);
  Caller caller = std::move(acting->caller);
  NSL_CO_TRY_VOID(CheckName(request.name, "/name"));
  NSL_CO_TRY_VOID(CheckScopes(request.scopes));
  if (request.expires_in && (*request.expires_in == 0 || *request.expires_in > kMaxKeySeconds)) {
    co_return Fail(Error(Reason::kRequestInvalid, "the expiry of the key is not valid")
                       .WithField("/expiresIn", "1 second to 10 years"));
  }
  Bytes secret = shared_.env.random.Draw(32);
  for (int attempt = 0; attempt < kChangeAttempts; ++attempt) {
    auto project = co_await Open(caller, request.project, "keys:write");
    if (!project) co_return std::unexpected(std::move(project.error()));
    if (project->row.key_ids.size() >= kMaxKeysPerProject) {
      co_return Fail(Reason::kQuotaItems, "a project has at most 50 API keys; delete one first");
    }
    KeyRow key;
    key.id = shared_.ids.Make(kKeyId);
    key.project_id = project->row.id;
    key.account_id = caller.account_id;
    key.name = request.name;
    key.scopes = request.scopes;
    key.created_ms = shared_.env.clock.NowMs();
    if (request.expires_in) key.expires_ms = key.created_ms + int64_t{*request.expires_in} * 1000;
    key.secret_hash = ToBytes(ByteView(crypto::Sha256(secret)));
    project->row.key_ids.push_back(key.id);
    Changes changes;
    changes.Put(key.id, key, 0).Put(project->row.id, project->row, project->version);
    Status done = co_await shared_.directory.store().Commit(changes.Take());
    if (IsConflict(done)) continue;
    if (!done) co_return std::unexpected(std::move(done.error()));
    ApiKey out = ToApiKey(key);
    out.secret = MakeKeyText(key.id, secret);
    co_return out;
  }
  co_return Fail(Reason::kQuotaBusy, "the project changes elsewhere; try again");
}

Task<Result<KeyList>> Projects::ListKeys(CallContext context, ProjectRef request) {
  auto caller = co_await shared_.authority.CheckAccount(std::move(context.credential));
  if (!caller) co_return std::unexpected(std::move(caller.error()));
  auto project = co_await Open(std::move(*caller), std::move(request.project), "keys:read");
  if (!project) co_return std::unexpected(std::move(project.error()));
  KeyList out;
  for (std::string& id : project->row.key_ids) {
    auto key = co_await shared_.directory.Find<KeyRow>(std::move(id));
    if (!key) co_return std::unexpected(std::move(key.error()));
    if (*key) out.items.push_back(ToApiKey((*key)->row));
  }
  co_return out;
}

Task<Result<rpc::Empty>> Projects::DeleteKey(CallContext context, KeyRef request) {
  auto acting = co_await Act<&AccountApi::DeleteKey>(shared_.authority, std::move(context),
                                                     std::move(request));
  if (!acting) co_return std::unexpected(std::move(acting.error()));
  request = std::move(acting->request);
  Caller caller = std::move(acting->caller);
  if (!IsId(kKeyId, request.key)) co_return Fail(Reason::kNotFound, "no such key");
  for (int attempt = 0; attempt < kChangeAttempts; ++attempt) {
    auto key = co_await shared_.directory.Find<KeyRow>(request.key);
    if (!key) co_return std::unexpected(std::move(key.error()));
    if (!*key) co_return Fail(Reason::kNotFound, "no such key");
    auto project = co_await Open(caller, (*key)->row.project_id, "keys:write");
    if (!project) {
      // A key of another tenant does not exist for this caller.
      if (project.error().reason != Reason::kNotFound) {
        co_return std::unexpected(std::move(project.error()));
      }
      co_return Fail(Reason::kNotFound, "no such key");
    }
    std::erase(project->row.key_ids, request.key);
    Changes changes;
    changes.Remove<KeyRow>(request.key, (*key)->version)
        .Put(project->row.id, project->row, project->version);
    Status done = co_await shared_.directory.store().Commit(changes.Take());
    if (IsConflict(done)) continue;
    if (!done) co_return std::unexpected(std::move(done.error()));
    co_await shared_.runners.Revoke(RevokeRequest{request.key, {}});
    co_return rpc::Empty{};
  }
  co_return Fail(Reason::kQuotaBusy, "the project changes elsewhere; try again");
}

}  // namespace nsl::account
