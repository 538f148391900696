// SPDX-License-Identifier: Apache-2.0
//
// Authoriser: the one question that the vault's other rooms ask before they act for a caller.
//
// Guarantee: decided on stored rows at each question, like everything in this room. One thread.
#pragma once

#include <string>

#include "account/api.h"
#include "rpc/signed_form.h"

namespace nsl::account {

// Who may do what was asked, and how the request was proved.
struct Authorised {
  // acc_… or key_…
  std::string principal_id;
  std::string account_id;
  // Of the project.
  std::string network;
  // "bearer": a token that the host has seen; it can repeat the request as long as the token lives.
  // "signature": the session key of the caller's login, over this very request, once.
  std::string authorised_by;
};

// A version that may run, by its grant.
struct GrantedFunction {
  std::string project_id;
  std::string function_id;
  // Of the project.
  std::string network;
  // How the deploy of this version was proved: "signature", "bearer".
  std::string authorised_by;
};

struct Authoriser {
  virtual ~Authoriser() = default;
  // auth.invalid for the credential, not_found for a project the caller is no member of,
  // auth.forbidden without the scope, auth.signature_required for a bearer where `need` is
  // kRequired. A signed request is used up, whatever becomes of the change.
  virtual Task<Result<Authorised>> Authorise(CallContext context, std::string project_id,
                                             std::string scope, rpc::Signature need) = 0;
  // not_found for a version that has no grant or whose function was removed.
  virtual Task<Result<GrantedFunction>> FindGranted(std::string version_id) = 0;
};

// A change, read from what was signed where the call was signed, and who asks for it.
template <class Request>
struct AuthorisedChange {
  Authorised who;
  Request request;
};

// `from_host` counts for bearer credentials alone. What is read before the signature is judged is
// used only after it was.
template <class Request>
Task<Result<AuthorisedChange<Request>>> AuthoriseChange(Authoriser& authoriser, CallContext context,
                                                        rpc::HttpForm form, Request from_host,
                                                        std::string scope) {
  if (context.signed_http) {
    NSL_CO_TRY(from_host, rpc::ReadSigned<Request>(*context.signed_http, form));
  }
  auto who = co_await authoriser.Authorise(std::move(context), from_host.project, std::move(scope),
                                           form.signature);
  if (!who) co_return std::unexpected(std::move(who.error()));
  co_return AuthorisedChange<Request>{std::move(*who), std::move(from_host)};
}

}  // namespace nsl::account
