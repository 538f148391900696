// SPDX-License-Identifier: Apache-2.0
#include "wallet/spend.h"

#include <algorithm>

#include "wallet/intent.h"

namespace nsl::wallet {
namespace {

constexpr int64_t kSlices = 60;

int64_t LengthMs(const SpendWindow& window) { return int64_t{window.seconds} * 1'000; }
int64_t SliceMs(const SpendWindow& window) {
  return std::max<int64_t>(LengthMs(window) / kSlices, 1);
}

bool Counts(const SpendWindow& window, const SpendSlice& slice, int64_t now_ms) {
  return slice.start_ms + SliceMs(window) + LengthMs(window) > now_ms;
}

}  // namespace

void Forget(SpendWindow& window, int64_t now_ms) {
  std::erase_if(window.slices,
                [&](const SpendSlice& slice) { return !Counts(window, slice, now_ms); });
}

Spent SumOf(const SpendWindow& window, int64_t now_ms) {
  Spent out;
  for (const SpendSlice& slice : window.slices) {
    if (!Counts(window, slice, now_ms)) continue;
    out.amount = AddAmounts(out.amount, slice.amount);
    out.fee += slice.fee;
    out.count += slice.count;
  }
  return out;
}

int64_t Count(SpendWindow& window, int64_t now_ms, const Spend& spend) {
  Forget(window, now_ms);
  int64_t start = now_ms - now_ms % SliceMs(window);
  auto slice = std::find_if(window.slices.begin(), window.slices.end(),
                            [start](const SpendSlice& s) { return s.start_ms == start; });
  if (slice == window.slices.end()) {
    slice = window.slices.insert(slice, SpendSlice{start, "0", 0, 0});
  }
  slice->amount = AddAmounts(slice->amount, spend.amount);
  slice->fee += spend.fee;
  ++slice->count;
  return start;
}

void TakeBack(SpendWindow& window, int64_t slice_start, const Spend& spend) {
  for (SpendSlice& slice : window.slices) {
    if (slice.start_ms != slice_start || slice.count == 0) continue;
    slice.amount = SubtractAmounts(slice.amount, spend.amount);
    slice.fee -= spend.fee;
    --slice.count;
  }
}

}  // namespace nsl::wallet
