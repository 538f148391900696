// SPDX-License-Identifier: Apache-2.0
//
// JSON Web Tokens (RFC 7519) as compact JWS (RFC 7515) with ES256, and with nothing else.
//
// The algorithm comes from the key; the header's "alg" must merely agree. "crit" is refused, strict
// base64url and strict JSON are demanded, so a token has one spelling. Thread-safe.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "crypto/ecdsa.h"

namespace nsl::crypto {

inline constexpr size_t kMaxJwtBytes = 8'192;

// `key_id` goes to "kid" when it is not empty.
Result<std::string> SignJwt(const P256PrivateKey& key, const boost::json::object& claims,
                            std::string_view key_id = {}, std::string_view type = "JWT");

struct JwtExpect {
  // Each must be equal when it is not empty; "aud" may also be an array that holds it.
  std::string_view issuer = {};
  std::string_view audience = {};
  // The header's "typ", compared without regard to case.
  std::string_view type = "JWT";
  UnixMillis now_ms = 0;
  // Allowed difference of clocks.
  int64_t leeway_ms = 5'000;
};

// The claims, after signature, "exp" (required), "nbf", "iss" and "aud" have been checked.
// auth.invalid that says which of them failed.
Result<boost::json::object> VerifyJwt(std::string_view token, const P256PublicKey& key,
                                      const JwtExpect& expect);

// The header's "kid", unverified: only to choose the key. Empty when there is none.
Result<std::string> JwtKeyId(std::string_view token);

}  // namespace nsl::crypto
