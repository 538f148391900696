// SPDX-License-Identifier: Apache-2.0
#include "enclave/record_index.h"

#include "crypto/hash.h"

namespace nsl::enclave {
namespace {

constexpr uint8_t kLeafPrefix = 0;

ByteArray<8> BigEndian(uint64_t v) {
  ByteArray<8> out;
  for (size_t i = 0; i < 8; ++i) out[i] = static_cast<uint8_t>(v >> (56 - 8 * i));
  return out;
}

}  // namespace

Hash256 RecordIndex::MapKey(std::string_view table, std::string_view key) {
  return crypto::Sha256({BigEndian(table.size()), AsBytes(table), AsBytes(key)});
}

Hash256 RecordIndex::Leaf(const Hash256& map_key, uint64_t version, ByteView sealed) {
  return crypto::Sha256({ByteView(&kLeafPrefix, 1), map_key, BigEndian(version), sealed});
}

void RecordIndex::Put(const RecordKey& key, uint64_t version, const Hash256& leaf, Bytes value) {
  auto [it, fresh] = records_.try_emplace(key);
  if (!fresh) Forget(it->second);
  it->second.version = version;
  tree_.Set(MapKey(key.table, key.key), leaf);
  Remember(key, std::move(value));
}

void RecordIndex::Remove(const RecordKey& key) {
  auto it = records_.find(key);
  if (it == records_.end()) return;
  Forget(it->second);
  records_.erase(it);
  tree_.Erase(MapKey(key.table, key.key));
}

const RecordIndex::Entry* RecordIndex::Find(std::string_view table, std::string_view key) const {
  auto it = records_.find(RecordKey{std::string(table), std::string(key)});
  return it == records_.end() ? nullptr : &it->second;
}

const Bytes* RecordIndex::Value(const RecordKey& key) {
  auto it = records_.find(key);
  if (it == records_.end() || !it->second.value) return nullptr;
  recent_.splice(recent_.begin(), recent_, it->second.recent);
  return &*it->second.value;
}

void RecordIndex::Remember(const RecordKey& key, Bytes value) {
  auto it = records_.find(key);
  if (it == records_.end() || value.size() > cache_limit_) return;
  Forget(it->second);
  cached_ += value.size();
  it->second.value = std::move(value);
  recent_.push_front(&it->first);
  it->second.recent = recent_.begin();
  Evict();
}

bool RecordIndex::Matches(const SealedRecord& record) const {
  const Entry* entry = Find(record.table, record.key);
  if (entry == nullptr || entry->version != record.version) return false;
  Hash256 map_key = MapKey(record.table, record.key);
  const Hash256* leaf = tree_.Find(map_key);
  return leaf != nullptr && *leaf == Leaf(map_key, record.version, record.sealed);
}

Hash256 RecordIndex::RootAfter(const std::vector<LeafChange>& changes) {
  std::vector<LeafChange> undo;
  undo.reserve(changes.size());
  for (const auto& [key, leaf] : changes) {
    undo.emplace_back(key, leaf ? tree_.Set(key, *leaf) : tree_.Erase(key));
  }
  Hash256 root = tree_.Root();
  for (auto it = undo.rbegin(); it != undo.rend(); ++it) {
    if (it->second) {
      tree_.Set(it->first, *it->second);
    } else {
      tree_.Erase(it->first);
    }
  }
  return root;
}

void RecordIndex::Forget(Entry& entry) {
  if (!entry.value) return;
  cached_ -= entry.value->size();
  recent_.erase(entry.recent);
  crypto::WipeMemory(*entry.value);
  entry.value.reset();
}

void RecordIndex::Evict() {
  while (cached_ > cache_limit_ && !recent_.empty()) {
    Forget(records_.find(*recent_.back())->second);
  }
}

}  // namespace nsl::enclave
