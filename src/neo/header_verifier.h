// SPDX-License-Identifier: Apache-2.0
//
// Follows the chain by its headers alone, without trust in the node that serves them: each header
// names the account of the validators that sign the next one.
//
// Guarantee: a header that passes was signed by the validators its predecessor names, for this
// network. The first header must come from elsewhere: a known hash, or GenesisHeader. Pure.
#pragma once

#include "neo/block.h"

namespace nsl::neo {

// chain.invalid unless `header` follows `previous`: its hash and index, a later timestamp, a
// primary that is one of the validators, and the witness of previous.next_consensus with the
// signatures of n - (n - 1) / 3 of its n keys.
Status VerifyHeader(const BlockHeader& previous, const BlockHeader& header, uint32_t magic);

}  // namespace nsl::neo
