// SPDX-License-Identifier: Apache-2.0
//
// What travels with every call, by value: who asks, until when, and under which names the call is
// logged. The caller's own token travels along, so that the enclaves check it themselves and never
// take the host's word for a principal.
#pragma once

#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/deadline.h"

namespace nsl::rpc {

// The HTTP request that a client has signed, as its bytes came in. The vault judges the signature
// over it and acts on what it says, not on what the host made of it.
struct SignedHttp {
  std::string method;
  // Path and query as they stand in the request line.
  std::string target;
  // 32 bytes: SHA-256 of the body.
  Bytes body_hash;
  // At most kMaxSignedBody bytes; left out when longer.
  Bytes body;
};
inline constexpr size_t kMaxSignedBody = 64 << 10;

struct CallContext {
  // Inherited, never extended; sent as remaining milliseconds.
  Deadline deadline;
  // The credential as it came in (bearer token, API key, or the whole header of a signed request),
  // empty for anonymous calls.
  std::string credential;
  // Only beside the header of a signed request.
  std::optional<SignedHttp> signed_http;
  // req_…, also the X-Request-Id of the answer.
  std::string request_id;
  // W3C traceparent of the caller's span, or empty.
  std::string traceparent;
  // Idempotency-Key of the caller, or empty.
  std::string idempotency_key;
  // If-Match of the caller: the version a change expects; -1 when absent.
  int64_t if_match = -1;
};

}  // namespace nsl::rpc
