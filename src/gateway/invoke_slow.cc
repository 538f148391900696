// SPDX-License-Identifier: Apache-2.0
// POST /v1/functions/{id}:invoke, the calls that need a coroutine: an unknown credential, an
// Idempotency-Key, `wait`, and a refusal that a member of the project is told more about.
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>

#include "gateway/gateway_parts.h"

namespace nsl::gateway {
namespace {

constexpr std::string_view kNoFunction = "no such function";

struct SlowCall {
  orchestrator::Invoker* runs = nullptr;
  rpc::CallContext context;
  std::string function;
  std::string alias;
  bool keep = false;
  std::optional<orchestrator::WaitInput> wait;
  std::string body;
  // Filled also when the run failed.
  std::shared_ptr<std::string> run_id;
};

Answer Accepted(std::string_view run_id) {
  Answer answer;
  answer.run_id = run_id;
  answer.status = 202;
  answer.body = R"({"id":")" + answer.run_id + R"(","state":"running"})";
  return answer;
}

Result<Answer> ToAnswer(const orchestrator::InvokeOutcome& outcome) {
  if (outcome.error != nullptr) return std::unexpected(*outcome.error);
  if (outcome.running) return Accepted(outcome.run_id);
  Answer answer;
  answer.run_id = outcome.run_id;
  answer.body = AsText(outcome.result);
  return answer;
}

Task<Result<Answer>> AwaitRun(SlowCall call) {
  Executor executor = co_await asio::this_coro::executor;
  auto start = [&](auto handler) {
    auto done = std::make_shared<decltype(handler)>(std::move(handler));
    orchestrator::InvokeInput input;
    input.credential = call.context.credential;
    input.function_id = call.function;
    input.alias = call.alias;
    input.request_id = call.context.request_id;
    input.traceparent = call.context.traceparent;
    input.keep = call.keep;
    input.payload = AsBytes(call.body);
    if (call.wait) input.wait = &*call.wait;
    call.runs->Invoke(
        input, [done, run_id = call.run_id, executor](const orchestrator::InvokeOutcome& outcome) {
          *run_id = outcome.run_id;
          auto result = std::make_shared<Result<Answer>>(ToAnswer(outcome));
          asio::post(executor, [done, result] { (*done)(std::move(*result)); });
        });
  };
  Result<Answer> answer =
      co_await asio::async_initiate<const asio::use_awaitable_t<Executor>&, void(Result<Answer>)>(
          std::move(start), kUseTask);
  co_return answer;
}

Error NotDeployed() {
  return Error(Reason::kFunctionNotDeployed,
               "the function has no version yet; deploy one with POST "
               "/v1/functions/{function}/versions or `nsl deploy`, then call again");
}

}  // namespace

// The runner knows functions by the vault's grants alone, so one that was never deployed does not
// exist there. Its row is here, and a member may know of it.
Task<Error> Gateway::ExplainMissing(std::shared_ptr<const account::Principal> principal,
                                    std::string function, Error error) {
  if (error.reason != Reason::kNotFound || principal == nullptr) co_return error;
  auto place = co_await parts_.functions.Locate(std::move(function));
  if (!place || !*place || (*place)->deployed) co_return error;
  Status may = account::Permit(*principal, (*place)->project_id, "functions:invoke");
  if (may) co_return NotDeployed();
  co_return may.error().reason == Reason::kNotFound ? std::move(error) : std::move(may.error());
}

Task<void> Gateway::SendExplained(std::shared_ptr<const account::Principal> principal,
                                  std::string function, std::unique_ptr<Owned> request, Error error,
                                  net::HttpReply reply) {
  AtOnce count(*this);
  Error told = co_await ExplainMissing(std::move(principal), std::move(function), std::move(error));
  SendError(std::move(reply), {request->request_id, View(request->traceparent), {}, request->rate},
            told);
}

Task<Result<std::string>> Gateway::ProjectForWait(
    std::shared_ptr<const account::Principal> principal, std::string function) {
  if (principal == nullptr) co_return std::unexpected(InvalidCredential());
  auto place = co_await parts_.functions.Locate(std::move(function));
  if (!place) co_return std::unexpected(std::move(place.error()));
  Status may = Fail(Reason::kNotFound);
  if (*place) may = account::Permit(*principal, (*place)->project_id, "functions:invoke");
  if (!may && may.error().reason == Reason::kNotFound) {
    co_return Fail(Reason::kNotFound, std::string(kNoFunction) +
                                          " in a project of yours, and only a member can read the "
                                          "run afterwards; call without wait");
  }
  if (!may) co_return std::unexpected(std::move(may.error()));
  if (!(*place)->deployed) co_return std::unexpected(NotDeployed());
  co_return std::move((*place)->project_id);
}

Task<Result<Answer>> Gateway::CallRun(std::shared_ptr<const account::Principal> principal,
                                      Owned* request, InvokeQuery query, std::string function) {
  SlowCall call;
  call.runs = &parts_.runs;
  call.context = ContextOf(*request, 0);
  call.function = function;
  call.alias = std::move(query.alias);
  // A keyed run is kept, so that its repeated answer can be explained.
  call.keep = query.keep || (!request->idempotency_key.empty() && principal != nullptr);
  call.body = request->body;
  if (query.wait) {
    auto project = co_await ProjectForWait(principal, function);
    if (!project) co_return std::unexpected(std::move(project.error()));
    orchestrator::WaitInput& wait = call.wait.emplace();
    wait.time = *query.wait;
    wait.project_id = std::move(*project);
    if (!request->idempotency_key.empty()) {
      // Once the run is accepted, its key never starts another, also when this host dies before it
      // has answered.
      wait.beside = [id = principal->id, key = request->idempotency_key](std::string_view run_id) {
        Answer answer = Accepted(run_id);
        return IdempotencyStore::FinishStatement(
            id, key, {answer.status, std::string(answer.content_type), answer.body, answer.run_id});
      };
    }
  }
  auto run_id = std::make_shared<std::string>();
  call.run_id = run_id;
  Result<Answer> answer = co_await AwaitRun(std::move(call));
  request->run_id = *run_id;
  if (answer) co_return answer;
  Error told = co_await ExplainMissing(std::move(principal), std::move(function), answer.error());
  co_return std::unexpected(std::move(told));
}

Task<Result<Answer>> Gateway::RunInvoke(Owned* request, InvokeQuery query, std::string function) {
  std::shared_ptr<const account::Principal> principal;
  Error error;
  if (request->has_credential) {
    auto known = co_await Authenticate(request);
    if (!known) co_return std::unexpected(std::move(known.error()));
    principal = std::move(*known);
    if (!TakeRate(RateClass::kInvoke, RateKeyOf(*principal), request->rate, error)) {
      co_return std::unexpected(std::move(error));
    }
  } else if (!TakeRate(RateClass::kAnonymous, request->client, request->rate, error)) {
    co_return std::unexpected(std::move(error));
  }
  std::string id = principal ? principal->id : std::string();
  Task<Result<Answer>> work =
      CallRun(std::move(principal), request, std::move(query), std::move(function));
  Result<Answer> answer = co_await Once(request, std::move(id), std::move(work));
  co_return answer;
}

Task<void> Gateway::ServeInvoke(std::unique_ptr<Owned> request, InvokeQuery query,
                                std::string function, net::HttpReply reply) {
  AtOnce count(*this);
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
