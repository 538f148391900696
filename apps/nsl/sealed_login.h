// SPDX-License-Identifier: Apache-2.0
//
// Sealing a password to the vault that proved what it is.
//
// Guarantee: no byte of the password leaves the process unless the vault's attestation document,
// over a nonce drawn here, verifies up to the pinned root. Without a pinned root nothing is sent
// (attest.chain). The box binds method and e-mail, so that the host cannot use it for another call.
#pragma once

#include <string>

#include "api_client.h"
#include "enclave/api.h"

namespace nsl::cli {

// Fetches the vault's document over a fresh nonce and verifies it.
CliResult<enclave::AttestationView> VerifiedVault(ApiClient& client);

// {"email":…,"sealedPassword":…} for POST /v1/auth/<method>; method: register or login.
CliResult<std::string> SealedCredentials(ApiClient& client, const std::string& method,
                                         const std::string& email, std::string_view password);

}  // namespace nsl::cli
