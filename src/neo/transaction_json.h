// SPDX-License-Identifier: Apache-2.0
//
// Transactions and attributes as the nodes' JSON-RPC shows them.
//
// Guarantee: reading applies every rule of decoding, and what the text says of the transaction
// besides (hash, size, sender) must be true of it. Fields that a node adds about the block it
// stands in are read over; any other is refused. What was read is written to the same fields. Pure.
#pragma once

#include <boost/json/value.hpp>

#include "neo/transaction.h"

namespace nsl::neo {

Result<Attribute> AttributeFromJson(const boost::json::value& json,
                                    const std::string& pointer = "");
boost::json::value ToJson(const Attribute& attribute);

// {"invocation": base64, "verification": base64}
Result<Witness> WitnessFromJson(const boost::json::value& json, const std::string& pointer = "");
boost::json::value ToJson(const Witness& witness);

// With hash and size; no witnesses mean an unsigned transaction, whose size no node shows.
Result<Transaction> TransactionFromJson(const boost::json::value& json,
                                        const std::string& pointer = "");
boost::json::value ToJson(const Transaction& tx);

}  // namespace nsl::neo
