// SPDX-License-Identifier: Apache-2.0
//
// Gateway: the HTTP handler of the public listener.
//
// Guarantee: each request gets exactly one answer. The invoke path of a known credential starts no
// coroutine and does not allocate beyond the two ids. Everything else is one coroutine of the
// gateway's TaskGroup, at most `requests_at_once` of them. One thread: that of the server.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "account/client/access_cache.h"
#include "account/client/nonce_window.h"
#include "base/env.h"
#include "base/ids.h"
#include "base/task_group.h"
#include "function_store/places.h"
#include "gateway/idempotency.h"
#include "gateway/limits.h"
#include "gateway/mounts.h"
#include "gateway/rate_limits.h"
#include "gateway/trace.h"
#include "net/http.h"
#include "orchestrator/invoker.h"
#include "rpc/route_table.h"

namespace nsl::gateway {

// Borrowed; they outlive the gateway.
struct GatewayParts {
  account::AccessCache& access;
  orchestrator::Invoker& runs;
  function_store::FunctionPlaces& functions;
  IdempotencyStore& idempotency;
};

class Gateway final : public net::HttpHandler {
 public:
  Gateway(Env env, Executor executor, GatewayParts parts, GatewayLimits limits);

  // Before the first request: the rows of a service. `api` outlives the gateway.
  template <class Api>
  void MountApi(Api& api) {
    Mount(api, operations_);
  }
  // After the last MountApi: adds invoke, the OpenAPI document and its page, compiles the routes.
  void Seal(std::string_view release);
  void Start();
  Task<void> Shutdown();

  size_t BodyLimit(const net::HttpHead& head) override;
  void Handle(net::HttpRequest& request, net::HttpReply reply) override;

  const std::vector<Operation>& operations() const { return operations_; }
  const std::string& openapi() const { return openapi_; }

 private:
  // What an answer says about its request.
  struct Meta {
    std::string_view request_id;
    std::string_view traceparent;
    std::string_view run_id = {};
    // limit 0: no bucket was asked.
    RateVerdict rate = {};
  };
  // A request that outlives its buffer.
  struct Owned {
    std::string request_id;
    Traceparent traceparent;
    std::string method;
    std::string path;
    std::string query;
    std::string credential;
    bool has_credential = false;
    // What the credential signs, when it is the header of a signed request.
    std::optional<rpc::SignedHttp> signed_http;
    std::string idempotency_key;
    int64_t if_match = -1;
    std::string client;
    std::string body;
    size_t operation = 0;
    Pairs params;
    RateVerdict rate;
    // Of a run that failed.
    std::string run_id;
  };
  struct Headers;
  struct InvokeQuery;
  struct AtOnce;

  // The function of an invoke path, empty for any other.
  static std::string_view InvokedFunction(const net::HttpHead& head);
  static bool ReadHeaders(const net::HttpRequest& request, Headers& headers, Error& error);
  static Result<InvokeQuery> ReadInvokeQuery(std::string_view query);

  void HandleInvoke(net::HttpRequest& request, std::string_view function, Headers& headers,
                    net::HttpReply reply);
  void HandleOther(net::HttpRequest& request, Headers& headers, net::HttpReply reply);
  Task<void> ServeInvoke(std::unique_ptr<Owned> request, InvokeQuery query, std::string function,
                         net::HttpReply reply);
  // The error that a caller may see in place of "no such function".
  Task<Error> ExplainMissing(std::shared_ptr<const account::Principal> principal,
                             std::string function, Error error);
  Task<void> SendExplained(std::shared_ptr<const account::Principal> principal,
                           std::string function, std::unique_ptr<Owned> request, Error error,
                           net::HttpReply reply);
  // Where a call with `wait` runs; only its members may make one, since only they can read it.
  Task<Result<std::string>> ProjectForWait(std::shared_ptr<const account::Principal> principal,
                                           std::string function);
  Task<Result<Answer>> CallRun(std::shared_ptr<const account::Principal> principal, Owned* request,
                               InvokeQuery query, std::string function);
  Task<Result<Answer>> RunInvoke(Owned* request, InvokeQuery query, std::string function);
  Task<void> ServeOther(std::unique_ptr<Owned> request, net::HttpReply reply);
  Task<Result<Answer>> Process(Owned* request);
  Task<Result<std::shared_ptr<const account::Principal>>> Authenticate(Owned* request);
  Status CheckAccess(const Operation& op, const Owned& request,
                     const account::Principal& principal) const;
  // auth.signature_required for a bearer credential where the route takes none.
  static Status CheckSignature(const Operation& op, const Owned& request);
  // A signed request is served once, also where the vault is not asked.
  Status TakeNonce(const Owned& request);
  // With an Idempotency-Key: once per key, else just `work`.
  Task<Result<Answer>> Once(Owned* request, std::string principal, Task<Result<Answer>> work);
  rpc::CallContext ContextOf(const Owned& request, uint32_t deadline_ms) const;
  RequestParts PartsOf(Owned& request, const Operation& op, Pairs query) const;

  bool TakeRate(RateClass rate_class, std::string_view key, RateVerdict& verdict, Error& error);
  std::unique_ptr<Owned> Copy(const net::HttpRequest& request, const Headers& headers);
  bool Begin(Task<void> task);

  void Send(net::HttpReply reply, const Meta& meta, const Answer& answer);
  void SendRun(net::HttpReply reply, const Meta& meta, ByteView result);
  void SendError(net::HttpReply reply, const Meta& meta, const Error& error,
                 std::string_view allow = {});
  Task<void> PruneLoop();
  std::string_view Date();

  Env env_;
  GatewayParts parts_;
  GatewayLimits limits_;
  IdMaker ids_;
  TraceMaker traces_;
  // So that a change which the vault does not see itself is not made twice by a copied request.
  account::NonceWindow nonces_;
  RateLimiter rates_;
  std::vector<Operation> operations_;
  rpc::RouteTable routes_;
  std::string openapi_;
  std::string docs_html_;
  std::string docs_policy_;
  size_t invoke_ = 0;
  // Reused so that looking a credential up allocates nothing.
  std::string credential_;
  size_t at_once_ = 0;
  int64_t date_second_ = -1;
  std::string date_;
  Counter& limited_;
  Gauge& at_once_gauge_;
  TaskGroup group_;
};

// The key of the rate buckets of a principal: its project when it has exactly one, else its
// account.
std::string_view RateKeyOf(const account::Principal& principal);

}  // namespace nsl::gateway
