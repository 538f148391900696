// SPDX-License-Identifier: Apache-2.0
//
// Kills a writer process again and again and compares the database with what was acknowledged.
//
// Call it from a process with one thread: it forks.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace nsl::crash {

struct CrashOptions {
  // Empty: a temporary folder that is removed afterwards.
  std::string folder = {};
  int kills = 100;
  uint64_t seed = 1;
  int writers = 32;
  // A kill comes 0 to this many milliseconds after the start of the process.
  int max_life_ms = 60;
  // Forget at a kill what was not synced.
  bool lossy = false;
  bool synchronous_off = false;
};

struct CrashReport {
  int kills = 0;
  int64_t acknowledged = 0;
  // Acknowledged and not there.
  int64_t lost = 0;
  // There more than once.
  int64_t doubled = 0;
  // Half a transaction, or a refused one, was seen.
  int64_t torn = 0;
  // Written but killed before the answer; allowed.
  int64_t unanswered = 0;
  // Kills that came before the first acknowledgement.
  int idle_kills = 0;

  bool clean() const { return lost == 0 && doubled == 0 && torn == 0; }
  std::string ToJson() const;
};

// An error means that the harness itself could not work, for example a writer that ended by itself.
Result<CrashReport> RunCrash(CrashOptions options);

}  // namespace nsl::crash
