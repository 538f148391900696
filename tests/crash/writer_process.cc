// SPDX-License-Identifier: Apache-2.0
#include "writer_process.h"

#include <unistd.h>

#include <cstdio>

#include "base/task_group.h"
#include "storage/testing/temp_database.h"

namespace nsl::crash {
namespace {

using storage::Database;
using storage::Rows;
using storage::Statement;
using storage::WriteResult;

constexpr uint64_t kMaxPayload = 6000;
constexpr int64_t kRefuseEvery = 7;
constexpr int64_t kReadEvery = 5;

struct Shared {
  Database* database;
  Random* random;
  int64_t next;
  int fd;
};

std::vector<Statement> Transaction(Shared& shared, int64_t number) {
  Bytes payload(shared.random->U64() % kMaxPayload, static_cast<uint8_t>(number));
  std::vector<Statement> statements;
  statements.push_back(
      Statement("INSERT INTO crash_log (number, payload) VALUES (?, ?)", {number, payload}));
  statements.push_back(
      Statement("UPDATE crash_total SET n = n + 1, sum = sum + ? WHERE id = 1", {number}));
  if (number < 0) {
    statements.push_back(
        Statement("UPDATE crash_total SET n = 0 WHERE id = 99").Expect(1, Reason::kKvConflict, ""));
  }
  return statements;
}

Task<void> WriteForever(Shared* shared) {
  for (;;) {
    int64_t number = shared->next++;
    bool refuse = number % kRefuseEvery == 0;
    Result<WriteResult> written =
        co_await shared->database->Write(Transaction(*shared, refuse ? -number : number));
    if (written.has_value() == refuse) ::_exit(3);
    if (refuse) continue;
    if (::write(shared->fd, &number, sizeof(number)) != sizeof(number)) ::_exit(3);
    if (number % kReadEvery != 0) continue;
    Result<Rows> rows = co_await shared->database->Read(
        Statement("SELECT count(*) FROM crash_log WHERE number = ?", {number}));
    if (!rows || (*rows)[0].Int(0) != 1) ::_exit(3);
  }
}

}  // namespace

storage::RoomMigrations CrashTables() {
  // Numbers are not unique on purpose: a write that happened twice must be able to show.
  return {"crash",
          {{"0001",
            "CREATE TABLE crash_log (number BIGINT NOT NULL, payload BLOB NOT NULL);"
            "CREATE INDEX crash_log_by_number ON crash_log (number);"
            "CREATE TABLE crash_total (id BIGINT NOT NULL PRIMARY KEY, n BIGINT NOT NULL, "
            "sum BIGINT NOT NULL);"
            "INSERT INTO crash_total (id, n, sum) VALUES (1, 0, 0);"}}};
}

void RunWriterProcess(WriterTask task) {
  SystemClock clock;
  SeededRandom random(task.seed);
  NullLog log;
  PlainMetrics metrics;
  Env env{clock, random, log, metrics};
  auto database = storage::OpenSqlite(task.database, env, [](const Error&) { ::_exit(3); });
  if (!database) {
    std::fprintf(stderr, "writer: %s\n", database.error().ToString().c_str());
    ::_exit(3);
  }
  asio::io_context io(1);
  Shared shared{database->get(), &random, task.first_number, task.acknowledge_fd};
  TaskGroup group(io.get_executor());
  for (int i = 0; i < task.writers; ++i) group.Spawn(WriteForever(&shared));
  io.run();
  ::_exit(3);
}

}  // namespace nsl::crash
