// SPDX-License-Identifier: Apache-2.0
//
// HeightGuard: keeps a chain height that nobody vouches for within bounds.
//
// A height that is far too high would make the vault sign a transaction that no node takes now and
// everybody can send later. Guarantee: within the life of this object heights do not fall by more
// than kMostFall and do not rise faster than a block per kLeastBlock. The first height of a life
// has nothing to be compared with. One thread.
#pragma once

#include <chrono>
#include <optional>

#include "base/clock.h"
#include "base/result.h"

namespace nsl::wallet {

class HeightGuard {
 public:
  static constexpr uint32_t kMostFall = 20;
  static constexpr uint32_t kSlack = 50;
  static constexpr std::chrono::milliseconds kLeastBlock{50};
  // Of any network: 2^31 blocks.
  static constexpr uint32_t kMostHeight = 1u << 31;

  explicit HeightGuard(const Clock& clock) : clock_(clock) {}
  // chain.unavailable for a height that cannot be; the height is remembered otherwise.
  Status Check(uint32_t height);

 private:
  const Clock& clock_;
  std::optional<uint32_t> highest_;
  MonoTime seen_{};
};

}  // namespace nsl::wallet
