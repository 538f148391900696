// SPDX-License-Identifier: Apache-2.0
#include "fault_vfs.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/random.h"
#include "storage/testing/temp_database.h"

namespace nsl::crash {
namespace {

// Opens one file through a VFS by hand.
class RawFile {
 public:
  RawFile(const char* vfs, const std::string& path) : vfs_(sqlite3_vfs_find(vfs)) {
    memory_.resize(static_cast<size_t>(vfs_->szOsFile) / 8 + 1);
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MAIN_DB;
    // xOpen wants the terminator that SQLite's own names end with.
    name_ = path + std::string(4, '\0');
    NSL_CHECK(vfs_->xOpen(vfs_, name_.c_str(), file(), flags, nullptr) == SQLITE_OK);
    opened_ = true;
  }
  ~RawFile() { Close(); }
  void Close() {
    if (opened_) file()->pMethods->xClose(file());
    opened_ = false;
  }
  sqlite3_file* file() { return reinterpret_cast<sqlite3_file*>(memory_.data()); }
  int Write(const Bytes& data, int64_t offset) {
    return file()->pMethods->xWrite(file(), data.data(), static_cast<int>(data.size()), offset);
  }
  int Read(Bytes& out, int64_t offset) {
    return file()->pMethods->xRead(file(), out.data(), static_cast<int>(out.size()), offset);
  }
  int Truncate(int64_t size) { return file()->pMethods->xTruncate(file(), size); }
  int Sync() { return file()->pMethods->xSync(file(), SQLITE_SYNC_NORMAL); }
  int64_t Size() {
    sqlite3_int64 size = 0;
    file()->pMethods->xFileSize(file(), &size);
    return size;
  }

 private:
  sqlite3_vfs* vfs_;
  std::vector<uint64_t> memory_;
  std::string name_;
  bool opened_ = false;
};

TEST(FaultVfs, UnsyncedBytesAreSeenByHandlesButNotOnTheDisk) {
  FaultVfs::Install("lossy", true);
  storage::TempFolder folder;
  RawFile a("lossy", folder.File("f"));
  RawFile b("lossy", folder.File("f"));
  ASSERT_EQ(a.Write(Bytes(5000, 7), 100), SQLITE_OK);
  Bytes seen(5000);
  EXPECT_EQ(b.Read(seen, 100), SQLITE_OK);
  EXPECT_EQ(seen, Bytes(5000, 7));
  EXPECT_EQ(std::filesystem::file_size(folder.File("f")), 0u);
  ASSERT_EQ(a.Sync(), SQLITE_OK);
  EXPECT_EQ(std::filesystem::file_size(folder.File("f")), 5100u);
}

TEST(FaultVfs, FaultHitsTheCountedCallOnce) {
  FaultVfs& vfs = FaultVfs::Install("plain-faults", false);
  storage::TempFolder folder;
  RawFile f("plain-faults", folder.File("f"));
  vfs.FailWrite(2, SQLITE_FULL);
  EXPECT_EQ(f.Write(Bytes(1), 0), SQLITE_OK);
  EXPECT_EQ(f.Write(Bytes(1), 0), SQLITE_FULL);
  EXPECT_EQ(f.Write(Bytes(1), 0), SQLITE_OK);
}

// The lossy file must behave as a plain one to its own process, whatever the order of calls.
TEST(FaultVfs, LossyFileBehavesAsAPlainOne) {
  FaultVfs::Install("lossy", true);
  storage::TempFolder folder;
  SeededRandom random(7);
  RawFile lossy("lossy", folder.File("lossy"));
  RawFile plain(nullptr, folder.File("plain"));
  for (int i = 0; i < 3000; ++i) {
    int64_t offset = static_cast<int64_t>(random.U64() % 40'000);
    size_t n = 1 + random.U64() % 9000;
    switch (random.U64() % 8) {
      case 0:
        lossy.Truncate(offset);
        plain.Truncate(offset);
        break;
      case 1:
        ASSERT_EQ(lossy.Sync(), SQLITE_OK);
        break;
      case 2:
      case 3:
      case 4: {
        Bytes data = random.Draw(n);
        ASSERT_EQ(lossy.Write(data, offset), SQLITE_OK);
        ASSERT_EQ(plain.Write(data, offset), SQLITE_OK);
        break;
      }
      default: {
        Bytes one(n);
        Bytes two(n);
        ASSERT_EQ(lossy.Read(one, offset), plain.Read(two, offset)) << i;
        ASSERT_EQ(one, two) << i;
      }
    }
    ASSERT_EQ(lossy.Size(), plain.Size());
  }
  lossy.Close();
  EXPECT_EQ(std::filesystem::file_size(folder.File("lossy")), static_cast<size_t>(plain.Size()));
}

}  // namespace
}  // namespace nsl::crash
