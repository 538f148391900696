// SPDX-License-Identifier: Apache-2.0
//
// Lock of an address after too many wrong passwords: 10 failures in 10 minutes lock it for 15
// minutes (423 auth.locked), also when no such account exists, so that the lock tells nothing.
//
// Bounded: when 100,000 addresses are watched, the one that failed longest ago is forgotten. Kept
// in memory: a host that restarts the vault ends a lock, and nothing else. One thread.
#pragma once

#include <list>
#include <string>
#include <unordered_map>

#include "base/clock.h"
#include "base/result.h"

namespace nsl::account {

class Lockout {
 public:
  explicit Lockout(const Clock& clock, size_t max_watched = 100'000)
      : clock_(clock), max_watched_(max_watched) {}

  Status Check(const std::string& address);
  // Counted before the slow hash, so that many tries at once do not slip through together.
  void Failed(const std::string& address);
  // The try was not judged (no room for the hash): it does not count.
  void NotJudged(const std::string& address);
  void Succeeded(const std::string& address) { Forget(address); }
  size_t size() const { return watched_.size(); }

  static constexpr int kFailures = 10;
  static constexpr std::chrono::minutes kWindow{10};
  static constexpr std::chrono::minutes kLock{15};

 private:
  struct Watch {
    int failures = 0;
    MonoTime first;
    MonoTime locked_until;
    std::list<std::string>::iterator order;
  };
  void Forget(const std::string& address);

  const Clock& clock_;
  size_t max_watched_;
  std::unordered_map<std::string, Watch> watched_;
  // Failed longest ago first.
  std::list<std::string> order_;
};

}  // namespace nsl::account
