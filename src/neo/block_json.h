// SPDX-License-Identifier: Apache-2.0
//
// Blocks and headers from the verbose form of getblock and getblockheader.
//
// Guarantee: the hash the node names is the hash of what it sent, and of a block the merkle root is
// that of its transactions, so a reply that was altered or belongs to another block is refused.
// Whether the witness is good is the business of header_verifier.h. Pure.
#pragma once

#include <boost/json/value.hpp>

#include "neo/block.h"

namespace nsl::neo {

Result<BlockHeader> HeaderFromJson(const boost::json::value& json);
Result<Block> BlockFromJson(const boost::json::value& json);

}  // namespace nsl::neo
