// SPDX-License-Identifier: Apache-2.0
#include "storage/sqlite/sqlite_database.h"

#include <fcntl.h>
#include <unistd.h>

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <future>

#include "base/blocking_pool.h"
#include "storage/sqlite/migrate.h"
#include "storage/sqlite/process_lock.h"
#include "storage/sqlite/writer.h"

namespace nsl::storage {
namespace {

// RETURNING came with 3.35.
constexpr int kOldestSqlite = 3'035'000;
// "NSL1" in the file header: another program's database is never opened by mistake.
constexpr int kApplicationId = 0x4E534C31;

class SqliteDatabase final : public Database {
 public:
  SqliteDatabase(ProcessLock lock, std::unique_ptr<Connection> writer,
                 std::vector<std::unique_ptr<Connection>> readers, const SqliteConfig& config,
                 Env env, std::function<void(const Error&)> on_fatal)
      : env_(env),
        read_failures_(env.metrics.GetCounter("nsl_storage_read_failures_total",
                                              "Reads that failed in the storage")),
        lock_(std::move(lock)),
        writer_(std::move(writer), config, env, std::move(on_fatal)),
        connections_(std::move(readers)),
        readers_("nsl-db-reader", connections_.size(), config.read_queue) {}

  // Readers close first: the writer's connection does the last checkpoint.
  ~SqliteDatabase() override {
    readers_.Stop();
    connections_.clear();
  }

  Task<Result<Rows>> Read(Statement statement) override {
    Result<Rows> rows = co_await readers_.Run(
        [this, statement = std::move(statement)] { return ReadNow(statement); });
    co_return rows;
  }

  Task<Result<WriteResult>> Write(std::vector<Statement> statements) override {
    Executor executor = co_await asio::this_coro::executor;
    auto start = [this, executor, statements = std::move(statements)](auto handler) mutable {
      writer_.Submit(std::move(statements), [executor, work = asio::make_work_guard(executor),
                                             handler = std::move(handler)](
                                                Result<WriteResult> result) mutable {
        asio::post(executor, [handler = std::move(handler), result = std::move(result)]() mutable {
          handler(std::move(result));
        });
      });
    };
    Result<WriteResult> result =
        co_await asio::async_initiate<const asio::use_awaitable_t<Executor>&,
                                      void(Result<WriteResult>)>(std::move(start), kUseTask);
    co_return result;
  }

  Result<Rows> ReadBlocking(Statement statement) override {
    auto promise = std::make_shared<std::promise<Result<Rows>>>();
    auto future = promise->get_future();
    bool accepted = readers_.TryPost([this, promise, statement = std::move(statement)] {
      promise->set_value(ReadNow(statement));
    });
    if (!accepted) return Fail(Reason::kQuotaBusy, "the read queue is full; try again");
    return future.get();
  }

  Result<WriteResult> WriteBlocking(std::vector<Statement> statements) override {
    auto promise = std::make_shared<std::promise<Result<WriteResult>>>();
    auto future = promise->get_future();
    writer_.Submit(std::move(statements), [promise](Result<WriteResult> result) {
      promise->set_value(std::move(result));
    });
    return future.get();
  }

  Status Migrate(std::vector<RoomMigrations> rooms) override {
    auto promise = std::make_shared<std::promise<Result<WriteResult>>>();
    auto future = promise->get_future();
    writer_.SubmitJob(
        [rooms = std::move(rooms), now = env_.clock.NowMs()](Connection& connection) {
          return ApplyMigrations(connection, rooms, now);
        },
        [promise](Result<WriteResult> result) { promise->set_value(std::move(result)); });
    Result<WriteResult> result = future.get();
    if (!result) return Fail(result.error());
    return {};
  }

 private:
  // On a reader thread; there are as many connections as threads, so one is always free.
  Result<Rows> ReadNow(const Statement& statement) {
    std::unique_ptr<Connection> connection;
    {
      std::lock_guard lock(mutex_);
      NSL_CHECK(!connections_.empty());
      connection = std::move(connections_.back());
      connections_.pop_back();
    }
    Result<Rows> rows = connection->Select(statement);
    if (!rows && rows.error().reason == Reason::kPlatformStorage) {
      read_failures_.Add();
      env_.log.Error("storage_read_failed", {{"detail", rows.error().detail}});
    }
    std::lock_guard lock(mutex_);
    connections_.push_back(std::move(connection));
    return rows;
  }

