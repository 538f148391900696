// SPDX-License-Identifier: Apache-2.0
#include "crypto/jwt.h"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <cmath>
#include <optional>

#include "base/json.h"
#include "base/log.h"

namespace nsl::crypto {
namespace {

namespace json = boost::json;

constexpr std::string_view kAlgorithm = "ES256";
// Later than the year 9999; also keeps the milliseconds inside int64.
constexpr double kMaxSeconds = 253'402'300'800.0;

std::unexpected<Error> Refuse(std::string_view what) {
  return Fail(Reason::kAuthInvalid, "token: " + std::string(what));
}

struct Parts {
  std::string_view header;
  std::string_view claims;
  std::string_view signature;
  // header.claims
  std::string_view signed_text;
};

Result<Parts> Split(std::string_view token) {
  if (token.size() > kMaxJwtBytes) return Refuse("longer than 8192 bytes");
  size_t first = token.find('.');
  size_t second = first == std::string_view::npos ? first : token.find('.', first + 1);
  if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos) {
    return Refuse("not three parts");
  }
  return Parts{token.substr(0, first), token.substr(first + 1, second - first - 1),
               token.substr(second + 1), token.substr(0, second)};
}

Result<json::object> ParsePart(std::string_view part) {
  auto bytes = FromBase64Url(part);
  if (!bytes) return Refuse("not base64url");
  auto value = ParseJson(AsText(*bytes), {.bytes = kMaxJwtBytes, .depth = 8});
  if (!value || !value->is_object()) return Refuse("not JSON objects");
  return std::move(value->get_object());
}

std::string_view Text(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr || !value->is_string()) return {};
  return {value->get_string().data(), value->get_string().size()};
}

bool EqualNoCase(std::string_view a, std::string_view b) {
  auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

Status CheckHeader(const json::object& header, std::string_view type) {
  if (Text(header, "alg") != kAlgorithm) return Refuse("the algorithm is not ES256");
  if (header.contains("crit")) return Refuse("critical extensions are not understood");
  if (!type.empty() && !EqualNoCase(Text(header, "typ"), type)) return Refuse("another type");
  return {};
}

// Seconds since the epoch, which may have a fraction (RFC 7519 §2), in milliseconds.
std::optional<UnixMillis> Time(const json::value& value) {
  double seconds = -1;
  if (value.is_int64()) seconds = static_cast<double>(value.get_int64());
  if (value.is_double()) seconds = value.get_double();
  if (!(seconds >= 0 && seconds < kMaxSeconds)) return std::nullopt;
  return static_cast<UnixMillis>(std::floor(seconds * 1000));
}

bool IsFor(const json::object& claims, std::string_view audience) {
  const json::value* aud = claims.if_contains("aud");
  if (aud == nullptr) return false;
  if (aud->is_string()) return Text(claims, "aud") == audience;
  if (!aud->is_array()) return false;
  for (const json::value& one : aud->get_array()) {
    if (one.is_string() &&
        std::string_view(one.get_string().data(), one.get_string().size()) == audience) {
      return true;
    }
  }
  return false;
}

Status CheckClaims(const json::object& claims, const JwtExpect& expect) {
  const json::value* exp = claims.if_contains("exp");
  auto end = exp == nullptr ? std::nullopt : Time(*exp);
  if (!end) return Refuse("no time of expiry");
  if (expect.now_ms >= *end + expect.leeway_ms) return Refuse("expired");
  if (const json::value* nbf = claims.if_contains("nbf")) {
    auto begin = Time(*nbf);
    if (!begin || expect.now_ms + expect.leeway_ms < *begin) return Refuse("not valid yet");
  }
  if (!expect.issuer.empty() && Text(claims, "iss") != expect.issuer) {
    return Refuse("another issuer");
  }
  if (!expect.audience.empty() && !IsFor(claims, expect.audience)) {
    return Refuse("for another audience");
  }
  return {};
}

}  // namespace

Result<std::string> SignJwt(const P256PrivateKey& key, const json::object& claims,
                            std::string_view key_id, std::string_view type) {
  std::string header = "{\"alg\":\"ES256\",\"typ\":";
  AppendJsonString(header, type);
  if (!key_id.empty()) {
    header += ",\"kid\":";
    AppendJsonString(header, key_id);
  }
  header += '}';
  std::string body;
  AppendJson(json::value(claims), body);
  std::string token = ToBase64Url(AsBytes(header)) + "." + ToBase64Url(AsBytes(body));
  NSL_TRY(Bytes signature, key.Sign(AsBytes(token)));
  token += "." + ToBase64Url(signature);
  if (token.size() > kMaxJwtBytes) {
    return Fail(Reason::kPlatformInternal, "the token would have more than 8192 bytes");
  }
  return token;
}

Result<json::object> VerifyJwt(std::string_view token, const P256PublicKey& key,
                               const JwtExpect& expect) {
  NSL_TRY(Parts parts, Split(token));
  NSL_TRY(json::object header, ParsePart(parts.header));
  NSL_TRY_VOID(CheckHeader(header, expect.type));
  auto signature = FromBase64Url(parts.signature);
  if (!signature || !key.Verify(AsBytes(parts.signed_text), *signature)) {
    return Refuse("the signature does not verify");
  }
  NSL_TRY(json::object claims, ParsePart(parts.claims));
  NSL_TRY_VOID(CheckClaims(claims, expect));
  return claims;
}

Result<std::string> JwtKeyId(std::string_view token) {
  NSL_TRY(Parts parts, Split(token));
  NSL_TRY(json::object header, ParsePart(parts.header));
  return std::string(Text(header, "kid"));
}

}  // namespace nsl::crypto
