// SPDX-License-Identifier: Apache-2.0
//
// What the vault knows about each of its records: version, leaf of the Merkle map, and the value as
// long as there is room. The host's records are judged by it. One thread.
#pragma once

#include <list>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "enclave/api.h"
#include "enclave/merkle_map.h"
#include "enclave/sealing.h"

namespace nsl::enclave {

// Position of a record in its namespace; byte order, as the host's pages.
struct RecordKey {
  std::string table;
  std::string key;
  auto operator<=>(const RecordKey&) const = default;
};

class RecordIndex {
 public:
  explicit RecordIndex(size_t cache_bytes = 0) : cache_limit_(cache_bytes) {}

  struct Entry {
    uint64_t version = 0;
    // Empty when it was evicted.
    std::optional<Bytes> value;
    std::list<const RecordKey*>::iterator recent;
  };
  using Map = std::map<RecordKey, Entry, std::less<>>;

  // The leaf binds place, version and sealed bytes.
  static Hash256 MapKey(std::string_view table, std::string_view key);
  static Hash256 Leaf(const Hash256& map_key, uint64_t version, ByteView sealed);

  void Put(const RecordKey& key, uint64_t version, const Hash256& leaf, Bytes value);
  void Remove(const RecordKey& key);
  const Entry* Find(std::string_view table, std::string_view key) const;
  // The cached value, marked as used; null when the record or its value is not here.
  const Bytes* Value(const RecordKey& key);
  // Keeps a value that was read and checked again.
  void Remember(const RecordKey& key, Bytes value);
  // True when the record that the host gave is the one this index knows.
  bool Matches(const SealedRecord& record) const;

  // The root after these changes, which are taken back: a leaf, or nothing for a removal.
  using LeafChange = std::pair<Hash256, std::optional<Hash256>>;
  Hash256 RootAfter(const std::vector<LeafChange>& changes);
  const Hash256& Root() { return tree_.Root(); }

  const Map& records() const { return records_; }
  size_t size() const { return records_.size(); }

 private:
  void Evict();
  void Forget(Entry& entry);

  Map records_;
  MerkleMap tree_;
  // Most recently used first.
  std::list<const RecordKey*> recent_;
  size_t cached_ = 0;
  size_t cache_limit_;
};

}  // namespace nsl::enclave
