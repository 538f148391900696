// SPDX-License-Identifier: Apache-2.0
//
// Handler of the metrics listener: GET /metrics, and nothing else. One thread.
#pragma once

#include "metrics/registry.h"
#include "net/http.h"

namespace nsl::gateway {

class MetricsHandler final : public net::HttpHandler {
 public:
  // Borrowed.
  explicit MetricsHandler(const metrics::Registry& registry) : registry_(registry) {}
  size_t BodyLimit(const net::HttpHead&) override { return 0; }
  void Handle(net::HttpRequest& request, net::HttpReply reply) override;

 private:
  const metrics::Registry& registry_;
};

}  // namespace nsl::gateway
