// SPDX-License-Identifier: Apache-2.0
//
// Public identifiers: a prefix and 26 characters of Crockford base32 in lower case, 48 bits of
// milliseconds and 80 random bits, so ids sort by the time they were made.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/random.h"

namespace nsl {

inline constexpr std::string_view kAccountId = "acc_";
inline constexpr std::string_view kProjectId = "prj_";
inline constexpr std::string_view kKeyId = "key_";
inline constexpr std::string_view kFunctionId = "fn_";
inline constexpr std::string_view kVersionId = "ver_";
inline constexpr std::string_view kRunId = "run_";
inline constexpr std::string_view kWalletId = "wal_";
inline constexpr std::string_view kTransactionId = "tx_";
inline constexpr std::string_view kRequestId = "req_";
inline constexpr std::string_view kLoginId = "lgn_";

inline constexpr size_t kIdBodyLength = 26;

// One thread. Draws randomness 4 KiB at a time, so that an id costs no system call.
class IdMaker {
 public:
  IdMaker(const Clock& clock, Random& random) : clock_(clock), random_(random) {}
  std::string Make(std::string_view prefix);

 private:
  const Clock& clock_;
  Random& random_;
  ByteArray<4090> pool_{};
  size_t used_ = sizeof(pool_);
};

// The 26 characters of 48 bits of time and 80 random bits.
std::string IdBody(UnixMillis ms, const ByteArray<10>& random);
// True for prefix + 26 characters of the alphabet.
bool IsId(std::string_view prefix, std::string_view text);

}  // namespace nsl
