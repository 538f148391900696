// SPDX-License-Identifier: Apache-2.0
//
// BlobStore: bytes by their SHA-256.
//
// Small blobs live in the database, larger ones in files of one folder; a row is written only after
// file and folder are on the disk. Guarantee: Get gives bytes of exactly that hash or
// platform.integrity. A blob lives while somebody holds a reference; without one it is kept for
// the grace time, so that a caller may store first and commit its reference later, together with
// its own rows (AddRef). Thread rule: that of Database; hashing and files run in the pool.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/blocking_pool.h"
#include "base/env.h"
#include "storage/api.h"

namespace nsl::storage {

using Hasher = std::function<Hash256(ByteView)>;

struct BlobConfig {
  // Exists, is owned by the process, mode 0700.
  std::string folder = {};
  size_t max_blob_bytes = 100u << 20;
  // Up to this size a blob is a row.
  size_t max_inline_bytes = 1u << 20;
  int64_t grace_ms = 60 * 60 * 1000;
};

struct BlobInfo {
  int64_t size = 0;
  int64_t references = 0;
};

struct BlobCollected {
  size_t blobs = 0;
  size_t files = 0;
};

class BlobStore {
 public:
  BlobStore(Database& database, BlockingPool& pool, Env env, Hasher hasher, BlobConfig config);

  static RoomMigrations Migrations();

  // Idempotent: an existing blob costs one row update. request.invalid when the bytes do not have
  // that hash, request.too_large past the limit.
  Task<Status> Put(Hash256 hash, Bytes data);
  // not_found, or platform.integrity when disk or row was altered.
  Task<Result<Bytes>> Get(Hash256 hash);
  Task<Result<BlobInfo>> Stat(Hash256 hash);

  // Statements for the caller's own transaction. AddRef rolls it back with not_found when the blob
  // is not stored; adding twice or dropping what is absent changes nothing.
  static Statement AddRef(std::string owner, Hash256 hash);
  static Statement DropRef(std::string owner, Hash256 hash);

  // Removes blobs without a reference that are older than the grace time, and files that no row
  // names. Call it now and then, never twice at once.
  Task<Result<BlobCollected>> Collect();

 private:
  Task<Status> PutFile(Hash256 hash, std::shared_ptr<const Bytes> data);
  Task<Result<size_t>> RemoveStrayFiles();

  Database& database_;
  BlockingPool& pool_;
  Env env_;
  Hasher hasher_;
  BlobConfig config_;
};

}  // namespace nsl::storage
