// SPDX-License-Identifier: Apache-2.0
#include "chain/fork_judge.h"

#include <algorithm>

namespace nsl::chain {

const ForkJudge::Mark* ForkJudge::At(size_t node, uint32_t block) const {
  auto found = std::ranges::find(marks_[node], block, &Mark::block);
  return found == marks_[node].end() ? nullptr : &*found;
}

std::optional<uint32_t> ForkJudge::Wanted(size_t node, uint32_t height) const {
  if (marks_.size() < 2 || height < kDepth + kEvery) return std::nullopt;
  uint32_t block = (height - kDepth) / kEvery * kEvery;
  if (At(node, block) != nullptr) return std::nullopt;
  return block;
}

void ForkJudge::Told(size_t node, uint32_t block, std::string hash) {
  std::deque<Mark>& marks = marks_[node];
  // A node that went back tells of blocks anew.
  std::erase_if(marks, [&](const Mark& m) { return m.block >= block; });
  marks.push_back({block, std::move(hash)});
  if (marks.size() > kKept) marks.pop_front();
}

bool ForkJudge::Forked(size_t node) const {
  for (auto mark = marks_[node].rbegin(); mark != marks_[node].rend(); ++mark) {
    size_t told = 0;
    size_t same = 0;
    for (size_t other = 0; other < marks_.size(); ++other) {
      const Mark* theirs = At(other, mark->block);
      if (theirs == nullptr) continue;
      ++told;
      same += theirs->hash == mark->hash ? 1 : 0;
    }
    if (told >= 2) return same * 2 <= told;
  }
  return false;
}

}  // namespace nsl::chain
