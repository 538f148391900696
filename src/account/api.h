// SPDX-License-Identifier: Apache-2.0
//
// Accounts, projects, API keys, tokens, leases and grants: who may do what, decided in the vault.
//
// Passwords come as HPKE boxes sealed to the vault's attested key, and with them the public key of
// the session key that the client will sign its changes with (client/sealed_password.h). Every
// refusal of a credential has the same text (auth.invalid).
#pragma once

#include <boost/describe.hpp>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "rpc/method.h"

namespace nsl::account {

using rpc::Access;
using rpc::CallContext;
using rpc::Signature;

// --- What HTTP clients call ---------------------------------------------------------------------

struct AttestationRequest {
  // Hex, 16 to 64 bytes; chosen by the client.
  std::string nonce;
};
BOOST_DESCRIBE_STRUCT(AttestationRequest, (), (nonce))
struct AttestationReply {
  Bytes document;
  bool simulated = false;
};
BOOST_DESCRIBE_STRUCT(AttestationReply, (), (document, simulated))

// An HPKE box: encapsulated key and ciphertext.
struct SealedBox {
  Bytes enc;
  Bytes ciphertext;
};
BOOST_DESCRIBE_STRUCT(SealedBox, (), (enc, ciphertext))

struct CredentialsRequest {
  std::string email;
  // Strict CBOR {"password": text, "sessionKey": bytes}; the second may be left out.
  SealedBox sealed_password;
};
BOOST_DESCRIBE_STRUCT(CredentialsRequest, (), (email, sealed_password))

// What a client needs, besides its session key, to sign requests (client/signed_request.h).
struct SigningParameters {
  // acc_….lgn_…
  std::string key_id;
  // Boot id of the vault, hex. A refusal of an older one names the current one.
  std::string audience;
  // Of the network of this installation.
  uint32_t magic = 0;
};
BOOST_DESCRIBE_STRUCT(SigningParameters, (), (key_id, audience, magic))

struct Session {
  std::string account_id;
  std::string access_token;
  std::string refresh_token;
  // Seconds until the access token ends.
  uint32_t expires_in = 0;
  // Absent for a login without session key, which can read and call, and change little.
  std::optional<SigningParameters> signing;
};
BOOST_DESCRIBE_STRUCT(Session, (), (account_id, access_token, refresh_token, expires_in, signing))

struct RefreshRequest {
  std::string refresh_token;
};
BOOST_DESCRIBE_STRUCT(RefreshRequest, (), (refresh_token))

struct Project {
  std::string id;
  std::string name;
  // Fixed at creation, for example "private".
  std::string network;
  std::string role;
  bool public_logs = false;
  std::string created_at;
  int64_t version = 0;
};
BOOST_DESCRIBE_STRUCT(Project, (), (id, name, network, role, public_logs, created_at, version))

struct Me {
  std::string account_id;
  std::string email;
  std::vector<Project> projects;
};
BOOST_DESCRIBE_STRUCT(Me, (), (account_id, email, projects))

struct CreateProjectRequest {
  std::string name;
  std::string network;
  bool public_logs = false;
  static constexpr std::string_view kDefaulted[] = {"public_logs"};
};
BOOST_DESCRIBE_STRUCT(CreateProjectRequest, (), (name, network, public_logs))
struct ProjectRef {
  std::string project;
};
BOOST_DESCRIBE_STRUCT(ProjectRef, (), (project))
struct ProjectList {
  std::vector<Project> items;
};
BOOST_DESCRIBE_STRUCT(ProjectList, (), (items))

struct ApiKey {
  std::string id;
  std::string project_id;
  std::string name;
  std::vector<std::string> scopes;
  std::string created_at;
  std::optional<std::string> expires_at;
  // Only in the answer of create, shown once: nsl_<id>_<secret>.
  std::optional<std::string> secret;
};
BOOST_DESCRIBE_STRUCT(ApiKey, (), (id, project_id, name, scopes, created_at, expires_at, secret))
struct CreateKeyRequest {
  std::string project;
  std::string name;
  std::vector<std::string> scopes;
  // Seconds; absent = no expiry.
  std::optional<uint32_t> expires_in;
};
BOOST_DESCRIBE_STRUCT(CreateKeyRequest, (), (project, name, scopes, expires_in))
struct KeyRef {
  std::string key;
};
BOOST_DESCRIBE_STRUCT(KeyRef, (), (key))
struct KeyList {
  std::vector<ApiKey> items;
};
BOOST_DESCRIBE_STRUCT(KeyList, (), (items))

// --- What the host asks, for routing ------------------------------------------------------------

struct CredentialRef {};
BOOST_DESCRIBE_STRUCT(CredentialRef, (), ())
struct Membership {
  std::string project_id;
  std::string role;
  std::vector<std::string> scopes;
};
BOOST_DESCRIBE_STRUCT(Membership, (), (project_id, role, scopes))
// Who a credential is. The host may cache it for ttl_ms, at most 5 s.
struct Principal {
  // acc_… or key_…
  std::string id;
  std::string account_id;
  std::vector<Membership> memberships;
  uint32_t ttl_ms = 0;
};
BOOST_DESCRIBE_STRUCT(Principal, (), (id, account_id, memberships, ttl_ms))

// The deploy of one version: what the runner built and what the deployer asked for.
struct BuildRecord {
  // Domain separation: always "nsl/build/1".
  std::string tag;
  std::string project_id;
  std::string function_id;
  // SHA-256 over the deterministic CBOR of manifest and files.
  Bytes code_hash;
  // Name and SHA-256 of every artefact a worker may load.
  std::map<std::string, Bytes> artefacts;
  std::string runtime;
  std::string entry;
  std::string toolchain;
  std::string release;
  uint32_t wall_ms = 0;
  uint32_t cpu_ms = 0;
  uint32_t memory_mb = 0;
  uint32_t concurrency = 0;
  // "owner", "members", "public"
  std::string access;
};
BOOST_DESCRIBE_STRUCT(BuildRecord, (),
                      (tag, project_id, function_id, code_hash, artefacts, runtime, entry,
                       toolchain, release, wall_ms, cpu_ms, memory_mb, concurrency, access))

struct GrantRequest {
  // CBOR of a BuildRecord and the runner's ES256 signature over it.
  Bytes build_record;
  Bytes build_signature;
  // ver_…, chosen by the function store.
  std::string version_id;
};
BOOST_DESCRIBE_STRUCT(GrantRequest, (), (build_record, build_signature, version_id))
// Permission to ask for a run of exactly this version. Running needs a live lease besides.
struct Grant {
  // Domain separation: always "nsl/grant/1".
  std::string tag;
  std::string version_id;
  Bytes build_record;
  // "signature": a session key signed for this function and code hash. "bearer": somebody who held
  // a bearer credential asked for it, which the host can be.
  std::string authorised_by;
  std::string principal_id;
  uint64_t sequence = 0;
  // Of a signature: acc_….lgn_… and the compressed public key; else empty.
  std::string session_key_id;
  Bytes session_key;
  static constexpr std::string_view kDefaulted[] = {"session_key_id", "session_key"};
};
BOOST_DESCRIBE_STRUCT(Grant, (),
                      (tag, version_id, build_record, authorised_by, principal_id, sequence,
                       session_key_id, session_key))
struct SignedGrant {
  Bytes grant;
  Bytes signature;
};
BOOST_DESCRIBE_STRUCT(SignedGrant, (), (grant, signature))

// Members are named as in the HTTP request: the vault reads them from what was signed.
struct SetAliasRequest {
  std::string function;
  std::string name;
  std::string version_id;
};
BOOST_DESCRIBE_STRUCT(SetAliasRequest, (), (function, name, version_id))
struct Alias {
  std::string name;
  std::string version_id;
};
BOOST_DESCRIBE_STRUCT(Alias, (), (name, version_id))
struct FunctionRoutes {
  std::string function_id;
  // Rises with each change of aliases, grants or access.
  uint64_t sequence = 0;
  std::vector<Alias> aliases;
};
BOOST_DESCRIBE_STRUCT(FunctionRoutes, (), (function_id, sequence, aliases))
struct RemoveFunctionRequest {
  std::string function;
};
BOOST_DESCRIBE_STRUCT(RemoveFunctionRequest, (), (function))

// Served by the vault to the host (RPC) and, where a row has a path, to HTTP clients.
struct AccountApi {
  virtual ~AccountApi() = default;
  virtual Task<Result<AttestationReply>> Attestation(CallContext, AttestationRequest) = 0;
  virtual Task<Result<Session>> Register(CallContext, CredentialsRequest) = 0;
  virtual Task<Result<Session>> Login(CallContext, CredentialsRequest) = 0;
  virtual Task<Result<Session>> Refresh(CallContext, RefreshRequest) = 0;
  virtual Task<Result<rpc::Empty>> Logout(CallContext, RefreshRequest) = 0;
  virtual Task<Result<Me>> GetMe(CallContext, rpc::Empty) = 0;
  virtual Task<Result<Project>> CreateProject(CallContext, CreateProjectRequest) = 0;
  virtual Task<Result<ProjectList>> ListProjects(CallContext, rpc::Empty) = 0;
  virtual Task<Result<Project>> GetProject(CallContext, ProjectRef) = 0;
  virtual Task<Result<ApiKey>> CreateKey(CallContext, CreateKeyRequest) = 0;
  virtual Task<Result<KeyList>> ListKeys(CallContext, ProjectRef) = 0;
  virtual Task<Result<rpc::Empty>> DeleteKey(CallContext, KeyRef) = 0;

