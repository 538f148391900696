// SPDX-License-Identifier: Apache-2.0
#include "crypto/merkle.h"

#include "base/result.h"
#include "crypto/hash.h"

namespace nsl::crypto {
namespace {

constexpr uint8_t kLeafTag = 0x00;
constexpr uint8_t kNodeTag = 0x01;

nsl::Hash256 Node(const nsl::Hash256& left, const nsl::Hash256& right) {
  ByteArray<65> joined;
  joined[0] = kNodeTag;
  std::copy(left.begin(), left.end(), joined.begin() + 1);
  std::copy(right.begin(), right.end(), joined.begin() + 33);
  return Sha256Fast(joined);
}

}  // namespace

nsl::Hash256 MerkleLeaf(ByteView data) { return Sha256({ByteView(&kLeafTag, 1), data}); }

// Pairing neighbours level by level and carrying an odd last one up unchanged gives the tree of
// RFC 6962: the left subtree of every node is a full power of two.
MerkleTree::MerkleTree(std::span<const nsl::Hash256> leaves) {
  NSL_CHECK(!leaves.empty());
  levels_.emplace_back(leaves.begin(), leaves.end());
  while (levels_.back().size() > 1) {
    const auto& below = levels_.back();
    std::vector<nsl::Hash256> level;
    level.reserve((below.size() + 1) / 2);
    for (size_t i = 0; i + 1 < below.size(); i += 2) level.push_back(Node(below[i], below[i + 1]));
    if (below.size() % 2 == 1) level.push_back(below.back());
    levels_.push_back(std::move(level));
  }
}

std::vector<nsl::Hash256> MerkleTree::Path(size_t index) const {
  NSL_CHECK(index < size());
  std::vector<nsl::Hash256> path;
  for (const auto& level : levels_) {
    size_t sibling = index ^ 1;
    if (sibling < level.size()) path.push_back(level[sibling]);
    index /= 2;
  }
  return path;
}

bool VerifyMerklePath(const nsl::Hash256& leaf, uint64_t index, uint64_t count,
                      std::span<const nsl::Hash256> path, const nsl::Hash256& root) {
  if (index >= count) return false;
  nsl::Hash256 hash = leaf;
  size_t used = 0;
  for (uint64_t width = count; width > 1; width = (width + 1) / 2, index /= 2) {
    // The odd last one of a level has no sibling.
    if ((index ^ 1) >= width) continue;
    if (used == path.size()) return false;
    const nsl::Hash256& sibling = path[used++];
    hash = index % 2 == 0 ? Node(hash, sibling) : Node(sibling, hash);
  }
  return used == path.size() && hash == root;
}

}  // namespace nsl::crypto
