// SPDX-License-Identifier: Apache-2.0
#include "harness.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <map>
#include <optional>
#include <set>

#include "fault_vfs.h"
#include "storage/testing/temp_database.h"
#include "writer_process.h"

namespace nsl::crash {
namespace {

using storage::Database;
using storage::Statement;

constexpr int64_t kNumbersPerRound = 1'000'000;
// Small, so that kills often hit a checkpoint.
constexpr int kCheckpointPages = 100;

struct Totals {
  int64_t count = 0;
  int64_t sum = 0;
  bool operator==(const Totals&) const = default;
};

class Harness {
 public:
  Harness(CrashOptions options, std::string folder)
      : options_(std::move(options)), path_(folder + "/crash.db"), random_(options_.seed) {}

  Result<CrashReport> Run() {
    if (options_.lossy) FaultVfs::Install("lossy", true);
    NSL_TRY_VOID(Prepare());
    for (int round = 1; round <= options_.kills; ++round) {
      int64_t first = round * kNumbersPerRound;
      NSL_TRY(std::set<int64_t> acknowledged, KillOnce(first));
      ++report_.kills;
      report_.idle_kills += acknowledged.empty();
      report_.acknowledged += static_cast<int64_t>(acknowledged.size());
      NSL_TRY_VOID(Verify(first, acknowledged));
    }
    return report_;
  }

 private:
  // The parent always syncs and always uses the system's VFS: it judges, it is not judged.
  Result<std::unique_ptr<Database>> Open() {
    return storage::OpenSqlite({.path = path_}, {clock_, random_, log_, metrics_}, {});
  }

  Status Prepare() {
    NSL_TRY(std::unique_ptr<Database> database, Open());
    NSL_TRY_VOID(database->Migrate({CrashTables()}));
    return Remember(*database);
  }

  Status Remember(Database& database) {
    NSL_TRY(before_, TotalsBelow(database, INT64_MAX));
    return {};
  }

  Result<Totals> TotalsBelow(Database& database, int64_t number) {
    NSL_TRY(storage::Rows rows,
            database.ReadBlocking(Statement(
                "SELECT count(*), COALESCE(SUM(number), 0) FROM crash_log WHERE number < ?",
                {number})));
    return Totals{rows[0].Int(0), rows[0].Int(1)};
  }

  Result<std::set<int64_t>> KillOnce(int64_t first) {
    int fds[2];
    if (::pipe2(fds, O_CLOEXEC) != 0) return Fail(Reason::kPlatformInternal, "no pipe");
    uint64_t life_us = random_.U64() % (static_cast<uint64_t>(options_.max_life_ms) * 1000 + 1);
    uint64_t seed = random_.U64();
    pid_t child = ::fork();
    if (child < 0) return Fail(Reason::kPlatformInternal, "cannot fork");
    if (child == 0) {
      ::close(fds[0]);
      RunWriterProcess({.database = {.path = path_,
                                     .checkpoint_pages = kCheckpointPages,
                                     .vfs = options_.lossy ? "lossy" : "",
                                     .unsafe_no_sync = options_.synchronous_off},
                        .first_number = first,
                        .writers = options_.writers,
                        .seed = seed,
                        .acknowledge_fd = fds[1]});
    }
    ::close(fds[1]);
    std::string heard;
    ReadUntil(fds[0], clock_.Mono() + std::chrono::microseconds(life_us), heard);
    ::kill(child, SIGKILL);
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    ReadUntil(fds[0], std::nullopt, heard);
    ::close(fds[0]);
    if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL) {
      return Fail(Reason::kPlatformInternal,
                  "the writer ended by itself, status " + std::to_string(status));
    }
    return Parse(heard);
  }

