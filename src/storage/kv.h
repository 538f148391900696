// SPDX-License-Identifier: Apache-2.0
//
// KvStore: the key-value store of functions, over the SQL database.
//
// Values are opaque sealed bytes. Per key and project the version rises strictly and is never used
// again, also after a delete: a project keeps the highest version it ever deleted (its floor), and
// a new key starts above it. Guarantee: linearizable per key; a batch is all or nothing; a write
// over the project's byte quota answers quota.storage and changes nothing, reads go on.
// Thread rule: that of Database. The caller has checked that the project is the caller's own.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "storage/api.h"

namespace nsl::storage {

struct KvLimits {
  size_t max_key_bytes = 1024;
  // 1 MiB of the user and the overhead of sealing.
  size_t max_value_bytes = (1u << 20) + 64;
  size_t max_batch = 100;
  size_t max_list = 500;
  int64_t default_quota_bytes = int64_t{1} << 30;
};

// The namespace is a function's or a service's name; keys of two namespaces never meet.
struct KvScope {
  std::string project;
  std::string ns;
};

// `expected`: kAnyVersion, 0 (the key must not exist) or the version that must be current.
inline constexpr int64_t kAnyVersion = -1;

struct KvOperation {
  enum class Kind : uint8_t { kPut, kDelete };
  Kind kind = Kind::kPut;
  Bytes key;
  Bytes value;
  int64_t expected = kAnyVersion;
  // A caller that seals the version into the value names it here: above the current version, or
  // above the floor for a new key, else kv.conflict. 0: the store takes the next one.
  int64_t new_version = 0;
};

struct KvEntry {
  Bytes key;
  Bytes value;
  int64_t version = 0;
  int64_t updated_ms = 0;
};

// Without an entry, `floor` tells which version the next one must exceed.
struct KvLookup {
  bool found = false;
  KvEntry entry;
  int64_t floor = 0;
};

struct KvPage {
  std::vector<KvEntry> entries;
  // Pass it as `cursor` to go on; empty at the end.
  std::string next_cursor;
};

struct KvUsage {
  int64_t bytes = 0;
  int64_t quota_bytes = 0;
};

class KvStore {
 public:
  KvStore(Database& database, const Clock& clock, KvLimits limits = {})
      : database_(database), clock_(clock), limits_(limits) {}

  static RoomMigrations Migrations();

  Task<Result<KvLookup>> Get(KvScope scope, Bytes key);
  // The new version.
  Task<Result<int64_t>> Put(KvScope scope, Bytes key, Bytes value, int64_t new_version = 0);
  // kv.conflict carries the current version in its field "/currentVersion" (0: no such key).
  Task<Result<int64_t>> PutIf(KvScope scope, Bytes key, Bytes value, int64_t expected,
                              int64_t new_version = 0);
  // True when there was something to delete.
  Task<Result<bool>> Delete(KvScope scope, Bytes key, int64_t expected = kAnyVersion);
  // Keys with the prefix in byte order. Ends a page early at 4 MiB of values.
  Task<Result<KvPage>> List(KvScope scope, Bytes prefix, std::string cursor, size_t limit,
                            bool with_values);
  // New versions in order; 0 for a delete. No key twice.
  Task<Result<std::vector<int64_t>>> Batch(KvScope scope, std::vector<KvOperation> operations);

  Task<Result<KvUsage>> Usage(std::string project);
  Task<Status> SetQuota(std::string project, int64_t quota_bytes);

 private:
  Status CheckScope(const KvScope& scope) const;
  Status CheckOperations(const std::vector<KvOperation>& operations) const;
  Task<Result<int64_t>> One(KvScope scope, KvOperation operation);

  Database& database_;
  const Clock& clock_;
  KvLimits limits_;
};

}  // namespace nsl::storage
