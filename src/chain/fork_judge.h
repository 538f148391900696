// SPDX-License-Identifier: Apache-2.0
//
// ForkJudge: which nodes tell of another chain than the rest.
//
// Every kEvery blocks, kDepth below the newest, each node is asked for the hash of that block; Neo
// has no forks, so two hashes mean that somebody lies or runs on damaged data. Judged by the newest
// block of which a node and at least one other have told a hash: a node whose hash has no strict
// majority is forked. Of two that disagree, neither has one. Pure.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace nsl::chain {

class ForkJudge {
 public:
  static constexpr uint32_t kEvery = 8;
  static constexpr uint32_t kDepth = 3;
  // Marks that are kept of each node.
  static constexpr size_t kKept = 8;

  explicit ForkJudge(size_t nodes) : marks_(nodes) {}

  // The block to ask the node for, when it has not told that one: the newest one may be at
  // `height`.
  std::optional<uint32_t> Wanted(size_t node, uint32_t height) const;
  void Told(size_t node, uint32_t block, std::string hash);
  // It starts anew: what it told before is of another life.
  void Forget(size_t node) { marks_[node].clear(); }
  bool Forked(size_t node) const;

 private:
  struct Mark {
    uint32_t block = 0;
    std::string hash;
  };
  const Mark* At(size_t node, uint32_t block) const;

  // Newest last.
  std::vector<std::deque<Mark>> marks_;
};

}  // namespace nsl::chain
