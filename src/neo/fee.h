// SPDX-License-Identifier: Apache-2.0
//
// Network fee of a transaction whose witnesses are plain signatures: what its size and the check of
// each signature cost.
//
// Guarantee: exact for one-key and m-of-n accounts; an account of another kind has no shape and
// must be asked of a node. The rates are policy of the network: the defaults are those of a new
// chain. Pure.
#pragma once

#include <optional>
#include <span>

#include "base/bytes.h"
#include "base/result.h"
#include "neo/transaction.h"

namespace nsl::neo {

struct FeeRates {
  // Datoshi.
  int64_t per_byte = 1000;
  // In 1/10000 datoshi, as networks since the Faun hard fork have it; before: the factor * 10000.
  int64_t exec_factor = 30 * 10000;
};

// How an account is signed for.
struct WitnessShape {
  // m and n of an m-of-n account; no keys: one key alone, without a list.
  size_t needed = 1;
  size_t keys = 0;

  bool operator==(const WitnessShape&) const = default;
};

// Nothing unless the script is the check of one signature or of m of n.
std::optional<WitnessShape> ShapeOfScript(ByteView verification);
// In units of the exec factor.
int64_t WitnessCost(const WitnessShape& shape);
// Bytes the signed witness takes.
size_t WitnessBytes(const WitnessShape& shape);

// From the size of the signed transaction and the cost of its witnesses. chain.invalid for a rate
// no network can have (negative, or so high that the fee would not fit).
Result<int64_t> NetworkFee(size_t size, int64_t cost, const FeeRates& rates);
// The same for a transaction that is not signed yet: one shape per signer, in order. What the
// attributes cost is for the caller to know.
Result<int64_t> NetworkFee(const Transaction& tx, std::span<const WitnessShape> shapes,
                           const FeeRates& rates, int64_t attribute_fees = 0);

}  // namespace nsl::neo
