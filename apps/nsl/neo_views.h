// SPDX-License-Identifier: Apache-2.0
//
// Neo values for people (tables) and for machines (one JSON document).
//
// Texts that others chose (compilers, names) are shown escaped. Amounts of GAS and other 64-bit
// numbers are texts in JSON, because not every reader of JSON keeps them whole.
#pragma once

#include <boost/json/value.hpp>
#include <string>

#include "neo/block.h"
#include "neo/manifest.h"
#include "neo/nef.h"
#include "terminal.h"

namespace nsl::cli {

// "0x… (address)": both forms of an account.
std::string AccountText(const neo::ScriptHash& hash);

// A script that cannot be read shows why, with the byte.
void ShowScript(Terminal& term, ByteView script);
// {"instructions": […]}, else {"fault": …}.
boost::json::object ScriptJson(ByteView script);

// `size` is that of the bytes that were read; no witnesses: not signed.
void ShowTransaction(Terminal& term, const neo::Transaction& tx, size_t size);
boost::json::object TransactionJson(const neo::Transaction& tx, size_t size);

// `alone`: only the header was given, so the merkle root stands unproven.
void ShowBlock(Terminal& term, const neo::Block& block, size_t size, bool alone);
boost::json::object BlockJson(const neo::Block& block, size_t size, bool alone);

void ShowNef(Terminal& term, const neo::Nef& nef, size_t size);
boost::json::object NefJson(const neo::Nef& nef, size_t size);

void ShowManifest(Terminal& term, const neo::Manifest& manifest);

}  // namespace nsl::cli
