// SPDX-License-Identifier: Apache-2.0
//
// Authoriser: the one question that the vault's other rooms ask before they act for a caller.
//
// Guarantee: decided on stored rows at each question, like everything in this room. One thread.
#pragma once

#include <string>

#include "account/api.h"

namespace nsl::account {

// Who may do what was asked, and how the request was proved.
struct Authorised {
  // acc_… or key_…
  std::string principal_id;
  std::string account_id;
  // Of the project.
  std::string network;
  // "bearer": a token that the host has seen; it can repeat the request as long as the token lives.
  std::string authorised_by;
};

struct Authoriser {
  virtual ~Authoriser() = default;
  // auth.invalid for the credential, not_found for a project the caller is no member of,
  // auth.forbidden without the scope.
  virtual Task<Result<Authorised>> Authorise(CallContext context, std::string project_id,
                                             std::string scope) = 0;
};

}  // namespace nsl::account
