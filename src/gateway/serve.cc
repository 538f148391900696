// SPDX-License-Identifier: Apache-2.0
// Every operation but the fast invoke: route, credential, rate, access, idempotency, call, answer.
#include <charconv>

#include "account/client/signed_request.h"
#include "crypto/hash.h"
#include "gateway/gateway_parts.h"

namespace nsl::gateway {
namespace {

// "3" in quotes (RFC 9110 §8.8.3); -1 for none. Weak tags do not match (§13.1.1).
Result<int64_t> ParseIfMatch(bool given, std::string_view text) {
  if (!given) return -1;
  int64_t value = -1;
  bool quoted = text.size() > 2 && text.front() == '"' && text.back() == '"';
  if (quoted) {
    text = text.substr(1, text.size() - 2);
    auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    quoted = failed == std::errc() && end == text.data() + text.size() && value >= 0;
  }
  if (!quoted) {
    return Fail(Reason::kRequestMalformed, "If-Match is the version in quotes, for example \"3\"");
  }
  return value;
}

bool IsJson(std::string_view type) {
  std::string_view base = type.substr(0, type.find(';'));
  while (base.ends_with(' ')) base.remove_suffix(1);
  return SameName(base, "application/json");
}

std::string_view ProjectOf(const Pairs& params) {
  for (const auto& [name, value] : params) {
    if (name == "project") return value;
  }
  return {};
}

Hash256 HashOf(std::string_view method, std::string_view path, std::string_view query,
               std::string_view body) {
  Bytes all;
  for (std::string_view part : {method, path, query}) {
    all.insert(all.end(), part.begin(), part.end());
    all.push_back('\n');
  }
  return crypto::Sha256({ByteView(all), AsBytes(body)});
}

}  // namespace

void Gateway::HandleOther(net::HttpRequest& request, Headers& headers, net::HttpReply reply) {
  std::unique_ptr<Owned> owned = Copy(request, headers);
  Meta meta{owned->request_id, View(owned->traceparent)};
  rpc::RouteMatch match = routes_.Match(owned->method, owned->path);
  Error error;
  if (match.allow.empty()) {
    error = Error(Reason::kNotFound, "there is no such path; see /v1/openapi.json");
    return SendError(std::move(reply), meta, error);
  }
  if (owned->method == "OPTIONS") {
    std::array<net::HttpHeader, 3> list = {{{"allow", match.allow},
                                            {"x-request-id", meta.request_id},
                                            {"traceparent", meta.traceparent}}};
    return reply.Send(204, list, ByteView());
  }
  if (!match.operation) {
    error = Error(Reason::kRequestMethod, "this path takes " + match.allow);
    return SendError(std::move(reply), meta, error, match.allow);
  }
  owned->operation = *match.operation;
  owned->params = std::move(match.params);
  const Operation& op = operations_[owned->operation];
  if (owned->operation == invoke_) {
    // The id was written with escapes, or is none.
    const std::string& function = owned->params[0].second;
    if (IsId(kFunctionId, function)) {
      return HandleInvoke(request, function, headers, std::move(reply));
    }
    return SendError(std::move(reply), meta, Error(Reason::kNotFound, "no such function"));
  }
  Result<int64_t> if_match = ParseIfMatch(headers.has_if_match, headers.if_match);
  if (!if_match) return SendError(std::move(reply), meta, if_match.error());
  owned->if_match = *if_match;
  if (op.has_body() && !request.body.empty() && !headers.content_type.empty() &&
      !IsJson(headers.content_type)) {
    error = Error(Reason::kRequestMediaType, "the body must be application/json");
    return SendError(std::move(reply), meta, error);
  }
  if (op.access == rpc::Access::kPublic && !op.free_of_rate) {
    bool login = owned->path.starts_with("/v1/auth/");
    if (!TakeRate(login ? RateClass::kLogin : RateClass::kAnonymous, owned->client, owned->rate,
                  error)) {
      meta.rate = owned->rate;
      return SendError(std::move(reply), meta, error);
    }
  }
  if (at_once_ >= limits_.requests_at_once) {
    error = Error(Reason::kQuotaBusy, "too many requests are being served; try again");
    return SendError(std::move(reply), meta, error);
  }
  Begin(ServeOther(std::move(owned), std::move(reply)));
}

Task<void> Gateway::ServeOther(std::unique_ptr<Owned> request, net::HttpReply reply) {
  AtOnce count(*this);
  MonoTime start = env_.clock.Mono();
  const Operation& op = operations_[request->operation];
  Result<Answer> answer = co_await Process(request.get());
  op.time_us->Record(static_cast<uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(env_.clock.Mono() - start).count()));
  Meta meta{request->request_id, View(request->traceparent), {}, request->rate};
  if (answer) {
    (answer->status < 400 ? op.succeeded : op.failed)->Add();
    if (op.changes_rights) parts_.access.Clear();
    Send(std::move(reply), meta, *answer);
    co_return;
  }
  const Error& error = answer.error();
  (error.http_status() >= 500 ? op.failed : op.refused)->Add();
  if (error.http_status() >= 500) {
    env_.log.Warn("request_failed", {{"operation", op.name},
                                     {"request_id", request->request_id},
                                     {"reason", TextOf(error.reason)}});
  }
  SendError(std::move(reply), meta, error);
}

