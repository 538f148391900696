// SPDX-License-Identifier: Apache-2.0
//
// Writer: the one thread that changes the database.
//
// It takes what waits in its queue, runs each transaction in a savepoint so that a failing one
// leaves the others alone, commits them together and only then answers each: the cost of one fsync
// is shared by all that came while the last one ran. It also does every checkpoint, so that no
// other connection ever touches the write-ahead log. After a storage failure it answers
// platform.storage for good. Submit is thread-safe; `done` runs on the writer's thread or, for a
// refusal, on the caller's.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "base/env.h"
#include "storage/sqlite/connection.h"
#include "storage/sqlite/sqlite_database.h"

namespace nsl::storage {

class Writer {
 public:
  using Done = std::move_only_function<void(Result<WriteResult>)>;
  // Work that needs the connection alone, outside of any transaction.
  using Job = std::move_only_function<Status(Connection&)>;

  Writer(std::unique_ptr<Connection> connection, const SqliteConfig& config, Env env,
         std::function<void(const Error&)> on_fatal);
  ~Writer();

  void Submit(std::vector<Statement> statements, Done done);
  void SubmitJob(Job job, Done done);

 private:
  struct Item {
    std::vector<Statement> statements;
    Job job;
    Done done;
    size_t bytes = 0;
  };
  using Outcome = Result<WriteResult>;

  void Enqueue(Item item);
  void Loop();
  std::deque<Item> NextBatch();
  void RunBatch(std::deque<Item> batch);
  Result<std::vector<Outcome>> RunTransactions(std::deque<Item>& batch);
  Outcome RunOne(const std::vector<Statement>& statements);
  void RunJob(Item item);
  void CheckpointIfDue();
  // Stops for good: answers what waits and tells main.
  void Break(const Error& error);

  SqliteConfig config_;
  Env env_;
  std::function<void(const Error&)> on_fatal_;
  std::unique_ptr<Connection> connection_;

  Gauge& depth_;
  Gauge& broken_gauge_;
  Gauge& wal_pages_;
  Counter& commits_;
  Counter& refused_;
  Histogram& batch_size_;
  Histogram& commit_micros_;
  Histogram& checkpoint_micros_;

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Item> queue_;
  size_t queued_bytes_ = 0;
  bool stopping_ = false;
  std::optional<Error> broken_;
  std::thread thread_;
};

}  // namespace nsl::storage
