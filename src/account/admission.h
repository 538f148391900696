// SPDX-License-Identifier: Apache-2.0
//
// Admission: the vault's side of leases. Answers a runner over the attested channel who a
// credential is and what stands behind a function: versions with signed grants, aliases, and the
// key of the project's sealed data.
//
// Guarantee: everything is read from stored rows at the question; the answer holds for 5 s; at most
// 64 questions about one function wait at a time, so that calls of one function cannot take the
// vault from the others. One thread.
#pragma once

#include <string>
#include <unordered_map>

#include "account/context.h"

namespace nsl::account {

class Admission {
 public:
  static constexpr size_t kMaxPerFunction = 64;

  explicit Admission(Shared& shared) : shared_(shared) {}

  Task<Result<AdmitReply>> Admit(CallContext context, AdmitRequest request);

 private:
  class Turn;
  Task<Result<AdmitReply>> Answer(AdmitRequest request);
  Task<Status> AddRights(std::string credential, AdmitReply& reply);
  Task<Status> AddRoute(std::string function_id, AdmitReply& reply);

  Shared& shared_;
  std::unordered_map<std::string, size_t> waiting_;
};

// The key that leaves the vault: HKDF of the project's secret, per epoch.
Bytes ProjectKey(const ProjectRow& project);

}  // namespace nsl::account
