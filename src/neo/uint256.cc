// SPDX-License-Identifier: Apache-2.0
#include "neo/uint256.h"

#include <algorithm>

namespace nsl::neo {

std::string ToText(const Uint256& hash) {
  ByteArray<32> reversed = hash.bytes;
  std::reverse(reversed.begin(), reversed.end());
  return "0x" + ToHex(reversed);
}

Result<Uint256> Uint256FromText(std::string_view text) {
  std::string_view digits = text.starts_with("0x") ? text.substr(2) : text;
  std::optional<Bytes> raw;
  if (digits.size() == 64) raw = FromHex(digits);
  if (!raw) {
    return Fail(Reason::kChainInvalid, "a hash is 0x and 64 hexadecimal digits, not '" +
                                           std::string(text.substr(0, 80)) + "'");
  }
  Uint256 out;
  std::copy(raw->rbegin(), raw->rend(), out.bytes.begin());
  return out;
}

}  // namespace nsl::neo
