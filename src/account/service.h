// SPDX-License-Identifier: Apache-2.0
//
// AccountService: the account room as the vault serves it, AccountApi to the host and AdmissionApi
// to attested runners.
//
// Guarantee: until the sealed store is ready each call answers platform.unavailable; nothing is
// decided on what the host says about a caller. One thread.
#pragma once

#include <memory>

#include "account/admission.h"
#include "account/authoriser.h"
#include "account/context.h"
#include "account/grants.h"
#include "account/logins.h"
#include "account/passwords.h"
#include "account/projects.h"
#include "account/runner_links.h"
#include "enclave/identity.h"

namespace nsl::account {

// The vault's own keys. The signing key is the same after a restart (grants must stay valid); the
// HPKE key is new at each start, so that a recorded box cannot be opened later.
struct VaultKeys {
  crypto::P256PrivateKey signing;
  crypto::X25519PrivateKey hpke;
  crypto::SecretBytes address_key;
  static Result<VaultKeys> Derive(ByteView sealing_root, Random& random);
};

class AccountService final : public AccountApi, public AdmissionApi, public Authoriser {
 public:
  struct Options {
    // Network of an account's first project.
    std::string network;
    // Of the Neo network; part of every signed request.
    uint32_t magic = 0;
    crypto::ScryptParams password_cost = kPasswordCost;
  };
  AccountService(Env env, Executor executor, enclave::SealedStore& store,
                 enclave::Identity& identity, const VaultKeys& keys, Options options);
  ~AccountService() override;

  RunnerLinks& runners() { return runners_; }
  // Ends what runs in the background; the dispatchers have been shut down before.
  Task<void> Shutdown();

  Task<Result<AttestationReply>> Attestation(CallContext, AttestationRequest) override;
  Task<Result<Session>> Register(CallContext, CredentialsRequest) override;
  Task<Result<Session>> Login(CallContext, CredentialsRequest) override;
  Task<Result<Session>> Refresh(CallContext, RefreshRequest) override;
  Task<Result<rpc::Empty>> Logout(CallContext, RefreshRequest) override;
  Task<Result<Me>> GetMe(CallContext, rpc::Empty) override;
  Task<Result<Project>> CreateProject(CallContext, CreateProjectRequest) override;
  Task<Result<ProjectList>> ListProjects(CallContext, rpc::Empty) override;
  Task<Result<Project>> GetProject(CallContext, ProjectRef) override;
  Task<Result<ApiKey>> CreateKey(CallContext, CreateKeyRequest) override;
  Task<Result<KeyList>> ListKeys(CallContext, ProjectRef) override;
  Task<Result<rpc::Empty>> DeleteKey(CallContext, KeyRef) override;
  Task<Result<Principal>> Authenticate(CallContext, CredentialRef) override;
  Task<Result<SignedGrant>> IssueGrant(CallContext, GrantRequest) override;
  Task<Result<FunctionRoutes>> SetAlias(CallContext, SetAliasRequest) override;
  Task<Result<rpc::Empty>> RemoveFunction(CallContext, RemoveFunctionRequest) override;
  Task<Result<AdmitReply>> Admit(CallContext, AdmitRequest) override;
  Task<Result<Authorised>> Authorise(CallContext, std::string project_id, std::string scope,
                                     Signature need) override;
  Task<Result<GrantedFunction>> FindGranted(std::string version_id) override;

 private:
  enclave::SealedStore& store_;
  enclave::Identity& identity_;
  Directory directory_;
  RunnerLinks runners_;
  Authority authority_;
  IdMaker ids_;
  Shared shared_;
  PasswordHasher hasher_;
  Logins logins_;
  Projects projects_;
  Grants grants_;
  Admission admission_;
};

}  // namespace nsl::account
