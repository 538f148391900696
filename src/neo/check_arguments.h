// SPDX-License-Identifier: Apache-2.0
//
// Whether arguments fit a method as its manifest declares it, before anything is sent.
//
// The machine knows fewer types than a manifest: keys, hashes, signatures and texts are all bytes.
// So bytes of the right length pass for a hash or a key, and UTF-8 for a text. Null passes for
// everything but numbers and booleans: contracts take it for "none". Pure; thread-safe.
#pragma once

#include <span>

#include "neo/contract_parameter.h"
#include "neo/manifest.h"

namespace nsl::neo {

// chain.invalid naming method, position and parameter: "transfer: argument 2 'amount' is String,
// the method takes Integer".
Status CheckArguments(const MethodDefinition& method, std::span<const ContractParameter> arguments);
// The same for the method of that name and number of parameters; says which numbers there are.
Status CheckArguments(const Manifest& manifest, std::string_view method,
                      std::span<const ContractParameter> arguments);

}  // namespace nsl::neo
