// SPDX-License-Identifier: Apache-2.0
//
// The process that is killed: concurrent writers on the real database.
//
// Each transaction adds one numbered row and moves a total, so that a torn one shows. Only after
// Write said yes is the number sent through the pipe. Some transactions are made to fail after
// their row was inserted; such rows carry a negative number and must never be seen.
#pragma once

#include <cstdint>
#include <string>

#include "storage/sqlite/sqlite_database.h"

namespace nsl::crash {

struct WriterTask {
  storage::SqliteConfig database;
  int64_t first_number = 0;
  int writers = 32;
  uint64_t seed = 0;
  int acknowledge_fd = -1;
};

storage::RoomMigrations CrashTables();

// Never comes back: writes until it is killed, or exits with 3 when the database fails.
[[noreturn]] void RunWriterProcess(WriterTask task);

}  // namespace nsl::crash
