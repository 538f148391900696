// SPDX-License-Identifier: Apache-2.0
#include "gateway/metrics_handler.h"

#include "gateway/problem.h"

namespace nsl::gateway {

void MetricsHandler::Handle(net::HttpRequest& request, net::HttpReply reply) {
  if (request.path != "/metrics") {
    std::string body = Problem(Error(Reason::kNotFound, "only /metrics is here"), {});
    return reply.Send(404, {{"content-type", kProblemType}}, body);
  }
  if (request.method != "GET" && request.method != "HEAD") {
    std::string body = Problem(Error(Reason::kRequestMethod, "this path takes GET, HEAD"), {});
    return reply.Send(405, {{"content-type", kProblemType}, {"allow", "GET, HEAD"}}, body);
  }
  reply.Send(200,
             {{"content-type", metrics::kTextContentType},
              {"cache-control", "no-store"},
              {"x-content-type-options", "nosniff"}},
             registry_.RenderText());
}

}  // namespace nsl::gateway