rpc::CallContext Gateway::ContextOf(const Owned& request, uint32_t deadline_ms) const {
  rpc::CallContext context;
  if (deadline_ms > 0) {
    context.deadline = Deadline::In(env_.clock, std::chrono::milliseconds(deadline_ms));
  }
  context.credential = request.credential;
  context.signed_http = request.signed_http;
  context.request_id = request.request_id;
  context.traceparent = View(request.traceparent);
  context.idempotency_key = request.idempotency_key;
  context.if_match = request.if_match;
  return context;
}

RequestParts Gateway::PartsOf(Owned& request, const Operation& op, Pairs query) const {
  RequestParts parts;
  parts.path = std::move(request.params);
  parts.query = std::move(query);
  parts.has_body = op.has_body();
  // With an Idempotency-Key its hash has been taken before.
  parts.body = std::move(request.body);
  parts.max_body = op.max_request_bytes;
  return parts;
}

Task<Result<std::shared_ptr<const account::Principal>>> Gateway::Authenticate(Owned* request) {
  if (!request->has_credential) co_return std::unexpected(InvalidCredential());
  if (!request->signed_http) {
    if (auto known = parts_.access.Find(request->credential)) co_return known;
  }
  // Each of these costs the vault a question.
  Error error;
  if (!TakeRate(RateClass::kUnverified, request->client, request->rate, error)) {
    co_return std::unexpected(std::move(error));
  }
  auto principal = co_await parts_.access.Authenticate(ContextOf(*request, 2'000));
  if (!principal && principal.error().reason == Reason::kAuthInvalid) {
    Error refusal = InvalidCredential();
    // Names the current audience to who signed for another.
    refusal.fields = std::move(principal.error().fields);
    co_return std::unexpected(std::move(refusal));
  }
  co_return principal;
}

Status Gateway::CheckAccess(const Operation& op, const Owned& request,
                            const account::Principal& principal) const {
  if (op.access == rpc::Access::kAccount && !principal.id.starts_with(kAccountId)) {
    return Fail(Reason::kAuthForbidden,
                "this needs an access token of an account; an API key cannot do it");
  }
  std::string_view project = ProjectOf(request.params);
  if (project.empty()) return {};
  return account::Permit(principal, project, op.scope);
}

Status Gateway::CheckSignature(const Operation& op, const Owned& request) {
  if (request.signed_http || op.signature != rpc::Signature::kRequired) return {};
  return Fail(Reason::kAuthSignature,
              "this change needs a signed request: a bearer credential passes through a host that "
              "could act with it; log in with a session key and sign the request");
}

Status Gateway::TakeNonce(const Owned& request) {
  if (!request.signed_http) return {};
  auto header = account::ParseSignedHeader(request.credential);
  if (!header) return std::unexpected(InvalidCredential());
  Status taken = nonces_.Take(header->key_id, header->time_ms, header->nonce, env_.clock.NowMs());
  if (!taken && taken.error().reason == Reason::kAuthInvalid) {
    return std::unexpected(InvalidCredential());
  }
  return taken;
}

Task<Result<Answer>> Gateway::Process(Owned* request) {
  const Operation& op = operations_[request->operation];
  Result<Pairs> query = rpc::ParseQuery(request->query);
  if (!query) co_return std::unexpected(std::move(query.error()));
  rpc::CallContext context = ContextOf(*request, op.deadline_ms);
  if (op.access == rpc::Access::kPublic) {
    // A credential that a public operation does not need is not passed on.
    context.credential.clear();
    Result<Answer> answer =
        co_await op.run(std::move(context), PartsOf(*request, op, std::move(*query)));
    co_return answer;
  }
  if (request->signed_http && op.signature == rpc::Signature::kNone) {
    co_return std::unexpected(InvalidCredential());
  }
  auto principal = co_await Authenticate(request);
  if (!principal) co_return std::unexpected(std::move(principal.error()));
  Error error;
  bool reads = op.verb == "GET";
  if (!TakeRate(reads ? RateClass::kRead : RateClass::kWrite, RateKeyOf(**principal), request->rate,
                error)) {
    co_return std::unexpected(std::move(error));
  }
  NSL_CO_TRY_VOID(CheckAccess(op, *request, **principal));
  NSL_CO_TRY_VOID(CheckSignature(op, *request));
  NSL_CO_TRY_VOID(TakeNonce(*request));
  std::string id = (*principal)->id;
  if (op.verb != "POST") request->idempotency_key.clear();
  if (request->idempotency_key.empty()) {
    Result<Answer> answer =
        co_await op.run(std::move(context), PartsOf(*request, op, std::move(*query)));
    co_return answer;
  }
  RequestParts parts;
  parts.path = request->params;
  parts.query = std::move(*query);
  parts.has_body = true;
  parts.body = request->body;
  parts.max_body = op.max_request_bytes;
  Task<Result<Answer>> work = op.run(std::move(context), std::move(parts));
  Result<Answer> answer = co_await Once(request, std::move(id), std::move(work));
  co_return answer;
}

Task<Result<Answer>> Gateway::Once(Owned* request, std::string principal,
                                   Task<Result<Answer>> work) {
  if (request->idempotency_key.empty() || principal.empty()) {
    Result<Answer> answer = co_await std::move(work);
    co_return answer;
  }
  std::string key = request->idempotency_key;
  Hash256 hash = HashOf(request->method, request->path, request->query, request->body);
  Result<std::optional<StoredAnswer>> stored =
      co_await parts_.idempotency.Begin(principal, key, hash);
  if (!stored) co_return std::unexpected(std::move(stored.error()));
  if (*stored) {
    Answer again;
    again.status = (*stored)->status;
    again.body = std::move((*stored)->body);
    again.run_id = std::move((*stored)->run_id);
    again.content_type = (*stored)->content_type == kProblemType ? kProblemType : kJsonType;
    co_return again;
  }
  Result<Answer> answer = co_await std::move(work);
  bool final = answer ? answer->status < 500 : !answer.error().retryable();
  if (!final) {
    co_await parts_.idempotency.Abandon(principal, key);
    co_return answer;
  }
  StoredAnswer keep;
  if (answer) {
    keep = {answer->status, std::string(answer->content_type),
            answer->body_to_keep.value_or(answer->body), answer->run_id};
  } else {
    keep = {answer.error().http_status(), std::string(kProblemType),
            Problem(answer.error(), request->request_id), request->run_id};
  }
  Status kept = co_await parts_.idempotency.Finish(principal, key, std::move(keep));
  if (!kept) {
    env_.log.Warn("answer_not_kept",
                  {{"request_id", request->request_id}, {"detail", kept.error().detail}});
    co_return std::unexpected(std::move(kept.error()));
  }
  co_return answer;
}

}  // namespace nsl::gateway
