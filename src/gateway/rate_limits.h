// SPDX-License-Identifier: Apache-2.0
//
// RateLimiter: token buckets per class of request and key (a project, an account, an address).
//
// Guarantee: over any time t a key passes at most burst + rate * t requests. A bucket that is full
// again is forgotten, so memory is bounded by keys that were active within burst / rate; beyond
// kMaxKeys new keys share one bucket. One thread; a look-up allocates nothing.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.h"
#include "gateway/limits.h"

namespace nsl::gateway {

// Unverified: a credential that the cache does not know, so that the vault must be asked.
enum class RateClass : uint8_t { kRead, kWrite, kInvoke, kAnonymous, kUnverified, kLogin };
inline constexpr size_t kRateClasses = 6;

struct RateVerdict {
  bool allowed = true;
  uint32_t limit = 0;
  uint32_t remaining = 0;
  // Seconds until the bucket is full; rounded up.
  uint32_t reset_s = 0;
  // When refused: until the next request would pass.
  uint32_t retry_after_ms = 0;
};

class RateLimiter {
 public:
  static constexpr size_t kMaxKeys = 100'000;

  RateLimiter(const Clock& clock, const GatewayLimits& limits);
  RateVerdict Take(RateClass rate_class, std::string_view key);
  size_t keys(RateClass rate_class) const { return tables_[Index(rate_class)].buckets.size(); }

 private:
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  struct Table {
    // Nanoseconds that one request costs, and that a full bucket holds.
    int64_t cost_ns = 0;
    int64_t burst_ns = 0;
    uint32_t burst = 0;
    // Theoretical arrival time of the next request (the generic cell rate algorithm).
    std::unordered_map<std::string, int64_t, Hash, std::equal_to<>> buckets;
    int64_t shared = 0;
    int64_t next_sweep_ns = 0;
  };

  static size_t Index(RateClass rate_class) { return static_cast<size_t>(rate_class); }
  void Configure(RateClass rate_class, uint64_t rate, uint64_t burst, int64_t per_ns);
  int64_t& Bucket(Table& table, std::string_view key, int64_t now);

  const Clock& clock_;
  std::array<Table, kRateClasses> tables_;
};

// The part of an address that one client cannot choose freely: an IPv6 client has a /64.
std::string AddressKey(std::string_view address);

}  // namespace nsl::gateway
