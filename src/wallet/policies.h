// SPDX-License-Identifier: Apache-2.0
//
// PolicyService: the rules of each project, kept in the sealed store.
//
// Guarantee: a rule is made and removed by signed requests of those with policies:write alone, and
// counts from the moment the change is acknowledged. Objects of other tenants answer like objects
// that never were. One thread.
#pragma once

#include "account/authoriser.h"
#include "base/ids.h"
#include "wallet/policy.h"
#include "wallet/sealed_rows.h"
#include "wallet/spend_book.h"

namespace nsl::wallet {

class PolicyService final : public PolicyApi {
 public:
  // Borrowed; all outlive this.
  PolicyService(Env env, enclave::SealedStore& store, account::Authoriser& authoriser,
                SpendBook& book)
      : env_(env),
        rows_(store),
        authoriser_(authoriser),
        book_(book),
        ids_(env.clock, env.random) {}

  Task<Result<Policy>> Create(CallContext, CreatePolicyRequest) override;
  Task<Result<PolicyList>> List(CallContext, PolicyListRequest) override;
  Task<Result<Policy>> Get(CallContext, PolicyRef) override;
  Task<Result<Policy>> Update(CallContext, UpdatePolicyRequest) override;
  Task<Result<rpc::Empty>> Delete(CallContext, PolicyRef) override;
  Task<Result<Verdict>> Explain(CallContext, ExplainRequest) override;

  // The rules of a project, oldest first.
  Task<Result<std::vector<PolicyRow>>> Of(std::string project_id);

 private:
  Task<Result<PolicyRow>> FindPolicy(std::string id);
  Task<Status> CheckWallets(std::string project_id, std::vector<std::string> wallets);
  Task<Result<Policy>> Add(PolicyRow row);
  // The project of the policy, once its caller may change it.
  Task<Result<std::string>> MayChange(CallContext context, std::string policy, rpc::Signature need);
  Task<Status> CheckUnique(std::string project_id, std::string name, std::string but);
  Task<Result<Policy>> Replace(PolicyRow row, int64_t read);

  Env env_;
  SealedRows rows_;
  account::Authoriser& authoriser_;
  SpendBook& book_;
  IdMaker ids_;
};

}  // namespace nsl::wallet
