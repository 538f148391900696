// SPDX-License-Identifier: Apache-2.0
//
// Amounts of GAS and other tokens as people write them: decimal text and whole smallest units.
//
// Guarantee: no floating point and no rounding; a text that is no exact amount is refused with
// chain.invalid and the reason. Formatting what was parsed gives the shortest text of it. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace nsl::neo {

inline constexpr unsigned kGasDecimals = 8;
// 1 GAS in datoshi.
inline constexpr int64_t kOneGas = 100'000'000;

// "12", "0.5", "1.00000001"; at most `decimals` (0 to 18) digits after the point, no sign.
Result<int64_t> AmountFromText(std::string_view text, unsigned decimals);
// A negative amount has a '-'.
std::string AmountToText(int64_t amount, unsigned decimals);

inline Result<int64_t> GasFromText(std::string_view text) {
  return AmountFromText(text, kGasDecimals);
}
inline std::string GasToText(int64_t datoshi) { return AmountToText(datoshi, kGasDecimals); }

}  // namespace nsl::neo
