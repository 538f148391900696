// SPDX-License-Identifier: Apache-2.0
//
// Rolling sums of what was spent. Pure.
//
// Guarantee: a sum is never less than what was spent within the last `seconds`; a slice (a sixtieth
// of the window) counts until its end has left the window.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "wallet/rows.h"

namespace nsl::wallet {

struct Spend {
  std::string amount = "0";
  int64_t fee = 0;
};

struct Spent {
  std::string amount = "0";
  int64_t fee = 0;
  uint32_t count = 0;
};

// Drops what has left the window. A clock that went back drops nothing.
void Forget(SpendWindow& window, int64_t now_ms);
Spent SumOf(const SpendWindow& window, int64_t now_ms);
// The start of the slice that was counted into, for TakeBack.
int64_t Count(SpendWindow& window, int64_t now_ms, const Spend& spend);
void TakeBack(SpendWindow& window, int64_t slice, const Spend& spend);

}  // namespace nsl::wallet
