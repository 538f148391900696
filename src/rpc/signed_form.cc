// SPDX-License-Identifier: Apache-2.0
#include "rpc/signed_form.h"

#include <algorithm>

#include "crypto/hash.h"
#include "rpc/refusal.h"
#include "rpc/route_table.h"

namespace nsl::rpc {

Result<RequestParts> SignedParts(const SignedHttp& http, const HttpForm& form, bool query_alone) {
  size_t mark = std::min(http.target.find('?'), http.target.size());
  RouteTable routes;
  routes.Add(form.verb, form.path, 0);
  // HEAD is no change, so that only the verb itself matches.
  RouteMatch match = routes.Match(http.method, std::string_view(http.target).substr(0, mark));
  if (http.method != form.verb || !match.operation) return InvalidCredential();
  RequestParts parts;
  parts.path = std::move(match.params);
  NSL_TRY(parts.query,
          ParseQuery(std::string_view(http.target).substr(std::min(mark + 1, http.target.size()))));
  parts.has_body = !query_alone && (form.verb == "POST" || form.verb == "PUT");
  if (!parts.has_body) return parts;
  if (!ConstantTimeEqual(crypto::Sha256(http.body), http.body_hash)) {
    if (!http.body.empty()) return InvalidCredential();
    return Fail(Reason::kRequestTooLarge, "the body of this signed request has at most " +
                                              std::to_string(kMaxSignedBody) + " bytes");
  }
  parts.body = AsText(http.body);
  parts.max_body = kMaxSignedBody;
  return parts;
}

}  // namespace nsl::rpc