  // Until the time, or without one until the writer's end is closed.
  void ReadUntil(int fd, std::optional<MonoTime> end, std::string& out) {
    char buffer[65536];
    for (;;) {
      timespec wait{};
      if (end) {
        auto left = *end - clock_.Mono();
        if (left.count() <= 0) return;
        wait.tv_sec = left.count() / 1'000'000'000;
        wait.tv_nsec = left.count() % 1'000'000'000;
      }
      pollfd p{fd, POLLIN, 0};
      int ready = ::ppoll(&p, 1, end ? &wait : nullptr, nullptr);
      if (ready == 0) return;
      ssize_t n = ready > 0 ? ::read(fd, buffer, sizeof(buffer)) : -1;
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) return;
      out.append(buffer, static_cast<size_t>(n));
    }
  }

  // A number is smaller than PIPE_BUF, so the kernel never tears one.
  static std::set<int64_t> Parse(const std::string& heard) {
    std::set<int64_t> numbers;
    for (size_t at = 0; at + sizeof(int64_t) <= heard.size(); at += sizeof(int64_t)) {
      int64_t number = 0;
      std::memcpy(&number, heard.data() + at, sizeof(number));
      numbers.insert(number);
    }
    return numbers;
  }

  Status Verify(int64_t first, const std::set<int64_t>& acknowledged) {
    NSL_TRY(std::unique_ptr<Database> database, Open());
    NSL_TRY(Totals old, TotalsBelow(*database, first));
    // Rows of earlier rounds were counted then; the sum tells of an exchange of rows.
    report_.lost += std::max<int64_t>(0, before_.count - old.count);
    report_.doubled += std::max<int64_t>(0, old.count - before_.count);
    report_.torn += old.count == before_.count && old.sum != before_.sum;
    NSL_TRY_VOID(CompareRound(*database, first, acknowledged));
    NSL_TRY(storage::Rows total,
            database->ReadBlocking(Statement("SELECT n, sum FROM crash_total WHERE id = 1")));
    NSL_TRY(storage::Rows refused,
            database->ReadBlocking(Statement("SELECT count(*) FROM crash_log WHERE number < 0")));
    NSL_TRY_VOID(Remember(*database));
    report_.torn += Totals{total[0].Int(0), total[0].Int(1)} != before_;
    report_.torn += refused[0].Int(0);
    return CheckStructure(*database);
  }

  Status CompareRound(Database& database, int64_t first, const std::set<int64_t>& acknowledged) {
    NSL_TRY(
        storage::Rows rows,
        database.ReadBlocking(Statement(
            "SELECT number, count(*) FROM crash_log WHERE number >= ? GROUP BY number", {first})));
    std::set<int64_t> found;
    for (size_t i = 0; i < rows.size(); ++i) {
      int64_t number = rows[i].Int(0);
      found.insert(number);
      report_.doubled += rows[i].Int(1) - 1;
      report_.unanswered += !acknowledged.contains(number);
    }
    for (int64_t number : acknowledged) report_.lost += !found.contains(number);
    return {};
  }

  // Rows against index: each number is found both by scanning and by its key.
  Status CheckStructure(Database& database) {
    NSL_TRY(storage::Rows scan,
            database.ReadBlocking(Statement("SELECT count(payload) FROM crash_log NOT INDEXED")));
    report_.torn += scan[0].Int(0) != before_.count;
    return {};
  }

  CrashOptions options_;
  std::string path_;
  SystemClock clock_;
  SeededRandom random_;
  NullLog log_;
  PlainMetrics metrics_;
  Totals before_;
  CrashReport report_;
};

}  // namespace

std::string CrashReport::ToJson() const {
  auto field = [](const char* name, int64_t value) {
    return std::string("\"") + name + "\":" + std::to_string(value);
  };
  return "{" + field("acknowledged", acknowledged) + "," + field("lost", lost) + "," +
         field("doubled", doubled) + "," + field("torn", torn) + "," +
         field("unanswered", unanswered) + "," + field("kills", kills) + "," +
         field("idleKills", idle_kills) + "}";
}

Result<CrashReport> RunCrash(CrashOptions options) {
  std::optional<storage::TempFolder> temporary;
  std::string folder = options.folder;
  if (folder.empty()) folder = temporary.emplace().path();
  return Harness(std::move(options), std::move(folder)).Run();
}

}  // namespace nsl::crash
