// SPDX-License-Identifier: Apache-2.0
//
// Words of rules. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace nsl::wallet {

inline constexpr std::string_view kAnyone = "*";
inline constexpr std::string_view kMembers = "members";

// Unix milliseconds of "2027-01-31T00:00:00Z"; nothing for any other form.
std::optional<int64_t> TimeFromText(std::string_view text);

}  // namespace nsl::wallet
