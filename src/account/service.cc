// SPDX-License-Identifier: Apache-2.0
#include "account/service.h"

#include "crypto/kdf.h"

namespace nsl::account {
namespace {

constexpr size_t kMinNonce = 16;
constexpr size_t kMaxNonce = 64;

ByteArray<16> BootIdOf(const enclave::Identity& identity) {
  auto boot_id = ToArray<16>(identity.keys().boot_id);
  NSL_CHECK(boot_id.has_value());
  return *boot_id;
}

}  // namespace

Result<VaultKeys> VaultKeys::Derive(ByteView sealing_root, Random& random) {
  // A scalar outside the group order is as likely as a collision; the counter covers it all the
  // same.
  for (int counter = 0; counter < 8; ++counter) {
    std::string info = "nsl/vault-signing/1|" + std::to_string(counter);
    auto scalar = crypto::HkdfSha256(sealing_root, {}, AsBytes(info), 32);
    auto key = crypto::P256PrivateKey::FromScalar(scalar);
    if (!key) continue;
    return VaultKeys{std::move(*key), crypto::X25519PrivateKey::Generate(random),
                     crypto::HkdfSha256(sealing_root, {}, AsBytes("nsl/address/1"), 32)};
  }
  return Fail(Reason::kPlatformInternal, "no signing key comes from this sealing root");
}

AccountService::AccountService(Env env, Executor executor, enclave::SealedStore& store,
                               enclave::Identity& identity, const VaultKeys& keys, Options options)
    : store_(store),
      identity_(identity),
      directory_(store),
      runners_(env, executor),
      authority_(env, directory_, keys.signing.PublicKey(),
                 SigningTerms{options.magic, BootIdOf(identity)}),
      ids_(env.clock, env.random),
      shared_{
          env, directory_, authority_, runners_, keys.signing, ids_, std::move(options.network)},
      hasher_(options.password_cost),
      logins_(shared_, keys.hpke, keys.address_key.Clone(), hasher_),
      projects_(shared_),
      grants_(shared_),
      admission_(shared_) {}

AccountService::~AccountService() { hasher_.Stop(); }

Task<void> AccountService::Shutdown() { return runners_.Shutdown(); }

Task<Result<AttestationReply>> AccountService::Attestation(CallContext,
                                                           AttestationRequest request) {
  auto nonce = FromHex(request.nonce);
  if (!nonce || nonce->size() < kMinNonce || nonce->size() > kMaxNonce) {
    co_return Fail(Error(Reason::kRequestInvalid, "the nonce is not valid")
                       .WithField("/nonce", "16 to 64 bytes in hexadecimal"));
  }
  // The namespace is part of the statement, so there is none before the records were read.
  if (!store_.ready()) {
    co_return Fail(Reason::kPlatformUnavailable, "the vault has not read its records yet");
  }
  identity_.SetNamespace(store_.name_space());
  NSL_CO_TRY(Bytes document, identity_.Document(*nonce));
  co_return AttestationReply{std::move(document), identity_.simulated()};
}

Task<Result<Session>> AccountService::Register(CallContext c, CredentialsRequest q) {
  return logins_.Register(std::move(c), std::move(q));
}
Task<Result<Session>> AccountService::Login(CallContext c, CredentialsRequest q) {
  return logins_.Login(std::move(c), std::move(q));
}
Task<Result<Session>> AccountService::Refresh(CallContext c, RefreshRequest q) {
  return logins_.Refresh(std::move(c), std::move(q));
}
Task<Result<rpc::Empty>> AccountService::Logout(CallContext c, RefreshRequest q) {
  return logins_.Logout(std::move(c), std::move(q));
}
Task<Result<Me>> AccountService::GetMe(CallContext c, rpc::Empty q) {
  return projects_.GetMe(std::move(c), q);
}
Task<Result<Project>> AccountService::CreateProject(CallContext c, CreateProjectRequest q) {
  return projects_.CreateProject(std::move(c), std::move(q));
}
Task<Result<ProjectList>> AccountService::ListProjects(CallContext c, rpc::Empty q) {
  return projects_.ListProjects(std::move(c), q);
}
Task<Result<Project>> AccountService::GetProject(CallContext c, ProjectRef q) {
  return projects_.GetProject(std::move(c), std::move(q));
}
Task<Result<ApiKey>> AccountService::CreateKey(CallContext c, CreateKeyRequest q) {
  return projects_.CreateKey(std::move(c), std::move(q));
}
Task<Result<KeyList>> AccountService::ListKeys(CallContext c, ProjectRef q) {
  return projects_.ListKeys(std::move(c), std::move(q));
}
Task<Result<rpc::Empty>> AccountService::DeleteKey(CallContext c, KeyRef q) {
  return projects_.DeleteKey(std::move(c), std::move(q));
}
Task<Result<Principal>> AccountService::Authenticate(CallContext c, CredentialRef) {
  auto caller = co_await authority_.Look(std::move(c));
  if (!caller) co_return std::unexpected(std::move(caller.error()));
  co_return Principal{std::move(caller->id), std::move(caller->account_id),
                      std::move(caller->memberships), kLeaseMs};
}
Task<Result<SignedGrant>> AccountService::IssueGrant(CallContext c, GrantRequest q) {
  return grants_.Issue(std::move(c), std::move(q));
}
Task<Result<FunctionRoutes>> AccountService::SetAlias(CallContext c, SetAliasRequest q) {
  return grants_.SetAlias(std::move(c), std::move(q));
}
Task<Result<rpc::Empty>> AccountService::RemoveFunction(CallContext c, RemoveFunctionRequest q) {
  return grants_.Remove(std::move(c), std::move(q));
}
Task<Result<AdmitReply>> AccountService::Admit(CallContext c, AdmitRequest q) {
  return admission_.Admit(std::move(c), std::move(q));
}

Task<Result<Authorised>> AccountService::Authorise(CallContext c, std::string project_id,
                                                   std::string scope, Signature need) {
  auto caller = co_await authority_.Resolve(std::move(c), need);
  if (!caller) co_return std::unexpected(std::move(caller.error()));
  NSL_CO_TRY_VOID(Require(*caller, project_id, scope));
  auto project = co_await directory_.Find<ProjectRow>(std::move(project_id));
  if (!project) co_return std::unexpected(std::move(project.error()));
  if (!*project) co_return Fail(Reason::kNotFound, "no such project");
  co_return Authorised{std::move(caller->id), std::move(caller->account_id),
                       std::move((*project)->row.network),
                       std::string(EnumText(caller->authorised_by))};
}

Task<Result<GrantedFunction>> AccountService::FindGranted(std::string version_id) {
  auto none = [] { return Fail(Reason::kNotFound, "no such version"); };
  if (!IsId(kVersionId, version_id)) co_return none();
  auto grant = co_await directory_.Find<GrantRow>(std::move(version_id));
  if (!grant) co_return std::unexpected(std::move(grant.error()));
  if (!*grant) co_return none();
  auto terms = FromCbor<Grant>((*grant)->row.grant.grant);
  if (!terms) co_return Fail(Reason::kPlatformIntegrity, "a stored grant cannot be read");
  auto function = co_await directory_.Find<FunctionRow>((*grant)->row.function_id);
  if (!function) co_return std::unexpected(std::move(function.error()));
  if (!*function) co_return none();
  auto project = co_await directory_.Find<ProjectRow>((*function)->row.project_id);
  if (!project) co_return std::unexpected(std::move(project.error()));
  if (!*project) co_return none();
  co_return GrantedFunction{(*function)->row.project_id, (*function)->row.id,
                            (*project)->row.network, std::move(terms->authorised_by)};
}

}  // namespace nsl::account