  virtual Task<Result<Principal>> Authenticate(CallContext, CredentialRef) = 0;
  virtual Task<Result<SignedGrant>> IssueGrant(CallContext, GrantRequest) = 0;
  virtual Task<Result<FunctionRoutes>> SetAlias(CallContext, SetAliasRequest) = 0;
  virtual Task<Result<rpc::Empty>> RemoveFunction(CallContext, RemoveFunctionRequest) = 0;

  static constexpr auto kMethods = std::tuple{
      rpc::Method<&AccountApi::Attestation>{
          .number = 100,
          .name = "account.attestation",
          .verb = "GET",
          .path = "/v1/attestation",
          .access = Access::kPublic,
          .idempotent = true,
          .summary = "Attestation document of the vault over the caller's nonce"},
      rpc::Method<&AccountApi::Register>{.number = 101,
                                         .name = "account.register",
                                         .verb = "POST",
                                         .path = "/v1/auth/register",
                                         .access = Access::kPublic,
                                         .success = 201,
                                         .summary = "Make an account with a password"},
      rpc::Method<&AccountApi::Login>{.number = 102,
                                      .name = "account.login",
                                      .verb = "POST",
                                      .path = "/v1/auth/login",
                                      .access = Access::kPublic,
                                      .summary = "Access and refresh token for a password"},
      rpc::Method<&AccountApi::Refresh>{.number = 103,
                                        .name = "account.refresh",
                                        .verb = "POST",
                                        .path = "/v1/auth/refresh",
                                        .access = Access::kPublic,
                                        .summary = "Rotate the refresh token"},
      rpc::Method<&AccountApi::Logout>{.number = 104,
                                       .name = "account.logout",
                                       .verb = "POST",
                                       .path = "/v1/auth/logout",
                                       .access = Access::kPublic,
                                       .changes_rights = true,
                                       .success = 204,
                                       .summary = "End a login"},
      rpc::Method<&AccountApi::GetMe>{.number = 105,
                                      .name = "account.me",
                                      .verb = "GET",
                                      .path = "/v1/me",
                                      .access = Access::kAccount,
                                      .scope = "account:read",
                                      .idempotent = true,
                                      .summary = "The caller's account and projects"},
      rpc::Method<&AccountApi::CreateProject>{.number = 106,
                                              .name = "projects.create",
                                              .verb = "POST",
                                              .path = "/v1/projects",
                                              .access = Access::kAccount,
                                              .signature = Signature::kRequired,
                                              .scope = "account:write",
                                              .changes_rights = true,
                                              .success = 201,
                                              .summary = "Make a project on one network"},
      rpc::Method<&AccountApi::ListProjects>{.number = 107,
                                             .name = "projects.list",
                                             .verb = "GET",
                                             .path = "/v1/projects",
                                             .access = Access::kAccount,
                                             .scope = "account:read",
                                             .idempotent = true,
                                             .summary = "Projects of the caller"},
      rpc::Method<&AccountApi::GetProject>{.number = 108,
                                           .name = "projects.get",
                                           .verb = "GET",
                                           .path = "/v1/projects/{project}",
                                           .scope = "project:read",
                                           .idempotent = true,
                                           .summary = "One project"},
      rpc::Method<&AccountApi::CreateKey>{.number = 109,
                                          .name = "keys.create",
                                          .verb = "POST",
                                          .path = "/v1/projects/{project}/keys",
                                          .access = Access::kAccount,
                                          .signature = Signature::kRequired,
                                          .scope = "keys:write",
                                          .success = 201,
                                          .summary = "Make an API key; its secret is shown once"},
      rpc::Method<&AccountApi::ListKeys>{.number = 110,
                                         .name = "keys.list",
                                         .verb = "GET",
                                         .path = "/v1/projects/{project}/keys",
                                         .access = Access::kAccount,
                                         .scope = "keys:read",
                                         .idempotent = true,
                                         .summary = "API keys of a project"},
      rpc::Method<&AccountApi::DeleteKey>{.number = 111,
                                          .name = "keys.delete",
                                          .verb = "DELETE",
                                          .path = "/v1/keys/{key}",
                                          .access = Access::kAccount,
                                          .signature = Signature::kRequired,
                                          .scope = "keys:write",
                                          .changes_rights = true,
                                          .success = 204,
                                          .summary = "Revoke an API key"},
      rpc::Method<&AccountApi::Authenticate>{
          .number = 120, .name = "account.authenticate", .idempotent = true, .deadline_ms = 2'000},
      rpc::Method<&AccountApi::IssueGrant>{.number = 121, .name = "account.issue_grant"},
      rpc::Method<&AccountApi::SetAlias>{.number = 122, .name = "account.set_alias"},
      rpc::Method<&AccountApi::RemoveFunction>{.number = 123, .name = "account.remove_function"},
  };
};

// --- What the runner asks, over the attested channel --------------------------------------------

struct AdmitRequest {
  // The credential exactly as the caller sent it; empty for anonymous calls of public functions.
  std::string credential;
  std::string function_id;
};
BOOST_DESCRIBE_STRUCT(AdmitRequest, (), (credential, function_id))
struct ProjectRight {
  std::string project_id;
  bool invoke = false;
  bool read = false;
};
BOOST_DESCRIBE_STRUCT(ProjectRight, (), (project_id, invoke, read))
struct RouteVersion {
  SignedGrant grant;
  std::vector<std::string> aliases;
};
BOOST_DESCRIBE_STRUCT(RouteVersion, (), (grant, aliases))
// Both leases last ttl_ms on the runner's monotonic clock, counted from sending the request.
struct AdmitReply {
  // Empty when the credential is not valid.
  std::string principal_id;
  std::vector<ProjectRight> rights;
  // Empty when the function is unknown.
  std::string project_id;
  bool public_logs = false;
  uint64_t route_sequence = 0;
  uint64_t epoch = 0;
  std::vector<RouteVersion> versions;
  // 32 bytes: root of the project's key-value and log sealing; released with the lease.
  Bytes project_key;
  uint32_t ttl_ms = 0;
};
BOOST_DESCRIBE_STRUCT(AdmitReply, (),
                      (principal_id, rights, project_id, public_logs, route_sequence, epoch,
                       versions, project_key, ttl_ms))

struct AdmissionApi {
  virtual ~AdmissionApi() = default;
  virtual Task<Result<AdmitReply>> Admit(CallContext, AdmitRequest) = 0;

  static constexpr auto kMethods = std::tuple{
      rpc::Method<&AdmissionApi::Admit>{
          .number = 150, .name = "admission.admit", .idempotent = true, .deadline_ms = 2'000},
  };
};

// Pushed by the vault when a right ends: the runner drops what it leased.
struct RevokeRequest {
  // Any of these may be empty.
  std::string principal_id;
  std::string function_id;
};
BOOST_DESCRIBE_STRUCT(RevokeRequest, (), (principal_id, function_id))
struct RevocationApi {
  virtual ~RevocationApi() = default;
  virtual Task<Result<rpc::Empty>> Revoke(CallContext, RevokeRequest) = 0;

  static constexpr auto kMethods = std::tuple{
      rpc::Method<&RevocationApi::Revoke>{
          .number = 160, .name = "admission.revoke", .idempotent = true, .deadline_ms = 1'000},
  };
};

}  // namespace nsl::account
