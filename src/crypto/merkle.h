// SPDX-License-Identifier: Apache-2.0
//
// Binary Merkle tree over SHA-256, in the shape and with the domain separation of RFC 6962 §2.1:
// leaf = H(00 || data), node = H(01 || left || right), the left subtree is the largest power of two
// below the count. A path proves leaf, position and count together. One thread.
#pragma once

#include <span>
#include <vector>

#include "base/bytes.h"

namespace nsl::crypto {

// Of the data of a leaf.
nsl::Hash256 MerkleLeaf(ByteView data);

class MerkleTree {
 public:
  // Takes leaf hashes, at least one.
  explicit MerkleTree(std::span<const nsl::Hash256> leaves);

  const nsl::Hash256& Root() const { return levels_.back().front(); }
  size_t size() const { return levels_.front().size(); }
  // Siblings from the leaf up; index < size().
  std::vector<nsl::Hash256> Path(size_t index) const;

 private:
  std::vector<std::vector<nsl::Hash256>> levels_;
};

// True when `leaf` stands at `index` of `count` leaves under `root`.
bool VerifyMerklePath(const nsl::Hash256& leaf, uint64_t index, uint64_t count,
                      std::span<const nsl::Hash256> path, const nsl::Hash256& root);

}  // namespace nsl::crypto
