// SPDX-License-Identifier: Apache-2.0
//
// WIF: a private key as text that is not encrypted; base58check of 80, the key and 01.
//
// Guarantee: key and text lie in SecretBytes alone, and no part of either enters an error. A key
// has exactly one accepted text: the form without 01, which no Neo wallet writes, is refused. The
// text that a caller passes in is the caller's to wipe. Thread-safe. Pure.
#pragma once

#include <string_view>

#include "base/result.h"
#include "crypto/ecdsa.h"

namespace nsl::neo {

// 52 characters, which are the bytes of the secret.
crypto::SecretBytes ToWif(const crypto::P256PrivateKey& key);

// chain.invalid with what is wrong.
Result<crypto::P256PrivateKey> PrivateKeyFromWif(std::string_view text);

}  // namespace nsl::neo
