// SPDX-License-Identifier: Apache-2.0
//
// For tests: a folder of its own that goes away with the object, an open database in it, and a way
// to run one coroutine to its end. One thread.
#pragma once

#include <stdlib.h>

#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <filesystem>
#include <optional>
#include <string>

#include "base/env.h"
#include "base/plain_metrics.h"
#include "base/task.h"
#include "storage/sqlite/sqlite_database.h"

namespace nsl::storage {

class TempFolder {
 public:
  TempFolder() {
    std::string pattern = std::filesystem::temp_directory_path() / "nsl-storage-XXXXXX";
    NSL_CHECK(::mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  const std::string& path() const { return path_; }
  std::string File(std::string_view name) const { return path_ + "/" + std::string(name); }

 private:
  std::string path_;
};

// Runs the task and everything it awaits on an io_context of its own.
template <class T>
T RunTask(Task<T> task) {
  asio::io_context io(1);
  std::optional<T> result;
  asio::co_spawn(io.get_executor(), std::move(task), [&](std::exception_ptr failure, T value) {
    if (failure) std::rethrow_exception(failure);
    result.emplace(std::move(value));
  });
  io.run();
  NSL_CHECK(result.has_value());
  return std::move(*result);
}

// What most tests need: Env of fakes, a folder and an open database.
struct TempDatabase {
  TempFolder folder;
  FakeClock clock;
  SeededRandom random{1};
  MemoryLog log;
  PlainMetrics metrics;
  Env env{clock, random, log, metrics};
  std::unique_ptr<Database> database;

  explicit TempDatabase(std::vector<RoomMigrations> rooms = {}) {
    auto opened = OpenSqlite({.path = folder.File("nsl.db")}, env, {});
    NSL_CHECK(opened.has_value());
    database = std::move(*opened);
    NSL_CHECK(rooms.empty() || database->Migrate(std::move(rooms)).has_value());
  }
};

}  // namespace nsl::storage
