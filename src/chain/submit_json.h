// SPDX-License-Identifier: Apache-2.0
//
// Answers of nodes about scripts and transactions, read strictly. Pure.
#pragma once

#include <boost/json/fwd.hpp>

#include "base/result.h"
#include "chain/submit_api.h"

namespace nsl::chain {

// Of invokescript; the height is left alone.
Result<TestRun> TestRunFromJson(const boost::json::value& json);
// Of getapplicationlog for this transaction (0x…); the block is left alone.
Result<LandedTransaction> LogFromJson(const boost::json::value& json, std::string_view hash);
// Of getblock: chain.unavailable unless it is block `index` and holds the transaction.
Status BlockHolds(const boost::json::value& json, uint32_t index, std::string_view hash);
// The integer that a test invoke left on top, below 2^63.
Result<int64_t> TopInteger(const boost::json::value& json);
// A decimal integer as text or number, not negative, below 2^63.
Result<int64_t> Count(const boost::json::value* json);

}  // namespace nsl::chain
