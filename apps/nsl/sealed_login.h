// SPDX-License-Identifier: Apache-2.0
//
// Sealing a password to the vault that proved what it is.
//
// Guarantee: no byte of the password leaves the process unless the vault's attestation document,
// over a nonce drawn here, verifies up to the pinned root. Without a pinned root nothing is sent
// (attest.chain). The box binds method and e-mail, so that the host cannot use it for another call.
// The public key of a new session key travels in the same box; the key itself stays here.
#pragma once

#include <string>

#include "api_client.h"
#include "enclave/api.h"

namespace nsl::cli {

// Fetches the vault's document over a fresh nonce and verifies it.
CliResult<enclave::AttestationView> VerifiedVault(ApiClient& client);

// {"email":…,"sealedPassword":…} with a new session key, and the key, for POST /v1/auth/<method>;
// method: register or login.
struct SealedLogin {
  std::string body;
  // The scalar, for ApiClient::TakeSession.
  Bytes session_key;
};
CliResult<SealedLogin> SealedCredentials(ApiClient& client, const std::string& method,
                                         const std::string& email, std::string_view password);

}  // namespace nsl::cli
