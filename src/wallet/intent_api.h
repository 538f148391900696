// SPDX-License-Identifier: Apache-2.0
//
// Intents: what a caller wants done on the chain, before anything is built or signed.
//
// Amounts and fees are whole smallest units in decimal strings (GAS: datoshi). A script hash is
// "0x" and 40 digits; an address is accepted wherever a script hash is.
#pragma once

#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/codec_names.h"

namespace nsl::wallet {

// NEP-17, followed by ASSERT: the transaction faults when the token refuses.
struct TransferIntent {
  // "GAS", "NEO" or the script hash of a NEP-17 token.
  std::string token;
  // Address or script hash.
  std::string to;
  std::string amount;
};
BOOST_DESCRIBE_STRUCT(TransferIntent, (), (token, to, amount))

inline constexpr size_t kMostArguments = 16;

// One method of one contract, called with the wallet as the signer (CalledByEntry).
struct CallIntent {
  // "GAS", "NEO" or a script hash.
  std::string contract;
  std::string method;
  // Plain values or {"type", "value"} (neo/plain_parameter.h); checked against the manifest.
  std::vector<RawJson> args;
  // The transaction faults unless the method gives true. Always so for `transfer` of a token.
  bool assert_true = false;
  static constexpr std::string_view kDefaulted[] = {"args", "assert_true"};
};
BOOST_DESCRIBE_STRUCT(CallIntent, (), (contract, method, args, assert_true))

inline constexpr uint32_t kValidBlocks = 100;
inline constexpr uint32_t kMostValidBlocks = 5760;
// Datoshi: the most that one transaction pays in fees unless it says otherwise, and the most it can
// say.
inline constexpr int64_t kMaxFee = 100'000'000;
inline constexpr int64_t kMostMaxFee = 1'000'000'000;
// Datoshi: the same for all transactions of a wallet within 24 hours.
inline constexpr int64_t kDailyFee = 1'000'000'000;
inline constexpr int64_t kMostDailyFee = 100'000'000'000;

}  // namespace nsl::wallet
