// SPDX-License-Identifier: Apache-2.0
#include "account/lockout.h"

namespace nsl::account {

Status Lockout::Check(const std::string& address) {
  auto it = watched_.find(address);
  if (it == watched_.end()) return {};
  MonoTime now = clock_.Mono();
  if (it->second.locked_until > now) {
    Error error(Reason::kAuthLocked,
                "too many wrong passwords; this address is locked for some minutes");
    error.retry_after_ms = static_cast<uint32_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(it->second.locked_until - now)
            .count());
    return Fail(std::move(error));
  }
  if (now - it->second.first >= kWindow) Forget(address);
  return {};
}

void Lockout::Failed(const std::string& address) {
  MonoTime now = clock_.Mono();
  auto [it, fresh] = watched_.try_emplace(address);
  Watch& watch = it->second;
  if (!fresh) order_.erase(watch.order);
  order_.push_back(address);
  watch.order = std::prev(order_.end());
  if (fresh || now - watch.first >= kWindow) {
    watch.failures = 0;
    watch.first = now;
  }
  if (++watch.failures >= kFailures) {
    watch.locked_until = now + kLock;
    watch.failures = 0;
    watch.first = now;
  }
  if (watched_.size() > max_watched_) Forget(std::string(order_.front()));
}

void Lockout::NotJudged(const std::string& address) {
  auto it = watched_.find(address);
  if (it == watched_.end()) return;
  if (it->second.failures > 0) --it->second.failures;
  if (it->second.failures == 0 && it->second.locked_until <= clock_.Mono()) Forget(address);
}

void Lockout::Forget(const std::string& address) {
  auto it = watched_.find(address);
  if (it == watched_.end()) return;
  order_.erase(it->second.order);
  watched_.erase(it);
}

}  // namespace nsl::account
