// SPDX-License-Identifier: Apache-2.0
//
// The three credentials and their text forms: access token (ES256 JWT, 15 minutes), refresh token,
// API key. Pure apart from clock and key; what a credential may do is looked up elsewhere.
//
//   refresh token  nslr_<account, 26>_<login, 26>_<generation>_<52 base32>
//   API key        nsl_<key id, 26>_<52 base32>
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "crypto/ecdsa.h"
#include "rpc/refusal.h"

namespace nsl::account {

inline constexpr uint32_t kAccessSeconds = 15 * 60;
inline constexpr int64_t kRefreshIdleMs = int64_t{30} * 24 * 3600 * 1000;
inline constexpr int64_t kRefreshTotalMs = int64_t{90} * 24 * 3600 * 1000;
inline constexpr std::string_view kIssuer = "nsl-vault";

struct AccessClaims {
  std::string account_id;
  std::string login_id;
};
Result<std::string> MakeAccessToken(const crypto::P256PrivateKey& key, std::string_view audience,
                                    const AccessClaims& claims, UnixMillis now_ms);
// auth.invalid, always with the same text.
Result<AccessClaims> ReadAccessToken(std::string_view token, const crypto::P256PublicKey& key,
                                     std::string_view audience, UnixMillis now_ms);

struct RefreshClaims {
  std::string account_id;
  std::string login_id;
  uint64_t generation = 0;
  Bytes proof;
};
// The proof of a generation: HMAC-SHA-256(login secret, generation).
Hash256 RefreshProof(ByteView login_secret, uint64_t generation);
std::string MakeRefreshToken(std::string_view account_id, std::string_view login_id,
                             ByteView login_secret, uint64_t generation);
std::optional<RefreshClaims> ReadRefreshToken(std::string_view token);

struct KeyText {
  // key_…
  std::string key_id;
  // 32 bytes.
  Bytes secret;
};
std::string MakeKeyText(std::string_view key_id, ByteView secret);
std::optional<KeyText> ReadKeyText(std::string_view text);
inline bool LooksLikeKey(std::string_view credential) { return credential.starts_with("nsl_"); }

using rpc::InvalidCredential;

}  // namespace nsl::account
