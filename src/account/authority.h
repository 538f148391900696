// SPDX-License-Identifier: Apache-2.0
//
// Authority: what a credential may do, decided on stored rows at each question. Nothing is taken
// from the token but which login it belongs to, so a role that was lowered or a key that was
// revoked counts at once. One thread.
#pragma once

#include <string>
#include <vector>

#include "account/directory.h"
#include "account/roles.h"
#include "base/env.h"
#include "crypto/ecdsa.h"

namespace nsl::account {

// A credential that was accepted.
struct Caller {
  // acc_… or key_…
  std::string id;
  std::string account_id;
  // Empty for API keys.
  std::string login_id;
  std::vector<Membership> memberships;
  bool is_key() const { return login_id.empty(); }
};

class Authority {
 public:
  Authority(Env env, Directory& directory, const crypto::P256PublicKey& signing_key)
      : env_(env), directory_(directory), signing_key_(signing_key) {}

  // auth.invalid, with the same text for whatever is wrong.
  Task<Result<Caller>> Check(std::string credential);
  // The same, for access tokens of accounts alone.
  Task<Result<Caller>> CheckAccount(std::string credential);

 private:
  Task<Result<Caller>> CheckToken(std::string credential);
  Task<Result<Caller>> CheckKey(std::string credential);

  Env env_;
  Directory& directory_;
  const crypto::P256PublicKey& signing_key_;
};

// not_found for projects the caller is no member of, auth.forbidden without the scope.
Status Require(const Caller& caller, std::string_view project_id, std::string_view scope);
bool HasScope(const Caller& caller, std::string_view project_id, std::string_view scope);

}  // namespace nsl::account
