// SPDX-License-Identifier: Apache-2.0
#include "account/tokens.h"

#include <charconv>

#include "base/ids.h"
#include "crypto/hash.h"
#include "crypto/jwt.h"

namespace nsl::account {
namespace {

constexpr std::string_view kKeyPrefix = "nsl_";
constexpr std::string_view kRefreshPrefix = "nslr_";
constexpr size_t kSecretText = 52;
constexpr size_t kMaxCredential = 2'048;

// Takes n characters and, unless it is the end, the underscore behind them.
std::optional<std::string_view> TakePart(std::string_view& rest, size_t n) {
  if (rest.size() < n) return std::nullopt;
  std::string_view part = rest.substr(0, n);
  rest.remove_prefix(n);
  if (!rest.empty()) {
    if (rest.front() != '_') return std::nullopt;
    rest.remove_prefix(1);
  }
  return part;
}

std::optional<std::string> TakeId(std::string_view& rest, std::string_view prefix) {
  auto body = TakePart(rest, kIdBodyLength);
  if (!body) return std::nullopt;
  std::string id = std::string(prefix) + std::string(*body);
  if (!IsId(prefix, id)) return std::nullopt;
  return id;
}

std::optional<Bytes> ReadSecret(std::string_view text) {
  if (text.size() != kSecretText) return std::nullopt;
  auto secret = FromBase32(text);
  if (!secret || secret->size() != 32) return std::nullopt;
  return secret;
}

std::string_view Body(std::string_view id, std::string_view prefix) {
  return id.substr(prefix.size());
}

}  // namespace

Result<std::string> MakeAccessToken(const crypto::P256PrivateKey& key, std::string_view audience,
                                    const AccessClaims& claims, UnixMillis now_ms) {
  boost::json::object body;
  body["iss"] = kIssuer;
  body["aud"] = audience;
  body["sub"] = claims.account_id;
  body["jti"] = claims.login_id;
  body["iat"] = now_ms / 1000;
  body["exp"] = now_ms / 1000 + kAccessSeconds;
  return crypto::SignJwt(key, body);
}

Result<AccessClaims> ReadAccessToken(std::string_view token, const crypto::P256PublicKey& key,
                                     std::string_view audience, UnixMillis now_ms) {
  if (token.empty() || token.size() > kMaxCredential || audience.empty()) {
    return InvalidCredential();
  }
  crypto::JwtExpect expect;
  expect.issuer = kIssuer;
  expect.audience = audience;
  expect.now_ms = now_ms;
  auto claims = crypto::VerifyJwt(token, key, expect);
  if (!claims) return InvalidCredential();
  const auto* subject = claims->if_contains("sub");
  const auto* login = claims->if_contains("jti");
  if (!subject || !login || !subject->is_string() || !login->is_string()) {
    return InvalidCredential();
  }
  AccessClaims out{std::string(subject->get_string()), std::string(login->get_string())};
  if (!IsId(kAccountId, out.account_id) || !IsId(kLoginId, out.login_id)) {
    return InvalidCredential();
  }
  return out;
}

Hash256 RefreshProof(ByteView login_secret, uint64_t generation) {
  ByteArray<8> number;
  for (size_t i = 0; i < 8; ++i) number[i] = static_cast<uint8_t>(generation >> (56 - 8 * i));
  return crypto::HmacSha256(login_secret, {AsBytes("nsl/refresh/1"), number});
}

std::string MakeRefreshToken(std::string_view account_id, std::string_view login_id,
                             ByteView login_secret, uint64_t generation) {
  std::string out(kRefreshPrefix);
  out += Body(account_id, kAccountId);
  out += '_';
  out += Body(login_id, kLoginId);
  out += '_';
  out += std::to_string(generation);
  out += '_';
  out += ToBase32(RefreshProof(login_secret, generation));
  return out;
}

std::optional<RefreshClaims> ReadRefreshToken(std::string_view token) {
  if (token.size() > 256 || !token.starts_with(kRefreshPrefix)) return std::nullopt;
  token.remove_prefix(kRefreshPrefix.size());
  auto account = TakeId(token, kAccountId);
  auto login = account ? TakeId(token, kLoginId) : std::nullopt;
  if (!login) return std::nullopt;
  RefreshClaims out{std::move(*account), std::move(*login), 0, {}};
  auto [end, bad] = std::from_chars(token.data(), token.data() + token.size(), out.generation);
  if (bad != std::errc()) return std::nullopt;
  token.remove_prefix(static_cast<size_t>(end - token.data()));
  if (token.empty() || token.front() != '_') return std::nullopt;
  auto proof = ReadSecret(token.substr(1));
  if (!proof) return std::nullopt;
  out.proof = std::move(*proof);
  return out;
}

std::string MakeKeyText(std::string_view key_id, ByteView secret) {
  return std::string(kKeyPrefix) + std::string(Body(key_id, kKeyId)) + "_" + ToBase32(secret);
}

std::optional<KeyText> ReadKeyText(std::string_view text) {
  if (text.size() > 128 || !LooksLikeKey(text)) return std::nullopt;
  text.remove_prefix(kKeyPrefix.size());
  auto id = TakeId(text, kKeyId);
  if (!id) return std::nullopt;
  auto secret = ReadSecret(text);
  if (!secret) return std::nullopt;
  return KeyText{std::move(*id), std::move(*secret)};
}

}  // namespace nsl::account
