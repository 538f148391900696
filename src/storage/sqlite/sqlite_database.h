// SPDX-License-Identifier: Apache-2.0
//
// OpenSqlite: the Database of one host, in one SQLite file.
//
// WAL, synchronous=FULL. One writer thread with one connection gathers waiting transactions into
// one commit and does every checkpoint; readers are read-only connections; no mmap. Only one
// process opens the file: a second one gets platform.config with the pid of the first.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/env.h"
#include "storage/api.h"

namespace nsl::storage {

struct SqliteConfig {
  // The folder exists; beside the file appear -wal, -shm and .lock.
  std::string path = {};
  size_t readers = 2;
  size_t read_queue = 1024;
  size_t write_queue = 4096;
  size_t write_queue_bytes = 256u << 20;
  // Transactions and bytes of one commit at most.
  size_t max_batch = 512;
  size_t max_batch_bytes = 16u << 20;
  // WAL pages (4 KiB) after which the writer checkpoints.
  int checkpoint_pages = 4000;
  // Name of a registered VFS; empty: the system's. For fault injection.
  std::string vfs = {};
  // `synchronous=OFF`: only the crash harness sets it, to prove that it can see a loss.
  bool unsafe_no_sync = false;
};

// `on_fatal` is called once, on the writer's thread, when the storage failed for good; main stops
// the process there. The destructor runs what is queued, then closes.
Result<std::unique_ptr<Database>> OpenSqlite(SqliteConfig config, Env env,
                                             std::function<void(const Error&)> on_fatal);

}  // namespace nsl::storage
