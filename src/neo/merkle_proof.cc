// SPDX-License-Identifier: Apache-2.0
#include "neo/merkle_proof.h"

#include <algorithm>
#include <string>

#include "crypto/hash.h"
#include "neo/block.h"

namespace nsl::neo {
namespace {

Uint256 Parent(const Uint256& left, const Uint256& right) {
  ByteArray<64> pair;
  std::ranges::copy(left.bytes, pair.begin());
  std::ranges::copy(right.bytes, pair.begin() + 32);
  return {crypto::Hash256(pair)};
}

std::unexpected<Error> Wrong(const std::string& what) {
  return Fail(Reason::kChainInvalid, "merkle proof: " + what);
}

}  // namespace

Result<MerkleProof> MakeMerkleProof(std::span<const Uint256> leaves, size_t index) {
  if (index >= leaves.size() || leaves.size() > kMaxBlockTransactions) {
    return Wrong("there is no transaction " + std::to_string(index) + " among " +
                 std::to_string(leaves.size()));
  }
  MerkleProof out{static_cast<uint32_t>(index), static_cast<uint32_t>(leaves.size()), {}};
  std::vector<Uint256> level(leaves.begin(), leaves.end());
  for (; level.size() > 1; index /= 2) {
    if (level.size() % 2 == 1) level.push_back(level.back());
    out.siblings.push_back(level[index ^ 1]);
    for (size_t i = 0; i < level.size(); i += 2) level[i / 2] = Parent(level[i], level[i + 1]);
    level.resize(level.size() / 2);
  }
  return out;
}

Status VerifyMerkleProof(const Uint256& leaf, const MerkleProof& proof, const Uint256& root) {
  if (proof.index >= proof.count || proof.count > kMaxBlockTransactions) {
    return Wrong("position " + std::to_string(proof.index) + " is not among " +
                 std::to_string(proof.count));
  }
  Uint256 at = leaf;
  size_t index = proof.index;
  size_t count = proof.count;
  size_t step = 0;
  for (; count > 1; index /= 2, count = (count + 1) / 2, ++step) {
    if (step == proof.siblings.size()) return Wrong("it is too short");
    const Uint256& sibling = proof.siblings[step];
    bool alone = index == count - 1 && count % 2 == 1;
    if (alone && sibling != at) {
      return Wrong("hash " + std::to_string(step) + " must repeat the last one of its row");
    }
    at = index % 2 == 0 ? Parent(at, sibling) : Parent(sibling, at);
  }
  if (step != proof.siblings.size()) return Wrong("it is too long");
  if (at != root) return Wrong("it does not lead to the root");
  return {};
}

}  // namespace nsl::neo
