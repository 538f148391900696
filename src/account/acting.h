// SPDX-License-Identifier: Apache-2.0
//
// Act: who asks for a change, and for which one, taken from the same bytes.
//
// Guarantee: when the call was signed, the request that comes out was read from the HTTP request
// that the signature covers, by the same method table and the same strict codec as the gateway's;
// what the host sent as the request is not looked at. So a host that changes a path, a body or the
// method of a signed call gets a refusal, never another change (docs/decisions/0014). One thread.
#pragma once

#include "account/authority.h"
#include "account/client/signed_forms.h"
#include "rpc/signed_form.h"

namespace nsl::account {

template <class Request>
struct Acting {
  Caller caller;
  Request request;
};

// `from_host` counts for bearer credentials alone.
template <class Request>
Task<Result<Acting<Request>>> Act(Authority& authority, CallContext context, rpc::HttpForm form,
                                  Request from_host) {
  std::optional<rpc::SignedHttp> http = context.signed_http;
  auto caller = co_await authority.Resolve(std::move(context), form.signature);
  if (!caller) co_return std::unexpected(std::move(caller.error()));
  Acting<Request> out{std::move(*caller), std::move(from_host)};
  if (out.caller.has_signed()) {
    NSL_CO_TRY(out.request, rpc::ReadSigned<Request>(*http, form));
  }
  co_return out;
}

// The same for a row of AccountApi.
template <auto kMember, class Request>
Task<Result<Acting<Request>>> Act(Authority& authority, CallContext context, Request from_host) {
  return Act(authority, std::move(context), rpc::FormOf<AccountApi, kMember>(),
             std::move(from_host));
}

}  // namespace nsl::account
