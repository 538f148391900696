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
#include "rpc/params.h"
#include "rpc/stub.h"

namespace nsl::account {

template <class Request>
struct Acting {
  Caller caller;
  Request request;
};

// Path, query and, unless `query_alone`, body of what was signed. auth.invalid when the method or
// path is that of another route, or the body is not the one that was signed.
Result<rpc::RequestParts> SignedParts(const rpc::SignedHttp& http, const rpc::HttpForm& form,
                                      bool query_alone);

template <class Request>
Result<Request> ReadSigned(const rpc::SignedHttp& http, const rpc::HttpForm& form) {
  NSL_TRY(rpc::RequestParts parts, SignedParts(http, form, requires { Request::kQueryAlone; }));
  NSL_TRY(auto object, rpc::MergeParams(rpc::MembersOf<Request>(), parts));
  return FromJsonValue<Request>(boost::json::value(std::move(object)));
}

// `from_host` counts for bearer credentials alone.
template <class Request>
Task<Result<Acting<Request>>> Act(Authority& authority, CallContext context, rpc::HttpForm form,
                                  Request from_host) {
  std::optional<rpc::SignedHttp> http = context.signed_http;
  auto caller = co_await authority.Resolve(std::move(context), form.signature);
  if (!caller) co_return std::unexpected(std::move(caller.error()));
  Acting<Request> out{std::move(*caller), std::move(from_host)};
  if (out.caller.has_signed()) {
    NSL_CO_TRY(out.request, ReadSigned<Request>(*http, form));
  }
  co_return out;
}

// The same for a row of AccountApi.
template <auto kMember, class Request>
Task<Result<Acting<Request>>> Act(Authority& authority, CallContext context, Request from_host) {
  static constexpr auto kRow = rpc::RowOfMethod<AccountApi, kMember>();
  static_assert(!kRow.path.empty());
  return Act(authority, std::move(context), rpc::HttpForm{kRow.verb, kRow.path, kRow.signature},
             std::move(from_host));
}

}  // namespace nsl::account
