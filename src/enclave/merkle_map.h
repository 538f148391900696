// SPDX-License-Identifier: Apache-2.0
//
// A Merkle root over a map from 32-byte keys to 32-byte leaves that changes often.
//
// The first 12 bits of a key choose one of 4,096 buckets; a bucket is hashed as a whole, in the
// order of its keys, and a binary tree stands over the buckets. One change costs one bucket and 12
// nodes. Equal content gives an equal root, whatever the order of the changes. Every hash has a
// prefix of its own (leaf 00, node 01, bucket 02), so that none can stand in for another. One
// thread.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "base/bytes.h"

namespace nsl::enclave {

class MerkleMap {
 public:
  MerkleMap();

  // The leaf before, if there was one.
  std::optional<Hash256> Set(const Hash256& key, const Hash256& leaf);
  std::optional<Hash256> Erase(const Hash256& key);
  const Hash256* Find(const Hash256& key) const;
  const Hash256& Root();
  size_t size() const { return size_; }

 private:
  static constexpr size_t kBuckets = 4096;
  using Bucket = std::vector<std::pair<Hash256, Hash256>>;
  static size_t IndexOf(const Hash256& key) {
    return (static_cast<size_t>(key[0]) << 4) | (key[1] >> 4);
  }
  void Touch(size_t bucket);
  void HashBucket(size_t bucket);

  std::vector<Bucket> buckets_;
  // Heap order: node i has the children 2i and 2i+1; buckets stand at kBuckets..2*kBuckets-1.
  std::vector<Hash256> nodes_;
  std::vector<size_t> dirty_;
  std::vector<bool> is_dirty_;
  size_t size_ = 0;
};

}  // namespace nsl::enclave
