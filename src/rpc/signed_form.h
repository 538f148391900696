// SPDX-License-Identifier: Apache-2.0
//
// The request of a call, read from the HTTP request that its caller signed, by the same method
// table and the same strict codec as the gateway's. Who carried the call beside it is not asked, so
// changing a path, a body or the method of a signed call gives a refusal, never another change.
#pragma once

#include "base/codec.h"
#include "rpc/context.h"
#include "rpc/params.h"
#include "rpc/stub.h"

namespace nsl::rpc {

// Path, query and, unless `query_alone`, body of what was signed. auth.invalid when the method or
// path is that of another route, or the body is not the one that was signed.
Result<RequestParts> SignedParts(const SignedHttp& http, const HttpForm& form, bool query_alone);

template <class Request>
Result<Request> ReadSigned(const SignedHttp& http, const HttpForm& form) {
  NSL_TRY(RequestParts parts, SignedParts(http, form, requires { Request::kQueryAlone; }));
  NSL_TRY(auto object, MergeParams(MembersOf<Request>(), parts));
  return FromJsonValue<Request>(boost::json::value(std::move(object)));
}

// The form of a row of the method table of `Api`.
template <class Api, auto kMember>
constexpr HttpForm FormOf() {
  constexpr auto kRow = RowOfMethod<Api, kMember>();
  static_assert(!kRow.path.empty());
  return HttpForm{kRow.verb, kRow.path, kRow.signature};
}

}  // namespace nsl::rpc
