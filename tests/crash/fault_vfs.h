// SPDX-License-Identifier: Apache-2.0
//
// FaultVfs: an SQLite VFS that loses and fails on purpose.
//
// Lossy: what was written to the database or its log, but not yet synced, is kept in this process
// alone and reaches the file with xSync, as a disk cache without power would have it. A SIGKILL
// then forgets it. A clean close writes it out, as the kernel would.
// Faults: the n-th write or sync from now fails once, with a full disk or an I/O error.
// Thread-safe. Installed once per process and name, never removed.
#pragma once

#include <sqlite3.h>

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace nsl::crash {

class FaultVfs {
 public:
  static FaultVfs& Install(const std::string& name, bool lossy);

  // 0: no fault. 1: the next one.
  void FailWrite(int64_t n, int code) { Arm(write_countdown_, write_code_, n, code); }
  void FailSync(int64_t n, int code) { Arm(sync_countdown_, sync_code_, n, code); }
  int64_t syncs() const { return syncs_; }
  int64_t writes() const { return writes_; }

  // The part of one file that the disk has not seen. Shared by all handles of the path.
  class Unsynced {
   public:
    explicit Unsynced(int64_t size) : size_(size), base_(size) {}
    int Read(sqlite3_file* disk, uint8_t* out, int64_t n, int64_t offset);
    int Write(sqlite3_file* disk, const uint8_t* data, int64_t n, int64_t offset);
    void Truncate(int64_t size);
    int64_t size();
    int Flush(sqlite3_file* disk);

   private:
    static constexpr int64_t kBlock = 4096;
    using Block = std::vector<uint8_t>;
    // The block as a reader sees it now.
    int Load(sqlite3_file* disk, int64_t index, Block& block);

    std::mutex mutex_;
    std::map<int64_t, Block> blocks_;
    // Length as the writer sees it, and how much of the file on the disk still counts.
    int64_t size_;
    int64_t base_;
  };

  sqlite3_vfs* real() { return real_; }
  bool lossy() const { return lossy_; }
  std::shared_ptr<Unsynced> Share(const std::string& path, sqlite3_file* disk);
  void Forget(const std::string& path);
  int OnWrite() { return Tick(write_countdown_, write_code_, writes_); }
  int OnSync() { return Tick(sync_countdown_, sync_code_, syncs_); }

 private:
  FaultVfs(std::string name, bool lossy);
  static void Arm(std::atomic<int64_t>& countdown, std::atomic<int>& kept, int64_t n, int code) {
    kept = code;
    countdown = n;
  }
  static int Tick(std::atomic<int64_t>& countdown, std::atomic<int>& code,
                  std::atomic<int64_t>& count) {
    ++count;
    if (countdown > 0 && --countdown == 0) return code;
    return SQLITE_OK;
  }

  std::string name_;
  bool lossy_;
  sqlite3_vfs* real_;
  sqlite3_vfs vfs_{};
  std::atomic<int64_t> write_countdown_{0};
  std::atomic<int64_t> sync_countdown_{0};
  std::atomic<int> write_code_{0};
  std::atomic<int> sync_code_{0};
  std::atomic<int64_t> writes_{0};
  std::atomic<int64_t> syncs_{0};
  std::mutex mutex_;
  std::map<std::string, std::weak_ptr<Unsynced>> shared_;
};

}  // namespace nsl::crash
