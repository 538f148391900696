// SPDX-License-Identifier: Apache-2.0
//
// What travels with every call, by value: who asks, until when, and under which names the call is
// logged. The caller's own token travels along, so that the enclaves check it themselves and never
// take the host's word for a principal.
#pragma once

#include <string>

#include "base/deadline.h"

namespace nsl::rpc {

struct CallContext {
  // Inherited, never extended; sent as remaining milliseconds.
  Deadline deadline;
  // The credential as it came in (bearer token, API key), empty for anonymous calls.
  std::string credential;
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
