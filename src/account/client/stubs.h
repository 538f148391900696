// SPDX-License-Identifier: Apache-2.0
//
// The callers' sides of the account room: the host's, the runner's and the vault's own towards the
// runner. Thread rule: that of rpc::Stub.
#pragma once

#include "account/api.h"
#include "rpc/stub.h"

namespace nsl::account {

class AccountStub : public rpc::Stub<AccountApi> {
 public:
  using Stub::Stub;
  Task<Result<AttestationReply>> Attestation(CallContext c, AttestationRequest q) override {
    return Call<&AccountApi::Attestation>(std::move(c), std::move(q));
  }
  Task<Result<Session>> Register(CallContext c, CredentialsRequest q) override {
    return Call<&AccountApi::Register>(std::move(c), std::move(q));
  }
  Task<Result<Session>> Login(CallContext c, CredentialsRequest q) override {
    return Call<&AccountApi::Login>(std::move(c), std::move(q));
  }
  Task<Result<Session>> Refresh(CallContext c, RefreshRequest q) override {
    return Call<&AccountApi::Refresh>(std::move(c), std::move(q));
  }
  Task<Result<rpc::Empty>> Logout(CallContext c, RefreshRequest q) override {
    return Call<&AccountApi::Logout>(std::move(c), std::move(q));
  }
  Task<Result<Me>> GetMe(CallContext c, rpc::Empty q) override {
    return Call<&AccountApi::GetMe>(std::move(c), std::move(q));
  }
  Task<Result<Project>> CreateProject(CallContext c, CreateProjectRequest q) override {
    return Call<&AccountApi::CreateProject>(std::move(c), std::move(q));
  }
  Task<Result<ProjectList>> ListProjects(CallContext c, rpc::Empty q) override {
    return Call<&AccountApi::ListProjects>(std::move(c), std::move(q));
  }
  Task<Result<Project>> GetProject(CallContext c, ProjectRef q) override {
    return Call<&AccountApi::GetProject>(std::move(c), std::move(q));
  }
  Task<Result<ApiKey>> CreateKey(CallContext c, CreateKeyRequest q) override {
    return Call<&AccountApi::CreateKey>(std::move(c), std::move(q));
  }
  Task<Result<KeyList>> ListKeys(CallContext c, ProjectRef q) override {
    return Call<&AccountApi::ListKeys>(std::move(c), std::move(q));
  }
  Task<Result<rpc::Empty>> DeleteKey(CallContext c, KeyRef q) override {
    return Call<&AccountApi::DeleteKey>(std::move(c), std::move(q));
  }
  Task<Result<Principal>> Authenticate(CallContext c, CredentialRef q) override {
    return Call<&AccountApi::Authenticate>(std::move(c), std::move(q));
  }
  Task<Result<SignedGrant>> IssueGrant(CallContext c, GrantRequest q) override {
    return Call<&AccountApi::IssueGrant>(std::move(c), std::move(q));
  }
  Task<Result<FunctionRoutes>> SetAlias(CallContext c, SetAliasRequest q) override {
    return Call<&AccountApi::SetAlias>(std::move(c), std::move(q));
  }
  Task<Result<rpc::Empty>> RemoveFunction(CallContext c, RemoveFunctionRequest q) override {
    return Call<&AccountApi::RemoveFunction>(std::move(c), std::move(q));
  }
};

class AdmissionStub final : public rpc::Stub<AdmissionApi> {
 public:
  using Stub::Stub;
  Task<Result<AdmitReply>> Admit(CallContext c, AdmitRequest q) override {
    return Call<&AdmissionApi::Admit>(std::move(c), std::move(q));
  }
};

class RevocationStub final : public rpc::Stub<RevocationApi> {
 public:
  using Stub::Stub;
  Task<Result<rpc::Empty>> Revoke(CallContext c, RevokeRequest q) override {
    return Call<&RevocationApi::Revoke>(std::move(c), std::move(q));
  }
};

}  // namespace nsl::account
