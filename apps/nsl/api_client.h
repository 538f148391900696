// SPDX-License-Identifier: Apache-2.0
//
// Calls to the platform's HTTP API with the profile's credential.
//
// Guarantee: an access token that ends is renewed once and the call repeated; a renewal is done
// under the profile's lock, because a refresh token that is used twice ends its login. Changes are
// signed with the session key of the login; a signature for a vault that has restarted since is
// made anew, once. Problem documents become CliError with the server's own reason. One thread.
#pragma once

#include <boost/json/value.hpp>
#include <optional>
#include <string>

#include "http.h"
#include "profile.h"

namespace nsl::cli {

struct ApiCall {
  std::string method = "GET";
  // "/v1/…" with its query.
  std::string path = {};
  // JSON text; empty = no body.
  std::string body = {};
  // The server runs a POST once per key, however often it is sent.
  std::string idempotency_key = {};
  // The version that a change is meant for, sent as If-Match.
  std::optional<uint64_t> version = std::nullopt;
  // Without: nothing is sent but the request itself.
  bool credential = true;
  // For what changes nothing although it is no GET: the access token is enough.
  bool bearer = false;
  long timeout_ms = 30'000;
};

class ApiClient {
 public:
  // `override_api` and `override_token` are NSL_API and NSL_TOKEN; empty = the profile's.
  ApiClient(Profile profile, std::string override_api, std::string override_token);

  const Profile& profile() const { return profile_; }
  Profile& profile() { return profile_; }
  // The address in use; cli.config when none is known.
  CliResult<std::string> Base() const;
  HttpClient& http() { return http_; }

  // The answer of a call that succeeded (2xx).
  CliResult<HttpResponse> Send(const ApiCall& call);
  // Its JSON; null for an empty body.
  CliResult<boost::json::value> Json(const ApiCall& call);

  // Stores what login and register answer, and the session key that went with it, in memory and in
  // the file.
  CliStatus TakeLogin(const boost::json::value& session, const std::string& email,
                      const Bytes& session_key);

 private:
  // The same for the tokens of a refresh.
  CliStatus TakeSession(const boost::json::value& session, const std::string& email);
  CliResult<HttpResponse> Once(const ApiCall& call);
  // Of a change by the profile's own login.
  CliResult<HttpResponse> SendSigned(const ApiCall& call);
  CliResult<std::string> SignatureOf(const ApiCall& call) const;
  CliResult<HttpResponse> Transmit(const ApiCall& call, const std::string& authorization);
  CliStatus SaveAudience();
  CliStatus Refresh();
  std::string Credential() const;

  Profile profile_;
  std::string override_api_;
  std::string override_token_;
  HttpClient http_;
};

// The error of an answer that is not 2xx.
CliError ErrorOf(const HttpResponse& response);

// Member access for answers of a server that may know more fields than this build.
std::string TextAt(const boost::json::value& value, std::string_view name);
uint64_t UintAt(const boost::json::value& value, std::string_view name);
const boost::json::array& ArrayAt(const boost::json::value& value, std::string_view name);

int64_t NowMs();

}  // namespace nsl::cli
