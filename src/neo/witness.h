// SPDX-License-Identifier: Apache-2.0
//
// The witness of a signer or of a block: the script that the account is the hash of, and the script
// that answers it. A value. Pure.
#pragma once

#include "base/bytes.h"

namespace nsl::neo {

// Of an invocation or a verification script in a witness.
inline constexpr size_t kMaxWitnessScriptBytes = 1'024;

struct Witness {
  Bytes invocation;
  Bytes verification;
  bool operator==(const Witness&) const = default;
};

}  // namespace nsl::neo
