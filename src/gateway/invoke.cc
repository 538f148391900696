// SPDX-License-Identifier: Apache-2.0
// POST /v1/functions/{id}:invoke. The plain call of a known credential stays in HandleInvoke; an
// unknown credential and an Idempotency-Key take the coroutine below.
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>

#include "base/json.h"
#include "crypto/hash.h"
#include "function_runner/limits.h"
#include "gateway/gateway_parts.h"

namespace nsl::gateway {
namespace {

// An empty body is null.
constexpr std::string_view kJson = "application/json";
constexpr size_t kInputDepth = 64;

Status CheckContentType(std::string_view type) {
  if (type.empty()) return {};
  std::string_view base = type.substr(0, type.find(';'));
  while (base.ends_with(' ')) base.remove_suffix(1);
  if (SameName(base, kJson)) return {};
  return Fail(Reason::kRequestMediaType, "the body must be application/json");
}

bool IsAlias(std::string_view alias) {
  if (alias.empty() || alias.size() > 64) return false;
  for (char c : alias) {
    bool good = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    if (!good) return false;
  }
  return true;
}

}  // namespace

Result<Gateway::InvokeQuery> Gateway::ReadInvokeQuery(std::string_view query) {
  InvokeQuery out;
  if (query.empty()) return out;
  NSL_TRY(Pairs pairs, rpc::ParseQuery(query));
  for (auto& [name, value] : pairs) {
    if (name == "keep") {
      bool yes = value == "1" || value == "true";
      if (!yes && value != "0" && value != "false") {
        return Fail(Error(Reason::kRequestInvalid, "the parameter 'keep' is not valid")
                        .WithField("/keep", "must be 1 or 0"));
      }
      out.keep = yes;
    } else if (name == "alias") {
      if (!IsAlias(value)) {
        return Fail(Error(Reason::kRequestInvalid, "the parameter 'alias' is not valid")
                        .WithField("/alias", "must be an alias or a version id"));
      }
      out.alias = std::move(value);
    } else {
      return Fail(Reason::kRequestUnknownParameter, "there is no query parameter '" +
                                                        name.substr(0, 64) +
                                                        "' here; an invoke takes alias and keep");
    }
  }
  return out;
}

void Gateway::HandleInvoke(net::HttpRequest& request, std::string_view function, Headers& headers,
                           net::HttpReply reply) {
  Result<InvokeQuery> query = ReadInvokeQuery(request.query);
  Status type = request.body.empty() ? Status() : CheckContentType(headers.content_type);
  if (type && !request.body.empty()) {
    type = CheckJson(AsText(request.body), {function_runner::kInputLimit.maximum, kInputDepth});
  }
  if (!query || !type) {
    std::string id = ids_.Make(kRequestId);
    Traceparent trace = traces_.Continue(headers.traceparent);
    return SendError(std::move(reply), {id, View(trace)}, query ? type.error() : query.error());
  }
  std::shared_ptr<const account::Principal> principal;
  if (headers.has_credential) {
    credential_.assign(headers.credential);
    principal = parts_.access.Find(credential_);
  }
  bool slow = headers.has_idempotency_key || (headers.has_credential && !principal);
  if (slow) {
    if (at_once_ >= limits_.requests_at_once) {
      std::string id = ids_.Make(kRequestId);
      Traceparent trace = traces_.Continue(headers.traceparent);
      return SendError(std::move(reply), {id, View(trace)},
                       Error(Reason::kQuotaBusy, "too many requests are being served; try again"));
    }
    Begin(ServeInvoke(Copy(request, headers), std::move(*query), std::string(function),
                      std::move(reply)));
    return;
  }
  std::string id = ids_.Make(kRequestId);
  Traceparent trace = traces_.Continue(headers.traceparent);
  RateVerdict rate;
  Error error;
  bool allowed =
      principal ? TakeRate(RateClass::kInvoke, RateKeyOf(*principal), rate, error)
                : TakeRate(RateClass::kAnonymous, AddressKey(request.client_address), rate, error);
  if (!allowed) return SendError(std::move(reply), {id, View(trace), {}, rate}, error);
  orchestrator::InvokeInput input;
  input.credential = headers.credential;
  input.function_id = function;
  input.alias = query->alias;
  input.request_id = id;
  input.traceparent = View(trace);
  input.keep = query->keep;
  input.payload = request.body;
  const Operation& op = operations_[invoke_];
  parts_.runs.Invoke(input, [this, &op, rate, reply = std::move(reply)](
                                const orchestrator::InvokeOutcome& outcome) mutable {
    Meta meta{outcome.request_id, outcome.traceparent, outcome.run_id, rate};
    if (outcome.error == nullptr) {
      op.succeeded->Add();
      return SendRun(std::move(reply), meta, outcome.result);
    }
    (outcome.error->http_status() >= 500 ? op.failed : op.refused)->Add();
    SendError(std::move(reply), meta, *outcome.error);
  });
}

// Awaits the orchestrator; the run's id goes into `run_id` also when it failed.
static Task<Result<Answer>> AwaitRun(orchestrator::Invoker* runs, rpc::CallContext context,
                                     std::string function, std::string alias, bool keep,
                                     std::string body, std::shared_ptr<std::string> run_id) {
  Executor executor = co_await asio::this_coro::executor;
  auto start = [&](auto handler) {
    auto done = std::make_shared<decltype(handler)>(std::move(handler));
    orchestrator::InvokeInput input;
    input.credential = context.credential;
    input.function_id = function;
    input.alias = alias;
    input.request_id = context.request_id;
    input.traceparent = context.traceparent;
    input.keep = keep;
    input.payload = AsBytes(body);
    runs->Invoke(input, [done, run_id, executor](const orchestrator::InvokeOutcome& outcome) {
      *run_id = outcome.run_id;
      Answer answer;
      answer.run_id = *run_id;
      answer.body = std::string(AsText(outcome.result));
      auto result = std::make_shared<Result<Answer>>(std::move(answer));
      if (outcome.error != nullptr) *result = std::unexpected(*outcome.error);
      asio::post(executor, [done, result] { (*done)(std::move(*result)); });
    });
  };
  Result<Answer> answer =
      co_await asio::async_initiate<const asio::use_awaitable_t<Executor>&, void(Result<Answer>)>(
          std::move(start), kUseTask);
  co_return answer;
}

Task<Result<Answer>> Gateway::RunInvoke(Owned* request, InvokeQuery query, std::string function) {
  std::string principal_id;
  Error error;
  if (request->has_credential) {
    auto principal = co_await Authenticate(request);
    if (!principal) co_return std::unexpected(std::move(principal.error()));
    if (!TakeRate(RateClass::kInvoke, RateKeyOf(**principal), request->rate, error)) {
      co_return std::unexpected(std::move(error));
    }
    principal_id = (*principal)->id;
  } else if (!TakeRate(RateClass::kAnonymous, request->client, request->rate, error)) {
    co_return std::unexpected(std::move(error));
  }
  auto run_id = std::make_shared<std::string>();
  // A keyed run is kept, so that its repeated answer can be explained.
  bool keep = query.keep || (!request->idempotency_key.empty() && !principal_id.empty());
  rpc::CallContext context = ContextOf(*request, 0);
  Task<Result<Answer>> work = AwaitRun(&parts_.runs, std::move(context), std::move(function),
                                       std::move(query.alias), keep, request->body, run_id);
  Result<Answer> answer = co_await Once(request, std::move(principal_id), std::move(work));
  request->run_id = *run_id;
  co_return answer;
}

Task<void> Gateway::ServeInvoke(std::unique_ptr<Owned> request, InvokeQuery query,
                                std::string function, net::HttpReply reply) {
  struct Count {
    Gateway& gateway;
    explicit Count(Gateway& g) : gateway(g) { Set(+1); }
    ~Count() { Set(-1); }
    void Set(int by) {
      gateway.at_once_ += static_cast<size_t>(by);
      gateway.at_once_gauge_.Set(static_cast<int64_t>(gateway.at_once_));
    }
  } count(*this);
  const Operation& op = operations_[invoke_];
  Result<Answer> answer = co_await RunInvoke(request.get(), std::move(query), std::move(function));
  Meta meta{request->request_id, View(request->traceparent), {}, request->rate};
  if (answer) {
    op.succeeded->Add();
    meta.run_id = answer->run_id;
    Send(std::move(reply), meta, *answer);
    co_return;
  }
  (answer.error().http_status() >= 500 ? op.failed : op.refused)->Add();
  meta.run_id = request->run_id;
  SendError(std::move(reply), meta, answer.error());
}

}  // namespace nsl::gateway
