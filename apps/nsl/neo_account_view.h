// SPDX-License-Identifier: Apache-2.0
//
// Accounts for people and for machines: of one key, of m of n keys.
#pragma once

#include <boost/json/object.hpp>

#include "cli.h"
#include "neo/verification_script.h"

namespace nsl::cli {

// address, scriptHash, script (base64 as in wallet files) and its digits.
boost::json::object AccountJson(ByteView verification);
// The same as rows of a table.
std::vector<std::vector<std::string>> AccountRows(ByteView verification);

boost::json::object KeyJson(const neo::PublicKey& key);
void ShowKey(Terminal& term, const neo::PublicKey& key);

}  // namespace nsl::cli
