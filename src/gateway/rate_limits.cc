// SPDX-License-Identifier: Apache-2.0
#include "gateway/rate_limits.h"

#include <arpa/inet.h>

#include <algorithm>

#include "base/bytes.h"

namespace nsl::gateway {
namespace {

constexpr int64_t kSecond = 1'000'000'000;
// At most one sweep per second, however many keys come.
constexpr int64_t kSweepEvery = kSecond;

}  // namespace

RateLimiter::RateLimiter(const Clock& clock, const GatewayLimits& limits) : clock_(clock) {
  Configure(RateClass::kRead, limits.read_rate, limits.read_burst, kSecond);
  Configure(RateClass::kWrite, limits.write_rate, limits.write_burst, kSecond);
  Configure(RateClass::kInvoke, limits.invoke_rate, limits.invoke_burst, kSecond);
  Configure(RateClass::kAnonymous, limits.anonymous_rate, limits.anonymous_burst, kSecond);
  Configure(RateClass::kUnverified, limits.unverified_rate, limits.unverified_burst, kSecond);
  Configure(RateClass::kLogin, limits.login_per_minute, limits.login_per_minute, 60 * kSecond);
}

void RateLimiter::Configure(RateClass rate_class, uint64_t rate, uint64_t burst, int64_t per_ns) {
  Table& table = tables_[Index(rate_class)];
  table.cost_ns = std::max<int64_t>(per_ns / static_cast<int64_t>(rate), 1);
  table.burst_ns = table.cost_ns * static_cast<int64_t>(burst);
  table.burst = static_cast<uint32_t>(burst);
}

int64_t& RateLimiter::Bucket(Table& table, std::string_view key, int64_t now) {
  auto it = table.buckets.find(key);
  if (it != table.buckets.end()) return it->second;
  if (table.buckets.size() >= kMaxKeys && now >= table.next_sweep_ns) {
    // A full bucket and no bucket are the same.
    std::erase_if(table.buckets, [now](const auto& entry) { return entry.second <= now; });
    table.next_sweep_ns = now + kSweepEvery;
  }
  if (table.buckets.size() >= kMaxKeys) return table.shared;
  return table.buckets.emplace(std::string(key), now).first->second;
}

RateVerdict RateLimiter::Take(RateClass rate_class, std::string_view key) {
  Table& table = tables_[Index(rate_class)];
  int64_t now =
      std::chrono::duration_cast<std::chrono::nanoseconds>(clock_.Mono().time_since_epoch())
          .count();
  int64_t& arrival = Bucket(table, key, now);
  int64_t next = std::max(arrival, now) + table.cost_ns;
  RateVerdict out;
  out.limit = table.burst;
  out.allowed = next - now <= table.burst_ns;
  if (out.allowed) {
    arrival = next;
  } else {
    int64_t wait = next - now - table.burst_ns;
    out.retry_after_ms = static_cast<uint32_t>((wait + 999'999) / 1'000'000);
  }
  int64_t used = std::max<int64_t>(arrival - now, 0);
  out.remaining = static_cast<uint32_t>((table.burst_ns - used) / table.cost_ns);
  out.reset_s = static_cast<uint32_t>((used + kSecond - 1) / kSecond);
  return out;
}

std::string AddressKey(std::string_view address) {
  std::string text(address);
  in6_addr v6{};
  if (text.find(':') == std::string::npos || ::inet_pton(AF_INET6, text.c_str(), &v6) != 1) {
    return text;
  }
  if (IN6_IS_ADDR_V4MAPPED(&v6)) {
    return "v4:" + ToHex(ByteView(v6.s6_addr + 12, 4));
  }
  return "v6:" + ToHex(ByteView(v6.s6_addr, 8));
}

}  // namespace nsl::gateway
