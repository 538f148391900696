// SPDX-License-Identifier: Apache-2.0
//
// Grants: the vault's permission to run exactly one built version, and the aliases that name them.
//
// Guarantee: a grant is signed only for a build record that a runner with an open attested channel
// signed, for a caller with functions:write in the record's project, and for a function id that
// belongs to no other project. A change is told to the runners before it is acknowledged. One
// thread.
#pragma once

#include "account/context.h"

namespace nsl::account {

inline constexpr std::string_view kBuildTag = "nsl/build/1";
inline constexpr std::string_view kGrantTag = "nsl/grant/1";

class Grants {
 public:
  explicit Grants(Shared& shared) : shared_(shared) {}

  // The same code from the same toolchain and release again gives the grant that exists, with its
  // own version id.
  Task<Result<SignedGrant>> Issue(CallContext context, GrantRequest request);
  Task<Result<FunctionRoutes>> SetAlias(CallContext context, SetAliasRequest request);
  Task<Result<rpc::Empty>> Remove(CallContext context, RemoveFunctionRequest request);

 private:
  Result<BuildRecord> CheckBuild(const GrantRequest& request) const;
  Result<SignedGrant> Sign(const GrantRequest& request, const Caller& caller,
                           uint64_t sequence) const;
  Task<Result<SignedGrant>> Existing(std::string version_id);
  // One try; request.version_conflict when something else changed.
  Task<Result<SignedGrant>> TryIssue(GrantRequest request, BuildRecord record, Caller caller);
  Task<Result<Stored<FunctionRow>>> Open(Caller caller, std::string function_id);

  Shared& shared_;
};

}  // namespace nsl::account
