// SPDX-License-Identifier: Apache-2.0
#include "account/client/nonce_window.h"

#include <algorithm>

#include "rpc/refusal.h"

namespace nsl::account {
namespace {

constexpr int64_t kSweepEveryMs = 10'000;

}  // namespace

void NonceWindow::DropOldest(Used& used) {
  auto oldest = used.taken.begin();
  used.floor = std::max(used.floor, oldest->first + 1);
  used.taken.erase(oldest);
  --total_;
}

void NonceWindow::Forget(Used& used, UnixMillis before) {
  while (!used.taken.empty() && used.taken.begin()->first < before) DropOldest(used);
}

// Keys whose nonces are all old; the common floor stands in for theirs.
void NonceWindow::Sweep() {
  swept_ = latest_;
  UnixMillis before = latest_ - kKeptMs;
  for (auto it = keys_.begin(); it != keys_.end();) {
    Forget(it->second, before);
    bool idle = it->second.taken.empty() && it->second.floor <= before;
    it = idle ? keys_.erase(it) : std::next(it);
  }
}

Status NonceWindow::Take(const std::string& key, UnixMillis time_ms, const Nonce& nonce,
                         UnixMillis now_ms) {
  latest_ = std::max(latest_, now_ms);
  if (latest_ - swept_ >= kSweepEveryMs) Sweep();
  auto refused = rpc::InvalidCredential();
  if (time_ms < latest_ - kKeptMs) return refused;
  auto it = keys_.find(key);
  if (it == keys_.end()) {
    if (keys_.size() >= limits_.keys) {
      return Fail(Reason::kQuotaBusy,
                  "too many session keys sign at the same time; try again in some minutes");
    }
    it = keys_.try_emplace(key).first;
  }
  Used& used = it->second;
  Forget(used, latest_ - kKeptMs);
  if (time_ms < used.floor || used.taken.contains({time_ms, nonce})) return refused;
  size_t most = total_ < limits_.total ? limits_.per_key : limits_.per_key_when_full;
  while (used.taken.size() >= most) DropOldest(used);
  // What was dropped may be newer than this one.
  if (time_ms < used.floor) return refused;
  used.taken.emplace(time_ms, nonce);
  ++total_;
  return {};
}

}  // namespace nsl::account
