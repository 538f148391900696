// SPDX-License-Identifier: Apache-2.0
#include "gateway/gateway.h"

#include "account/client/signed_request.h"
#include "crypto/hash.h"
#include "function_runner/limits.h"
#include "gateway/gateway_parts.h"
#include "gateway/openapi.h"
#include "net/signal.h"

namespace nsl::gateway {
namespace {

constexpr std::string_view kInvokePrefix = "/v1/functions/";
constexpr std::string_view kInvokeSuffix = ":invoke";
constexpr size_t kFunctionIdLength = kFunctionId.size() + kIdBodyLength;
constexpr size_t kInvokePathLength =
    kInvokePrefix.size() + kFunctionIdLength + kInvokeSuffix.size();
// Of requests that no operation reads.
constexpr size_t kStrayBody = 64 << 10;
constexpr std::chrono::milliseconds kPruneEvery{3'600'000};

Task<Result<Answer>> Ready(Answer answer) { co_return answer; }

// RFC 6750 §2.1; the scheme is case-insensitive (RFC 9110 §11.1).
bool TakeBearer(std::string_view& credential) {
  constexpr size_t kScheme = 7;
  if (credential.size() <= kScheme || !SameName(credential.substr(0, kScheme), "bearer ")) {
    return false;
  }
  credential.remove_prefix(kScheme);
  return true;
}

Operation Page(std::string_view name, std::string_view path, std::string_view summary) {
  Operation op;
  op.name = name;
  op.verb = "GET";
  op.path = path;
  op.summary = summary;
  return op;
}

}  // namespace

std::string_view RateKeyOf(const account::Principal& principal) {
  if (principal.memberships.size() == 1) return principal.memberships[0].project_id;
  return principal.account_id;
}

Gateway::Gateway(Env env, Executor executor, GatewayParts parts, GatewayLimits limits)
    : env_(env),
      parts_(parts),
      limits_(limits),
      ids_(env.clock, env.random),
      traces_(env.random),
      rates_(env.clock, limits_),
      limited_(env.metrics.GetCounter("nsl_gateway_rate_limited_total",
                                      "Requests refused by a rate bucket")),
      at_once_gauge_(env.metrics.GetGauge("nsl_gateway_requests_at_once",
                                          "Requests beside invokes that are being served")),
      group_(executor) {}

void Gateway::Seal(std::string_view release) {
  Operation invoke;
  invoke.name = "functions.invoke";
  invoke.verb = "POST";
  invoke.path = "/v1/functions/{function}:invoke";
  invoke.access = rpc::Access::kCredential;
  invoke.scope = "functions:invoke";
  invoke.max_request_bytes = function_runner::kInputLimit.maximum;
  invoke.summary = "Call a function; the body is event.data, the answer its result";
  invoke.members = {{"function", ParamKind::kText, true},
                    {"alias", ParamKind::kText, false, true},
                    {"keep", ParamKind::kBool, false, true},
                    {"wait", ParamKind::kText, false, true}};
  invoke.may_go_on = true;
  invoke.request_schema =
      R"({"type":"object","properties":{"function":{"type":"string"},"alias":{"type":"string"},)"
      R"("keep":{"type":"boolean"},"wait":{"type":"string","pattern":"^[0-9]+(ms|s)$"}},)"
      R"("required":["function"]})";
  invoke.reply_schema = "{}";
  invoke_ = operations_.size();
  operations_.push_back(std::move(invoke));

  DocsPage page = MakeDocsPage();
  docs_html_ = std::move(page.html);
  docs_policy_ = std::move(page.content_security_policy);
  Operation document = Page("system.openapi", "/v1/openapi.json", "This API as OpenAPI 3.1");
  document.reply_schema = "{}";
  document.run = [this](rpc::CallContext, RequestParts) {
    Answer answer;
    answer.body = openapi_;
    return Ready(std::move(answer));
  };
  operations_.push_back(std::move(document));
  Operation docs = Page("system.docs", "/docs", "This API as a page");
  docs.content_type = "text/html";
  docs.reply_schema = R"({"type":"string"})";
  docs.run = [this](rpc::CallContext, RequestParts) {
    Answer answer;
    answer.body = docs_html_;
    answer.content_type = "text/html; charset=utf-8";
    answer.content_security_policy = docs_policy_;
    return Ready(std::move(answer));
  };
  operations_.push_back(std::move(docs));

  for (size_t i = 0; i < operations_.size(); ++i) {
    Operation& op = operations_[i];
    routes_.Add(op.verb, op.path, i);
    op.free_of_rate = op.path == "/healthz" || op.path == "/readyz";
    auto counter = [&](std::string_view result) {
      return &env_.metrics.GetCounter("nsl_gateway_requests_total",
                                      "Requests by operation and kind of answer",
                                      {{"operation", op.name}, {"result", result}});
    };
    op.succeeded = counter("success");
    op.refused = counter("refused");
    op.failed = counter("failed");
    op.time_us = &env_.metrics.GetHistogram("nsl_gateway_request_microseconds",
                                            "Time to the answer", {{"operation", op.name}});
  }
  openapi_ = OpenApiDocument(operations_, release);
}

void Gateway::Start() { group_.Spawn(PruneLoop()); }

Task<void> Gateway::Shutdown() {
  group_.Close();
  co_await group_.Wait();
}

Task<void> Gateway::PruneLoop() {
  Executor executor = co_await asio::this_coro::executor;
  net::Signal never(executor);
  while (!group_.closed()) {
    co_await never.WaitFor(kPruneEvery);
    Status pruned = co_await parts_.idempotency.Prune();
    if (!pruned) env_.log.Warn("idempotency_not_pruned", {{"detail", pruned.error().detail}});
  }
}

std::string_view Gateway::InvokedFunction(const net::HttpHead& head) {
  std::string_view path = head.path;
  if (path.size() != kInvokePathLength || !path.starts_with(kInvokePrefix) ||
      !path.ends_with(kInvokeSuffix)) {
    return {};
  }
  std::string_view id = path.substr(kInvokePrefix.size(), kFunctionIdLength);
  return IsId(kFunctionId, id) ? id : std::string_view();
}

size_t Gateway::BodyLimit(const net::HttpHead& head) {
  if (!InvokedFunction(head).empty()) return function_runner::kInputLimit.maximum;
  rpc::RouteMatch match = routes_.Match(head.method, head.path);
  if (!match.operation) return kStrayBody;
  const Operation& op = operations_[*match.operation];
  return op.has_body() ? op.max_request_bytes : kStrayBody;
}

bool Gateway::ReadHeaders(const net::HttpRequest& request, Headers& out, Error& error) {
  auto twice = [&error](const char* name) {
    error = Error(Reason::kRequestMalformed, std::string("the header ") + name + " occurs twice");
    return false;
  };
  for (const net::HttpHeader& header : request.headers) {
    switch (header.name.size()) {
      case 8:
        if (!SameName(header.name, "if-match")) break;
        if (out.has_if_match) return twice("If-Match");
        out.has_if_match = true;
        out.if_match = header.value;
        break;
      case 11:
        if (SameName(header.name, "traceparent")) out.traceparent = header.value;
        break;
      case 12:
        if (!SameName(header.name, "content-type")) break;
        if (out.has_content_type) return twice("Content-Type");
        out.has_content_type = true;
        out.content_type = header.value;
        break;
      case 13:
        if (!SameName(header.name, "authorization")) break;
        if (out.has_credential) return twice("Authorization");
        out.has_credential = true;
        out.credential = header.value;
        break;
      case 15:
        if (!SameName(header.name, "idempotency-key")) break;
        if (out.has_idempotency_key) return twice("Idempotency-Key");
        out.has_idempotency_key = true;
        out.idempotency_key = header.value;
        break;
      default:
        break;
    }
  }
  if (out.has_credential) {
    out.is_signed = account::LooksSigned(out.credential);
    if (out.credential.size() > account::AccessCache::kMaxCredential ||
        !(out.is_signed || TakeBearer(out.credential))) {
      error = InvalidCredential();
      return false;
    }
  }
  if (out.has_idempotency_key && !IsIdempotencyKey(out.idempotency_key)) {
    error = Error(Reason::kRequestMalformed,
                  "an Idempotency-Key has 1 to 255 printable ASCII characters");
    return false;
  }
  return true;
}

void Gateway::Handle(net::HttpRequest& request, net::HttpReply reply) {
  Headers headers;
  Error error;
  if (!ReadHeaders(request, headers, error)) {
    std::string id = ids_.Make(kRequestId);
    Traceparent trace = traces_.Continue(headers.traceparent);
    return SendError(std::move(reply), {id, View(trace)}, error);
  }
  std::string_view function = InvokedFunction(request);
  if (!function.empty() && request.method == "POST") {
    return HandleInvoke(request, function, headers, std::move(reply));
  }
  HandleOther(request, headers, std::move(reply));
}

bool Gateway::TakeRate(RateClass rate_class, std::string_view key, RateVerdict& verdict,
                       Error& error) {
  verdict = rates_.Take(rate_class, key);
  if (verdict.allowed) return true;
  limited_.Add();
  error =
      Error(Reason::kQuotaRate, "more requests than the limit of " + std::to_string(verdict.limit) +
                                    " in a moment allows; wait and try again");
  error.retry_after_ms = verdict.retry_after_ms;
  return false;
}

std::unique_ptr<Gateway::Owned> Gateway::Copy(const net::HttpRequest& request,
                                              const Headers& headers) {
  auto out = std::make_unique<Owned>();
  out->request_id = ids_.Make(kRequestId);
  out->traceparent = traces_.Continue(headers.traceparent);
  out->method = request.method;
  out->path = request.path;
  out->query = request.query;
  out->credential = headers.credential;
  out->has_credential = headers.has_credential;
  if (headers.is_signed) {
    rpc::SignedHttp& http = out->signed_http.emplace();
    http.method = request.method;
    http.target = request.target;
    http.body_hash = ToBytes(ByteView(crypto::Sha256(request.body)));
    if (request.body.size() <= rpc::kMaxSignedBody) http.body = ToBytes(request.body);
  }
  out->idempotency_key = headers.idempotency_key;
  out->client = AddressKey(request.client_address);
  out->body = AsText(request.body);
  return out;
}

bool Gateway::Begin(Task<void> task) { return group_.Spawn(std::move(task)); }

}  // namespace nsl::gateway
