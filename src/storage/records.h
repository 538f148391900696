// SPDX-License-Identifier: Apache-2.0
//
// RecordStore: keeps the sealed records of the vault, opaque to the host.
//
// Guarantee: a batch and its new head record are one transaction; the head's sequence rises by one
// per batch, and a batch that expects another sequence is refused with request.version_conflict, so
// two vaults on one namespace cannot interleave. What is stored is checked by the vault alone.
// Thread rule: that of Database.
#pragma once

#include <string>
#include <vector>

#include "storage/api.h"

namespace nsl::storage {

struct RecordChange {
  std::string table;
  Bytes key;
  // Ignored when `remove` is set.
  Bytes sealed;
  bool remove = false;
};

// The vault's own sealed statement about all its records (root, counters).
struct RecordHead {
  int64_t sequence = 0;
  Bytes sealed;
};

struct Record {
  std::string table;
  Bytes key;
  Bytes sealed;
};

struct RecordPage {
  std::vector<Record> records;
  // Pass it as `cursor` to go on; empty at the end.
  std::string next_cursor;
};

struct RecordLimits {
  size_t max_name_bytes = 128;
  size_t max_key_bytes = 1024;
  size_t max_sealed_bytes = 4u << 20;
  size_t max_changes = 1000;
  size_t max_scan = 5000;
  size_t scan_bytes = 8u << 20;
};

class RecordStore {
 public:
  explicit RecordStore(Database& database, RecordLimits limits = {})
      : database_(database), limits_(limits) {}

  static RoomMigrations Migrations();

  // `head.sequence` is the new one; the stored one must be head.sequence - 1 (0: none yet).
  Task<Status> ApplyBatch(std::string ns, std::vector<RecordChange> changes, RecordHead head);
  // Sequence 0 and no bytes before the first batch.
  Task<Result<RecordHead>> Head(std::string ns);
  // All records of the namespace by table and key; a page ends early at scan_bytes. Pages are not
  // one snapshot: a reader that needs one compares the head before and after.
  Task<Result<RecordPage>> Scan(std::string ns, std::string cursor, size_t limit);

 private:
  Status Check(const std::string& ns, const std::vector<RecordChange>& changes,
               const RecordHead& head) const;

  Database& database_;
  RecordLimits limits_;
};

}  // namespace nsl::storage
