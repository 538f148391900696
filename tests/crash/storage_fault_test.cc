// SPDX-License-Identifier: Apache-2.0
//
// Each write and each sync fails once: the answer is platform.storage, the writer stops, and what
// was acknowledged before is there after a restart.
#include <gtest/gtest.h>

#include <atomic>

#include "fault_vfs.h"
#include "storage/testing/temp_database.h"

namespace nsl::crash {
namespace {

using storage::Statement;

struct Fault {
  const char* name;
  bool on_sync;
  int code;
};

class StorageFaultTest : public testing::TestWithParam<Fault> {
 protected:
  StorageFaultTest() : vfs_(FaultVfs::Install("faults", true)) {}
  ~StorageFaultTest() override { Arm(0); }

  void Arm(int64_t nth) {
    if (GetParam().on_sync) {
      vfs_.FailSync(nth, GetParam().code);
    } else {
      vfs_.FailWrite(nth, GetParam().code);
    }
  }
  Result<std::unique_ptr<storage::Database>> Open(const std::string& path, const char* vfs) {
    return storage::OpenSqlite({.path = path, .checkpoint_pages = 20, .vfs = vfs}, env_,
                               [this](const Error&) { ++fatal_; });
  }
  static Result<storage::WriteResult> Insert(storage::Database& db, int64_t n) {
    return db.WriteBlocking({Statement("INSERT INTO t VALUES (?, ?)", {n, Bytes(3000, 1)})});
  }

  FaultVfs& vfs_;
  SystemClock clock_;
  SeededRandom random_{1};
  NullLog log_;
  PlainMetrics metrics_;
  Env env_{clock_, random_, log_, metrics_};
  std::atomic<int> fatal_ = 0;
};

TEST_P(StorageFaultTest, FaultIsNeverAnsweredWithYes) {
  int hit = 0;
  for (int64_t nth = 1; nth <= 60; ++nth) {
    storage::TempFolder folder;
    std::string path = folder.File("f.db");
    fatal_ = 0;
    int64_t acknowledged = 0;
    {
      auto db = Open(path, "faults");
      ASSERT_TRUE(db) << db.error().ToString();
      ASSERT_TRUE((*db)->Migrate({{"t", {{"1", "CREATE TABLE t (n BIGINT, b BLOB)"}}}}));
      Arm(nth);
      for (int64_t i = 1; i <= 20; ++i) {
        // A write may be acknowledged and then the checkpoint behind it fail.
        bool failed_before = fatal_ > 0;
        auto written = Insert(**db, i);
        if (written) {
          ASSERT_FALSE(failed_before) << "a write was acknowledged after the storage failed";
          acknowledged = i;
          continue;
        }
        EXPECT_EQ(written.error().reason, Reason::kPlatformStorage) << written.error().ToString();
      }
      Arm(0);
      if (acknowledged < 20) {
        // The disk works again, the writer does not: it stopped for good.
        auto later = Insert(**db, 99);
        ASSERT_FALSE(later);
        EXPECT_EQ(later.error().reason, Reason::kPlatformStorage);
        // Migrations go through the writer as well.
        EXPECT_FALSE((*db)->Migrate({}));
        EXPECT_TRUE((*db)->ReadBlocking(Statement("SELECT count(*) FROM t")));
      }
      db->reset();
    }
    EXPECT_LE(fatal_, 1);
    hit += fatal_;
    auto again = Open(path, "");
    ASSERT_TRUE(again) << again.error().ToString();
    auto rows =
        (*again)->ReadBlocking(Statement("SELECT count(DISTINCT n), count(*), max(n) FROM t"));
    ASSERT_TRUE(rows);
    EXPECT_GE((*rows)[0].Int(0), acknowledged);
    EXPECT_EQ((*rows)[0].Int(0), (*rows)[0].Int(1));
    // The one that was under way may be there, none after it.
    EXPECT_LE((*rows)[0].IntOr(2, 0), acknowledged + 1);
  }
  EXPECT_GT(hit, 15);
}

TEST_P(StorageFaultTest, FaultWhileOpeningIsAnError) {
  storage::TempFolder folder;
  Arm(1);
  auto db = Open(folder.File("f.db"), "faults");
  ASSERT_FALSE(db);
  EXPECT_EQ(db.error().reason, Reason::kPlatformStorage);
  Arm(0);
  EXPECT_TRUE(Open(folder.File("f.db"), "faults"));
}

INSTANTIATE_TEST_SUITE_P(Faults, StorageFaultTest,
                         testing::Values(Fault{"SyncFails", true, SQLITE_IOERR_FSYNC},
                                         Fault{"WriteFails", false, SQLITE_IOERR_WRITE},
                                         Fault{"DiskFull", false, SQLITE_FULL}),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace nsl::crash