  Env env_;
  Counter& read_failures_;
  ProcessLock lock_;
  Writer writer_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Connection>> connections_;
  BlockingPool readers_;
};

// A new file is only durable with its entry in the folder.
Status SyncFolderOf(const std::string& path) {
  std::string folder = std::filesystem::absolute(path).parent_path();
  int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) {
    return Fail(Reason::kPlatformStorage, "cannot open '" + folder + "': " + std::strerror(errno));
  }
  int code = ::fsync(fd);
  ::close(fd);
  if (code != 0) return Fail(Reason::kPlatformStorage, "cannot sync the folder '" + folder + "'");
  return {};
}

Status ClaimFile(Connection& connection, const std::string& path) {
  NSL_TRY(std::string id, connection.Query("PRAGMA application_id"));
  if (id == std::to_string(kApplicationId)) return {};
  NSL_TRY(std::string tables, connection.Query("SELECT count(*) FROM sqlite_schema"));
  if (id != "0" || tables != "0") {
    return Fail(Reason::kPlatformConfig, "'" + path + "' is the database of another program");
  }
  return connection.Exec("PRAGMA application_id=" + std::to_string(kApplicationId));
}

Result<std::unique_ptr<Connection>> OpenWriter(const SqliteConfig& config) {
  NSL_TRY(std::unique_ptr<Connection> connection,
          Connection::Open(config.path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, config.vfs));
  NSL_TRY(std::string mode, connection->Query("PRAGMA journal_mode=WAL"));
  if (mode != "wal") {
    return Fail(Reason::kPlatformConfig,
                "the file system of '" + config.path + "' cannot hold a write-ahead log");
  }
  std::string sync = config.unsafe_no_sync ? "OFF" : "FULL";
  NSL_TRY_VOID(connection->Exec("PRAGMA synchronous=" + sync +
                                ";PRAGMA mmap_size=0"
                                ";PRAGMA foreign_keys=ON;PRAGMA temp_store=MEMORY"
                                ";PRAGMA cell_size_check=ON;PRAGMA cache_size=-32768"
                                ";PRAGMA journal_size_limit=67108864"));
  NSL_TRY_VOID(ClaimFile(*connection, config.path));
  // Commits found in the log may sit in the page cache alone; they are on the disk before anybody
  // sees them.
  NSL_TRY_VOID(connection->Checkpoint(SQLITE_CHECKPOINT_TRUNCATE));
  NSL_TRY_VOID(SyncFolderOf(config.path));
  return connection;
}

Result<std::unique_ptr<Connection>> OpenReader(const SqliteConfig& config) {
  NSL_TRY(std::unique_ptr<Connection> connection,
          Connection::Open(config.path, SQLITE_OPEN_READONLY, config.vfs));
  NSL_TRY_VOID(
      connection->Exec("PRAGMA query_only=ON;PRAGMA mmap_size=0;PRAGMA temp_store=MEMORY"
                       ";PRAGMA cache_size=-8192"));
  return connection;
}

}  // namespace

Result<std::unique_ptr<Database>> OpenSqlite(SqliteConfig config, Env env,
                                             std::function<void(const Error&)> on_fatal) {
  if (sqlite3_libversion_number() < kOldestSqlite || sqlite3_threadsafe() == 0) {
    return Fail(Reason::kPlatformConfig, std::string("SQLite ") + sqlite3_libversion() +
                                             " does not serve: 3.35 or newer with threads needed");
  }
  if (config.path.empty() || config.readers == 0 || config.checkpoint_pages <= 0) {
    return Fail(Reason::kPlatformConfig,
                "storage needs a path, at least one reader and a checkpoint size");
  }
  NSL_TRY(ProcessLock lock, ProcessLock::Take(config.path));
  NSL_TRY(std::unique_ptr<Connection> writer, OpenWriter(config));
  std::vector<std::unique_ptr<Connection>> readers;
  for (size_t i = 0; i < config.readers; ++i) {
    NSL_TRY(std::unique_ptr<Connection> reader, OpenReader(config));
    readers.push_back(std::move(reader));
  }
  env.log.Info("storage_open", {{"sqlite", sqlite3_libversion()}, {"readers", config.readers}});
  return std::make_unique<SqliteDatabase>(std::move(lock), std::move(writer), std::move(readers),
                                          config, env, std::move(on_fatal));
}

}  // namespace nsl::storage
