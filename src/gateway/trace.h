// SPDX-License-Identifier: Apache-2.0
//
// Names of a request in logs and traces: a request id of our own and a W3C trace context.
//
// A client's own request id is never taken over; its traceparent is, when it is valid (W3C Trace
// Context §3.2.2), with a new parent id. One thread.
#pragma once

#include <array>
#include <string_view>

#include "base/random.h"

namespace nsl::gateway {

inline constexpr size_t kTraceparentLength = 55;
using Traceparent = std::array<char, kTraceparentLength>;

bool IsTraceparent(std::string_view text);

class TraceMaker {
 public:
  // Seeded once: trace ids must differ, they need not be secret.
  explicit TraceMaker(Random& random) : state_(random.U64()) {}
  // Continues the caller's trace when its header is valid, else starts one.
  Traceparent Continue(std::string_view incoming);

 private:
  uint64_t Next();
  uint64_t state_;
};

inline std::string_view View(const Traceparent& t) { return {t.data(), t.size()}; }

}  // namespace nsl::gateway
