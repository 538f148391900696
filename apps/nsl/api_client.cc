// SPDX-License-Identifier: Apache-2.0
#include "api_client.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "account/client/signed_request.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/random.h"

namespace nsl::cli {
namespace {

// Renewed this long before its end, so that a call does not carry a token that ends on its way.
constexpr int64_t kRenewEarlyMs = 15'000;

std::string Quoted(std::string_view text) {
  std::string out;
  AppendJsonString(out, text);
  return out;
}

}  // namespace

int64_t NowMs() { return SystemClock().NowMs(); }

std::string TextAt(const boost::json::value& value, std::string_view name) {
  const auto* object = value.if_object();
  if (object == nullptr) return {};
  const auto* member = object->if_contains(name);
  if (member == nullptr) return {};
  const auto* text = member->if_string();
  return text == nullptr ? std::string() : std::string(text->data(), text->size());
}

uint64_t UintAt(const boost::json::value& value, std::string_view name) {
  const auto* object = value.if_object();
  const auto* member = object == nullptr ? nullptr : object->if_contains(name);
  if (member == nullptr) return 0;
  if (const auto* u = member->if_uint64()) return *u;
  if (const auto* i = member->if_int64()) return *i < 0 ? 0 : static_cast<uint64_t>(*i);
  return 0;
}

const boost::json::array& ArrayAt(const boost::json::value& value, std::string_view name) {
  static const boost::json::array kEmpty;
  const auto* object = value.if_object();
  const auto* member = object == nullptr ? nullptr : object->if_contains(name);
  const auto* array = member == nullptr ? nullptr : member->if_array();
  return array == nullptr ? kEmpty : *array;
}

CliError ErrorOf(const HttpResponse& response) {
  CliError error;
  error.status = response.status;
  error.request_id = response.Header("x-request-id");
  error.run_id = response.Header("x-run-id");
  auto problem = ParseJson(response.body, {.bytes = 1 << 20});
  if (problem && problem->is_object()) {
    error.reason = TextAt(*problem, "reason");
    error.code = TextAt(*problem, "code");
    error.detail = TextAt(*problem, "detail");
    if (error.detail.empty()) error.detail = TextAt(*problem, "title");
    if (auto id = TextAt(*problem, "requestId"); !id.empty()) error.request_id = id;
    const auto* retryable = problem->as_object().if_contains("retryable");
    error.retryable = retryable != nullptr && retryable->is_bool() && retryable->get_bool();
    for (const auto& field : ArrayAt(*problem, "errors")) {
      error.fields.push_back({TextAt(field, "pointer"), TextAt(field, "detail")});
    }
  }
  if (error.reason.empty()) {
    error.reason = "http." + std::to_string(response.status);
    error.detail = "the server answered " + std::to_string(response.status) +
                   " without a problem document; is this the address of a Neo Service Layer?";
  }
  return error;
}

ApiClient::ApiClient(Profile profile, std::string override_api, std::string override_token)
    : profile_(std::move(profile)),
      override_api_(std::move(override_api)),
      override_token_(std::move(override_token)) {}

CliResult<std::string> ApiClient::Base() const {
  std::string base = override_api_.empty() ? profile_.api : override_api_;
  while (base.ends_with('/')) base.pop_back();
  if (base.empty()) {
    return FailWith("cli.config",
                    "no system is known; start one with `nsl dev`, or set NSL_API, or run"
                    " `nsl config set api URL`");
  }
  return base;
}

std::string ApiClient::Credential() const {
  return override_token_.empty() ? profile_.access_token : override_token_;
}

CliResult<HttpResponse> ApiClient::Transmit(const ApiCall& call, const std::string& authorization) {
  NSL_TRY(auto base, Base());
  HttpRequest request{.method = call.method,
                      .url = base + call.path,
                      .headers = {"Accept: application/json"},
                      .body = call.body,
                      .timeout_ms = call.timeout_ms};
  if (!call.body.empty()) request.headers.push_back("Content-Type: application/json");
  if (!call.idempotency_key.empty()) {
    request.headers.push_back("Idempotency-Key: " + call.idempotency_key);
  }
  if (call.version) {
    request.headers.push_back("If-Match: \"" + std::to_string(*call.version) + "\"");
  }
  if (!authorization.empty()) request.headers.push_back("Authorization: " + authorization);
  return http_.Send(request);
}

CliResult<HttpResponse> ApiClient::Once(const ApiCall& call) {
  return Transmit(call, call.credential ? "Bearer " + Credential() : std::string());
}

CliResult<std::string> ApiClient::SignatureOf(const ApiCall& call) const {
  auto key = crypto::P256PrivateKey::FromScalar(profile_.session_key);
  if (!key || profile_.session_key_id.empty()) {
    return FailWith("cli.not_logged_in",
                    "this login has no session key to sign changes with; run `nsl login EMAIL`"
                    " again");
  }
  SystemRandom random;
  auto header =
      account::SignRequest(*key, {profile_.session_key_id, profile_.audience, profile_.magic},
                           call.method, call.path, AsBytes(call.body), NowMs(), random);
  if (!header) return std::unexpected(CliError(std::move(header.error())));
  return *std::move(header);
}

CliResult<HttpResponse> ApiClient::SendSigned(const ApiCall& call) {
  NSL_TRY(auto header, SignatureOf(call));
  NSL_TRY(auto response, Transmit(call, header));
  if (response.status == 401) {
    // A vault that was started again has another boot id, which its refusal names.
    for (const FieldError& field : ErrorOf(response).fields) {
      if (field.pointer != account::kAudiencePointer || field.detail == profile_.audience) continue;
      profile_.audience = field.detail;
      NSL_TRY_VOID(SaveAudience());
      NSL_TRY(header, SignatureOf(call));
      NSL_TRY(response, Transmit(call, header));
      break;
    }
  }
  if (response.status < 200 || response.status > 299) return std::unexpected(ErrorOf(response));
  return response;
}

CliStatus ApiClient::SaveAudience() {
  NSL_TRY(auto lock, ProfileLock::Take());
  NSL_TRY(auto stored, LoadProfile());
  // Another process may have logged in or renewed its tokens meanwhile.
  if (stored.session_key_id != profile_.session_key_id) return {};
  stored.audience = profile_.audience;
  return SaveProfile(stored);
}

CliResult<HttpResponse> ApiClient::Send(const ApiCall& call) {
  bool own_login = call.credential && override_token_.empty();
  if (call.credential && Credential().empty() && profile_.refresh_token.empty()) {
    return FailWith("cli.not_logged_in",
                    "no login; run `nsl login EMAIL`, or `nsl register EMAIL`, or set NSL_TOKEN to"
                    " an API key");
  }
  if (own_login && call.method != "GET" && !call.bearer) return SendSigned(call);
  if (own_login && profile_.access_expires_ms < NowMs() + kRenewEarlyMs) {
    NSL_TRY_VOID(Refresh());
  }
  NSL_TRY(auto response, Once(call));
  if (response.status == 401 && own_login && !profile_.refresh_token.empty()) {
    NSL_TRY_VOID(Refresh());
    NSL_TRY(response, Once(call));
  }
  if (response.status < 200 || response.status > 299) return std::unexpected(ErrorOf(response));
  return response;
}

CliResult<boost::json::value> ApiClient::Json(const ApiCall& call) {
  NSL_TRY(auto response, Send(call));
  if (response.body.empty()) return boost::json::value();
  auto value = ParseJson(response.body, {.bytes = 32 << 20});
  if (!value) return FailWith("upstream.failed", "the server answered with invalid JSON");
  return *std::move(value);
}

CliStatus ApiClient::Refresh() {
  NSL_TRY(auto lock, ProfileLock::Take());
  NSL_TRY(auto stored, LoadProfile());
  if (stored.access_token != profile_.access_token && !stored.access_token.empty() &&
      stored.account_id == profile_.account_id) {
    // Another process renewed it while this one waited.
    profile_ = std::move(stored);
    return {};
  }
  if (profile_.refresh_token.empty()) {
    return FailWith("cli.not_logged_in", "the login has ended; run `nsl login EMAIL`");
  }
  ApiCall call{.method = "POST",
               .path = "/v1/auth/refresh",
               .body = R"({"refreshToken":)" + Quoted(profile_.refresh_token) + "}",
               .credential = false};
  NSL_TRY(auto response, Once(call));
  if (response.status != 200) return std::unexpected(ErrorOf(response));
  auto session = ParseJson(response.body);
  if (!session) return FailWith("upstream.failed", "the server answered with invalid JSON");
  return TakeSession(*session, profile_.email);
}

CliStatus ApiClient::TakeLogin(const boost::json::value& session, const std::string& email,
                               const Bytes& session_key) {
  profile_.session_key = session_key;
  profile_.session_key_id.clear();
  return TakeSession(session, email);
}

CliStatus ApiClient::TakeSession(const boost::json::value& session, const std::string& email) {
  std::string access = TextAt(session, "accessToken");
  std::string refresh = TextAt(session, "refreshToken");
  if (access.empty() || refresh.empty()) {
    return FailWith("upstream.failed", "the server answered a login without tokens");
  }
  profile_.access_token = access;
  profile_.refresh_token = refresh;
  profile_.account_id = TextAt(session, "accountId");
  profile_.email = email;
  if (const auto* object = session.if_object(); object != nullptr && object->contains("signing")) {
    const boost::json::value& signing = object->at("signing");
    profile_.session_key_id = TextAt(signing, "keyId");
    profile_.audience = TextAt(signing, "audience");
    profile_.magic = static_cast<uint32_t>(UintAt(signing, "magic"));
  }
  profile_.access_expires_ms =
      NowMs() +
      static_cast<int64_t>(std::min<uint64_t>(UintAt(session, "expiresIn"), 86'400)) * 1000;
  return SaveProfile(profile_);
}

}  // namespace nsl::cli
