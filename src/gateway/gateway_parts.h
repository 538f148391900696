// SPDX-License-Identifier: Apache-2.0
//
// What the sources of the gateway share. Private to them.
#pragma once

#include "gateway/gateway.h"
#include "rpc/refusal.h"

namespace nsl::gateway {

// The headers that the gateway reads, found in one pass. Views into the request.
struct Gateway::Headers {
  std::string_view credential;
  bool has_credential = false;
  // The credential is the header of a signed request.
  bool is_signed = false;
  std::string_view traceparent;
  std::string_view idempotency_key;
  std::string_view content_type;
  std::string_view if_match;
  bool has_idempotency_key = false;
  bool has_if_match = false;
  bool has_content_type = false;
};

struct Gateway::InvokeQuery {
  std::string alias;
  bool keep = false;
  // How long the caller waits before the run goes on without it.
  std::optional<std::chrono::milliseconds> wait;
};

// Counts a request beside the fast path while it is served.
struct Gateway::AtOnce {
  Gateway& gateway;
  explicit AtOnce(Gateway& g) : gateway(g) { Set(+1); }
  ~AtOnce() { Set(-1); }
  AtOnce(const AtOnce&) = delete;
  AtOnce& operator=(const AtOnce&) = delete;
  void Set(int by) {
    gateway.at_once_ += static_cast<size_t>(by);
    gateway.at_once_gauge_.Set(static_cast<int64_t>(gateway.at_once_));
  }
};

// Letters in any case against a lower-case name.
inline bool SameName(std::string_view name, std::string_view lower) {
  if (name.size() != lower.size()) return false;
  for (size_t i = 0; i < name.size(); ++i) {
    char c = name[i];
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
    if (c != lower[i]) return false;
  }
  return true;
}

inline Error InvalidCredential() { return rpc::InvalidCredential().error(); }

}  // namespace nsl::gateway
