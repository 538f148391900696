// SPDX-License-Identifier: Apache-2.0
//
// NonceWindow: each signed request counts once.
//
// Guarantee: a (key, time, nonce) that was taken is never taken again, whatever the clock does
// afterwards: what is forgotten raises a floor, and a time below the floor is refused. Nonces are
// kept for 600 s, twice the allowed skew. Memory is bounded: at most 1,024 nonces per key (16 while
// 262,144 are kept in all) and 65,536 keys. Beyond its share a key loses its oldest nonces, so that
// only its own requests that arrive much out of order are refused. One thread.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/result.h"

namespace nsl::account {

struct NonceLimits {
  size_t per_key = 1'024;
  size_t per_key_when_full = 16;
  size_t total = 262'144;
  size_t keys = 65'536;
};

class NonceWindow {
 public:
  static constexpr int64_t kKeptMs = 600'000;
  using Nonce = ByteArray<16>;

  explicit NonceWindow(NonceLimits limits = {}) : limits_(limits) {}

  // `time_ms` is the request's own time, which was found to be near `now_ms`. auth.invalid for what
  // was taken before or lies below the floor, quota.busy when there are too many keys.
  Status Take(const std::string& key, UnixMillis time_ms, const Nonce& nonce, UnixMillis now_ms);
  size_t size() const { return total_; }
  size_t keys() const { return keys_.size(); }

 private:
  struct Used {
    // Times below it are refused.
    UnixMillis floor = 0;
    std::set<std::pair<UnixMillis, Nonce>> taken;
  };
  void DropOldest(Used& used);
  void Forget(Used& used, UnixMillis before);
  void Sweep();

  NonceLimits limits_;
  std::unordered_map<std::string, Used> keys_;
  size_t total_ = 0;
  // The latest time that was seen: a clock that goes back does not bring back what was forgotten.
  UnixMillis latest_ = 0;
  UnixMillis swept_ = 0;
};

}  // namespace nsl::account
