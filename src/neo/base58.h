// SPDX-License-Identifier: Apache-2.0
//
// Base58Check as Neo uses it: the payload, then the first four bytes of SHA256(SHA256(payload)), in
// the Bitcoin alphabet. The forms for secrets leave nothing of payload and text outside of
// SecretBytes. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "crypto/secret.h"

namespace nsl::neo {

inline constexpr size_t kMaxBase58Text = 128;

// At most 80 bytes.
std::string ToBase58Check(ByteView payload);
// Nothing for a character outside the alphabet, a text that is too long or a wrong checksum.
std::optional<Bytes> FromBase58Check(std::string_view text);

// The same; the characters of the text are the bytes of the secret.
crypto::SecretBytes ToSecretBase58Check(const crypto::SecretBytes& payload);
std::optional<crypto::SecretBytes> FromSecretBase58Check(std::string_view text);

}  // namespace nsl::neo
