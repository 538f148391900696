// SPDX-License-Identifier: Apache-2.0
#include "crypto/merkle.h"

#include <gtest/gtest.h>

#include "crypto/hash.h"
#include "crypto/test_util.h"

namespace nsl::crypto {
namespace {

using nsl::Hash256;

// The leaves and roots that implementations of RFC 6962 use as their common test vector.
const std::vector<std::string_view> kData = {"",
                                             "00",
                                             "10",
                                             "2021",
                                             "3031",
                                             "40414243",
                                             "5051525354555657",
                                             "606162636465666768696a6b6c6d6e6f"};
const std::vector<std::string_view> kRoots = {
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

std::vector<Hash256> Leaves(size_t n) {
  std::vector<Hash256> out;
  for (size_t i = 0; i < n; ++i) {
    out.push_back(i < kData.size() ? MerkleLeaf(Hex(kData[i]))
                                   : MerkleLeaf(AsBytes(std::to_string(i))));
  }
  return out;
}

TEST(MerkleTest, RootsOfRfc6962) {
  for (size_t n = 1; n <= kRoots.size(); ++n) {
    EXPECT_EQ(ToHex(MerkleTree(Leaves(n)).Root()), kRoots[n - 1]) << n;
  }
}

TEST(MerkleTest, EveryPathOfEverySizeVerifiesAtItsPlaceOnly) {
  for (size_t n = 1; n <= 40; ++n) {
    std::vector<Hash256> leaves = Leaves(n);
    MerkleTree tree(leaves);
    for (size_t i = 0; i < n; ++i) {
      std::vector<Hash256> path = tree.Path(i);
      for (size_t at = 0; at < n + 2; ++at) {
        EXPECT_EQ(VerifyMerklePath(leaves[i], at, n, path, tree.Root()), at == i) << n << " " << i;
      }
    }
  }
}

TEST(MerkleTest, RefusesAnotherLeafRootOrPath) {
  std::vector<Hash256> leaves = Leaves(11);
  MerkleTree tree(leaves);
  std::vector<Hash256> path = tree.Path(6);
  EXPECT_FALSE(VerifyMerklePath(leaves[5], 6, 11, path, tree.Root()));
  Hash256 root = tree.Root();
  root[31] ^= 1;
  EXPECT_FALSE(VerifyMerklePath(leaves[6], 6, 11, path, root));
  for (size_t k = 0; k < path.size(); ++k) {
    std::vector<Hash256> bad = path;
    bad[k][0] ^= 1;
    EXPECT_FALSE(VerifyMerklePath(leaves[6], 6, 11, bad, tree.Root())) << k;
  }
  std::vector<Hash256> longer = path;
  longer.push_back(Hash256{});
  EXPECT_FALSE(VerifyMerklePath(leaves[6], 6, 11, longer, tree.Root()));
  path.pop_back();
  EXPECT_FALSE(VerifyMerklePath(leaves[6], 6, 11, path, tree.Root()));
  EXPECT_FALSE(VerifyMerklePath(leaves[0], 0, 0, {}, leaves[0]));
  EXPECT_FALSE(VerifyMerklePath(leaves[0], UINT64_MAX, UINT64_MAX, {}, leaves[0]));
}

TEST(MerkleTest, ANodeIsNoLeaf) {
  std::vector<Hash256> leaves = Leaves(2);
  Bytes joined = ToBytes(leaves[0]);
  joined.insert(joined.end(), leaves[1].begin(), leaves[1].end());
  EXPECT_NE(MerkleLeaf(joined), MerkleTree(leaves).Root());
}

}  // namespace
}  // namespace nsl::crypto
