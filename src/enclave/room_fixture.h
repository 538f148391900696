// SPDX-License-Identifier: Apache-2.0
//
// For tests of the vault's rooms: a world on virtual time and a sealed store over records in
// memory. One thread.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "base/ids.h"
#include "base/plain_metrics.h"
#include "enclave/memory_records.h"
#include "enclave/run_task.h"
#include "enclave/sealed_store.h"

namespace nsl::enclave {

class RoomFixture : public testing::Test {
 protected:
  explicit RoomFixture(uint64_t seed) : random_(seed) {}

  // Not loaded yet: the rooms that use it are made first.
  void OpenStore() {
    StoreOptions options;
    options.environment = "test";
    store_ = std::make_unique<SealedStore>(env_, io_.get_executor(), records_, root_, options);
  }
  void LoadStore() {
    Status loaded = Run(store_->Load());
    EXPECT_TRUE(loaded) << loaded.error().ToString();
  }

  template <class T>
  T Run(Task<T> task) {
    return RunTask(io_, std::move(task));
  }
  void Run(Task<void> task) { RunTask(io_, std::move(task)); }
  std::string Make(std::string_view prefix) { return ids_.Make(prefix); }
  // The reason of a failure, "ok" for a success.
  template <class T>
  static std::string Why(const Result<T>& result) {
    return result ? "ok" : std::string(TextOf(result.error().reason));
  }

  asio::io_context io_;
  FakeClock clock_;
  SeededRandom random_;
  MemoryLog log_;
  PlainMetrics metrics_;
  Env env_{clock_, random_, log_, metrics_};
  IdMaker ids_{clock_, random_};
  MemoryRecords records_;
  Bytes root_ = Bytes(32, 7);
  std::unique_ptr<SealedStore> store_;
};

}  // namespace nsl::enclave
