// SPDX-License-Identifier: Apache-2.0
//
// Proof that a transaction stands in a block: the hashes beside the way from its leaf up to the
// merkle root of the header.
//
// Guarantee: the tree of the chain marks neither leaves nor nodes and counts an odd last one twice,
// so a proof alone could pass a node off as a leaf. Verification therefore takes the number of
// transactions, which fixes the length of the way and where a hash must stand beside itself. Pure.
#pragma once

#include <span>
#include <vector>

#include "base/result.h"
#include "neo/uint256.h"

namespace nsl::neo {

struct MerkleProof {
  // Position among `count` leaves.
  uint32_t index = 0;
  uint32_t count = 0;
  // From the leaf up.
  std::vector<Uint256> siblings;
  bool operator==(const MerkleProof&) const = default;
};

// chain.invalid when there is no such leaf.
Result<MerkleProof> MakeMerkleProof(std::span<const Uint256> leaves, size_t index);
// chain.invalid unless `leaf` stands there under `root`. The count must come from a source that is
// trusted as much as the root.
Status VerifyMerkleProof(const Uint256& leaf, const MerkleProof& proof, const Uint256& root);

}  // namespace nsl::neo
