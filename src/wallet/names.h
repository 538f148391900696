// SPDX-License-Identifier: Apache-2.0
//
// Names that people give to wallets and policies. Pure.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "base/result.h"

namespace nsl::wallet {

inline constexpr size_t kMaxName = 64;

// wallet.invalid unless 1 to 64 of a-z 0-9 - _.
inline Status CheckName(std::string_view name, const std::string& what) {
  bool good =
      !name.empty() && name.size() <= kMaxName && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
      });
  if (good) return {};
  return Fail(Error(Reason::kWalletInvalid, "the name of the " + what + " is not valid")
                  .WithField("/name", "1 to 64 characters of a-z 0-9 - _"));
}

}  // namespace nsl::wallet
