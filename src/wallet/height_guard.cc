// SPDX-License-Identifier: Apache-2.0
#include "wallet/height_guard.h"

#include <string>

namespace nsl::wallet {

Status HeightGuard::Check(uint32_t height) {
  auto refuse = [&](const std::string& why) {
    return Fail(Reason::kChainUnavailable, "the chain is said to be at block " +
                                               std::to_string(height) + ", but " + why +
                                               "; nothing was signed");
  };
  if (height > kMostHeight) return refuse("no network has so many");
  if (!highest_) {
    highest_ = height;
    seen_ = clock_.Mono();
    return {};
  }
  if (height + kMostFall < *highest_) {
    return refuse("block " + std::to_string(*highest_) + " was seen before");
  }
  auto passed = std::chrono::duration_cast<std::chrono::milliseconds>(clock_.Mono() - seen_);
  int64_t most = int64_t{*highest_} + kSlack + passed.count() / kLeastBlock.count();
  if (height > most) {
    return refuse("it was at block " + std::to_string(*highest_) + " " +
                  std::to_string(passed.count()) + " ms ago");
  }
  if (height > *highest_) {
    highest_ = height;
    seen_ = clock_.Mono();
  }
  return {};
}

}  // namespace nsl::wallet
