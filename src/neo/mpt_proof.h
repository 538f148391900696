// SPDX-License-Identifier: Apache-2.0
//
// Proofs that a state root holds a storage item (the getproof and verifyproof calls of nodes with
// the state service). A proof is the nodes of the Merkle Patricia trie from the root to the leaf.
//
//   node   00 and 17 children | 01 varbytes(half bytes) child | 02 varbytes(value)
//   child  03 and the hash of a node | 04 for none
//
// Guarantee: a value that comes out is the one under the root, if SHA-256 holds. Strict: nodes come
// in the order of the path, each is used, lengths have their shortest form, and no byte is left.
// The walk takes no more steps than a key has half bytes, whatever the proof. That the root is the
// chain's is the caller's to know. Thread-safe. Pure.
#pragma once

#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace nsl::neo {

// Contract id 4, key of the item 64.
inline constexpr size_t kMaxMptKeyBytes = 68;
inline constexpr size_t kMaxMptValueBytes = 65'535;
// One for each half byte of the longest key, and the leaf.
inline constexpr size_t kMaxMptProofNodes = 2 * kMaxMptKeyBytes + 1;

// The key in the trie of an item in a contract's storage.
Bytes MptKey(int32_t contract_id, ByteView key);

struct MptProof {
  Bytes key;
  std::vector<Bytes> nodes;
};

// What getproof returns, out of its base64: varbytes(key), count, varbytes(node)...; chain.invalid.
Result<MptProof> ParseMptProof(ByteView bytes);
Bytes WriteMptProof(const MptProof& proof);

// The value under `key`, or chain.invalid with the first node that does not fit. `root` is in the
// order of the hash (people see it reversed).
Result<Bytes> VerifyMptProof(const Hash256& root, ByteView key, const std::vector<Bytes>& nodes);

}  // namespace nsl::neo
