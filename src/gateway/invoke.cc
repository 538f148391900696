// SPDX-License-Identifier: Apache-2.0
// POST /v1/functions/{id}:invoke. The plain call of a known credential stays here; an unknown
// credential, an Idempotency-Key and `wait` take the coroutine of invoke_slow.cc.
#include <algorithm>
#include <charconv>

#include "base/json.h"
#include "function_runner/limits.h"
#include "gateway/gateway_parts.h"

namespace nsl::gateway {
namespace {

// An empty body is null.
constexpr std::string_view kJson = "application/json";
constexpr size_t kInputDepth = 64;
// Requirements §1: longer calls are asynchronous.
constexpr std::chrono::milliseconds kMaxWait{30'000};

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

// "30s" or "500ms", at most 30 s.
Result<std::chrono::milliseconds> ParseWait(std::string_view text) {
  int64_t number = -1;
  auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  std::string_view unit = text.substr(static_cast<size_t>(end - text.data()));
  bool digits = !text.empty() && text[0] >= '0' && text[0] <= '9' && failed == std::errc();
  int64_t scale = unit == "s" ? 1'000 : unit == "ms" ? 1 : 0;
  if (!digits || scale == 0 || number > kMaxWait.count() / scale) {
    return Fail(Error(Reason::kRequestInvalid, "the parameter 'wait' is not valid")
                    .WithField("/wait",
                               "must be a whole number of ms or s, at most 30s, for example 500ms; "
                               "a run that takes longer goes on and is read at /v1/runs/{id}"));
  }
  return std::chrono::milliseconds(number * scale);
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
    } else if (name == "wait") {
      NSL_TRY(out.wait, ParseWait(value));
    } else {
      return Fail(Reason::kRequestUnknownParameter,
                  "there is no query parameter '" + name.substr(0, 64) +
                      "' here; an invoke takes alias, keep and wait");
    }
  }
  return out;
}

void Gateway::HandleInvoke(net::HttpRequest& request, std::string_view function, Headers& headers,
                           net::HttpReply reply) {
  // A signature is for one request; a call takes what the runner can keep a lease for.
  if (headers.is_signed) {
    std::string id = ids_.Make(kRequestId);
    Traceparent trace = traces_.Continue(headers.traceparent);
    return SendError(std::move(reply), {id, View(trace)}, InvalidCredential());
  }
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
  bool slow = headers.has_idempotency_key || (headers.has_credential && !principal) || query->wait;
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
  auto done = [this, rate, reply = std::move(reply), principal = std::move(principal)](
                  const orchestrator::InvokeOutcome& outcome) mutable {
    const Operation& op = operations_[invoke_];
    Meta meta{outcome.request_id, outcome.traceparent, outcome.run_id, rate};
    if (outcome.error == nullptr) {
      op.succeeded->Add();
      return SendRun(std::move(reply), meta, outcome.result);
    }
    (outcome.error->http_status() >= 500 ? op.failed : op.refused)->Add();
    bool explain = outcome.error->reason == Reason::kNotFound && principal != nullptr &&
                   at_once_ < limits_.requests_at_once;
    if (!explain) return SendError(std::move(reply), meta, *outcome.error);
    auto owned = std::make_unique<Owned>();
    owned->request_id = outcome.request_id;
    if (outcome.traceparent.size() == owned->traceparent.size()) {
      std::copy(outcome.traceparent.begin(), outcome.traceparent.end(), owned->traceparent.begin());
    }
    owned->rate = rate;
    Begin(SendExplained(std::move(principal), std::string(outcome.function_id), std::move(owned),
                        *outcome.error, std::move(reply)));
  };
  // More would cost the hot path an allocation.
  static_assert(sizeof(done) <= orchestrator::InvokeDone::kInline);
  parts_.runs.Invoke(input, std::move(done));
}

}  // namespace nsl::gateway
