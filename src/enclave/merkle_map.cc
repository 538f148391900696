// SPDX-License-Identifier: Apache-2.0
#include "enclave/merkle_map.h"

#include <algorithm>

#include "crypto/hash.h"

namespace nsl::enclave {
namespace {

constexpr uint8_t kNodePrefix = 1;
constexpr uint8_t kBucketPrefix = 2;

Hash256 HashNode(const Hash256& left, const Hash256& right) {
  return crypto::Sha256({ByteView(&kNodePrefix, 1), left, right});
}

auto Position(auto& bucket, const Hash256& key) {
  return std::lower_bound(bucket.begin(), bucket.end(), key,
                          [](const auto& entry, const Hash256& k) { return entry.first < k; });
}

}  // namespace

MerkleMap::MerkleMap() : buckets_(kBuckets), nodes_(2 * kBuckets), is_dirty_(kBuckets) {
  HashBucket(0);
  for (size_t i = 1; i < kBuckets; ++i) nodes_[kBuckets + i] = nodes_[kBuckets];
  // One hash per level: all subtrees of a level are equal while the map is empty.
  for (size_t first = kBuckets / 2; first >= 1; first /= 2) {
    Hash256 node = HashNode(nodes_[2 * first], nodes_[2 * first + 1]);
    for (size_t i = first; i < 2 * first; ++i) nodes_[i] = node;
  }
}

std::optional<Hash256> MerkleMap::Set(const Hash256& key, const Hash256& leaf) {
  size_t index = IndexOf(key);
  Bucket& bucket = buckets_[index];
  Touch(index);
  auto it = Position(bucket, key);
  if (it != bucket.end() && it->first == key) return std::exchange(it->second, leaf);
  bucket.emplace(it, key, leaf);
  ++size_;
  return std::nullopt;
}

std::optional<Hash256> MerkleMap::Erase(const Hash256& key) {
  size_t index = IndexOf(key);
  Bucket& bucket = buckets_[index];
  auto it = Position(bucket, key);
  if (it == bucket.end() || it->first != key) return std::nullopt;
  Touch(index);
  Hash256 before = it->second;
  bucket.erase(it);
  --size_;
  return before;
}

const Hash256* MerkleMap::Find(const Hash256& key) const {
  const Bucket& bucket = buckets_[IndexOf(key)];
  auto it = Position(bucket, key);
  return it != bucket.end() && it->first == key ? &it->second : nullptr;
}

void MerkleMap::Touch(size_t bucket) {
  if (is_dirty_[bucket]) return;
  is_dirty_[bucket] = true;
  dirty_.push_back(bucket);
}

void MerkleMap::HashBucket(size_t bucket) {
  crypto::Sha256Digest digest;
  digest.Update(ByteView(&kBucketPrefix, 1));
  for (const auto& [key, leaf] : buckets_[bucket]) digest.Update(key).Update(leaf);
  nodes_[kBuckets + bucket] = digest.Finish();
}

const Hash256& MerkleMap::Root() {
  std::vector<size_t> level;
  level.reserve(dirty_.size());
  for (size_t bucket : dirty_) {
    HashBucket(bucket);
    is_dirty_[bucket] = false;
    level.push_back((kBuckets + bucket) / 2);
  }
  dirty_.clear();
  // Parents of what changed, level by level, each once.
  while (!level.empty()) {
    std::sort(level.begin(), level.end());
    level.erase(std::unique(level.begin(), level.end()), level.end());
    for (size_t& node : level) {
      nodes_[node] = HashNode(nodes_[2 * node], nodes_[2 * node + 1]);
      node /= 2;
    }
    if (level.front() == 0) break;
  }
  return nodes_[1];
}

}  // namespace nsl::enclave
