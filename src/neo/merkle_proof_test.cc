// SPDX-License-Identifier: Apache-2.0
#include "neo/merkle_proof.h"

#include <gtest/gtest.h>

#include "crypto/hash.h"
#include "neo/block.h"

namespace nsl::neo {
namespace {

std::vector<Uint256> Leaves(size_t count) {
  std::vector<Uint256> out;
  for (size_t i = 0; i < count; ++i) {
    out.push_back({crypto::Sha256(AsBytes("leaf " + std::to_string(i)))});
  }
  return out;
}

TEST(MerkleProofTest, EveryLeafOfEveryCountIsProven) {
  for (size_t count = 1; count <= 17; ++count) {
    std::vector<Uint256> leaves = Leaves(count);
    Uint256 root = MerkleRoot(leaves);
    for (size_t i = 0; i < count; ++i) {
      auto proof = MakeMerkleProof(leaves, i);
      ASSERT_TRUE(proof) << proof.error().detail;
      EXPECT_TRUE(VerifyMerkleProof(leaves[i], *proof, root)) << i << " of " << count;
      EXPECT_FALSE(VerifyMerkleProof(leaves[(i + 1) % count], *proof, root) && count > 1);
      for (size_t k = 0; k < proof->siblings.size(); ++k) {
        MerkleProof altered = *proof;
        altered.siblings[k].bytes[5] ^= 1;
        EXPECT_FALSE(VerifyMerkleProof(leaves[i], altered, root));
      }
    }
  }
}

TEST(MerkleProofTest, ANodeIsNoLeaf) {
  std::vector<Uint256> leaves = Leaves(4);
  Uint256 root = MerkleRoot(leaves);
  // The node above the first two leaves, with a way of one step.
  Uint256 left = MerkleRoot(std::span(leaves).first(2));
  MerkleProof shorter{0, 4, {MerkleRoot(std::span(leaves).subspan(2))}};
  EXPECT_EQ(VerifyMerkleProof(left, shorter, root).error().detail, "merkle proof: it is too short");
  MerkleProof longer = MakeMerkleProof(leaves, 1).value();
  longer.siblings.push_back(root);
  EXPECT_EQ(VerifyMerkleProof(leaves[1], longer, root).error().detail,
            "merkle proof: it is too long");
}

TEST(MerkleProofTest, ALastOneAloneStandsBesideItself) {
  std::vector<Uint256> leaves = Leaves(3);
  MerkleProof proof = MakeMerkleProof(leaves, 2).value();
  EXPECT_EQ(proof.siblings[0], leaves[2]);
  // A fourth leaf that repeats the third gives the same root, but is none of three.
  MerkleProof fourth = proof;
  fourth.index = 3;
  EXPECT_EQ(VerifyMerkleProof(leaves[2], fourth, MerkleRoot(leaves)).error().detail,
            "merkle proof: position 3 is not among 3");
  proof.siblings[0] = leaves[0];
  EXPECT_EQ(VerifyMerkleProof(leaves[2], proof, MerkleRoot(leaves)).error().detail,
            "merkle proof: hash 0 must repeat the last one of its row");
}

TEST(MerkleProofTest, ThereIsNoProofOfNothing) {
  EXPECT_FALSE(MakeMerkleProof({}, 0));
  EXPECT_FALSE(MakeMerkleProof(Leaves(2), 2));
  EXPECT_FALSE(VerifyMerkleProof({}, {}, {}));
}

}  // namespace
}  // namespace nsl::neo
