// SPDX-License-Identifier: Apache-2.0
//
// Signed requests: what a client signs, and how it stands in the Authorization header. The command
// line makes them, the gateway reads the header for routing, the vault judges them.
//
//   Authorization: NSL-P256 key=<acc_….lgn_…>, time=<Unix ms>, nonce=<32 hex>, aud=<32 hex>,
//                  sig=<128 hex>                                                  (on one line)
//
// In this order, separated by ", ", hex in lower case: one request has one spelling. The signature
// is ECDSA on P-256 with SHA-256, r || s, over the lines below joined by one line feed each,
// without one at the end (docs/decisions/0014):
//
//   nsl/request/1
//   <network magic, decimal>
//   <method>
//   <path and query, as in the request line>
//   <SHA-256 of the body, 64 hex>
//   <time>
//   <nonce>
//   <aud: boot id of the vault>
//   <key>
//
// Pure. Thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "account/api.h"
#include "base/clock.h"
#include "base/random.h"
#include "crypto/ecdsa.h"
#include "rpc/context.h"

namespace nsl::account {

inline constexpr std::string_view kSignedScheme = "NSL-P256 ";
inline constexpr int64_t kMaxSkewMs = 300'000;

// A session key is named by the login that it belongs to, and ends with it.
std::string SessionKeyId(std::string_view account_id, std::string_view login_id);

struct SignedHeader {
  // The text, and its two ids.
  std::string key_id;
  std::string account_id;
  std::string login_id;
  UnixMillis time_ms = 0;
  ByteArray<16> nonce{};
  ByteArray<16> audience{};
  ByteArray<64> signature{};
};

inline bool LooksSigned(std::string_view credential) {
  return credential.starts_with(kSignedScheme);
}
// Nothing for any other spelling.
std::optional<SignedHeader> ParseSignedHeader(std::string_view credential);
std::string RenderSignedHeader(const SignedHeader& header);
// The lines above; `header.signature` is not part of them.
std::string SigningText(uint32_t magic, std::string_view method, std::string_view target,
                        ByteView body_hash, const SignedHeader& header);
// True for what can stand in a request line: printable ASCII without space, from a slash on.
bool IsSignableTarget(std::string_view target);

// The header of one request; request.invalid for parameters that are none.
Result<std::string> SignRequest(const crypto::P256PrivateKey& key,
                                const SigningParameters& parameters, std::string_view method,
                                std::string_view target, ByteView body, UnixMillis now_ms,
                                Random& random);

// The pointer of the field that names the current audience in the refusal of an older one; its
// detail is the boot id in hex.
inline constexpr std::string_view kAudiencePointer = "/authorization/aud";

}  // namespace nsl::account
