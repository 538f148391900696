// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstring>

#include "fault_vfs.h"

namespace nsl::crash {

int FaultVfs::Unsynced::Load(sqlite3_file* disk, int64_t index, Block& block) {
  auto found = blocks_.find(index);
  if (found != blocks_.end()) {
    block = found->second;
    return SQLITE_OK;
  }
  block.assign(kBlock, 0);
  int64_t start = index * kBlock;
  int64_t n = std::clamp<int64_t>(base_ - start, 0, kBlock);
  if (n == 0) return SQLITE_OK;
  int code = disk->pMethods->xRead(disk, block.data(), static_cast<int>(n), start);
  return code == SQLITE_IOERR_SHORT_READ ? SQLITE_OK : code;
}

int FaultVfs::Unsynced::Read(sqlite3_file* disk, uint8_t* out, int64_t n, int64_t offset) {
  std::lock_guard lock(mutex_);
  int64_t usable = std::clamp<int64_t>(size_ - offset, 0, n);
  // SQLite relies on zeros behind the end of a short read.
  std::memset(out + usable, 0, static_cast<size_t>(n - usable));
  for (int64_t done = 0; done < usable;) {
    int64_t at = offset + done;
    int64_t part = std::min(usable - done, kBlock - at % kBlock);
    Block block;
    int code = Load(disk, at / kBlock, block);
    if (code != SQLITE_OK) return code;
    std::memcpy(out + done, block.data() + at % kBlock, static_cast<size_t>(part));
    done += part;
  }
  return usable == n ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

int FaultVfs::Unsynced::Write(sqlite3_file* disk, const uint8_t* data, int64_t n, int64_t offset) {
  std::lock_guard lock(mutex_);
  for (int64_t done = 0; done < n;) {
    int64_t at = offset + done;
    int64_t part = std::min(n - done, kBlock - at % kBlock);
    Block block;
    int code = Load(disk, at / kBlock, block);
    if (code != SQLITE_OK) return code;
    std::memcpy(block.data() + at % kBlock, data + done, static_cast<size_t>(part));
    blocks_[at / kBlock] = std::move(block);
    done += part;
  }
  size_ = std::max(size_, offset + n);
  return SQLITE_OK;
}

void FaultVfs::Unsynced::Truncate(int64_t size) {
  std::lock_guard lock(mutex_);
  blocks_.erase(blocks_.lower_bound((size + kBlock - 1) / kBlock), blocks_.end());
  // What lay behind the new end reads as zeros when the file grows again.
  auto last = blocks_.find(size / kBlock);
  if (last != blocks_.end()) {
    std::fill(last->second.begin() + size % kBlock, last->second.end(), uint8_t{0});
  }
  size_ = size;
  base_ = std::min(base_, size);
}

int64_t FaultVfs::Unsynced::size() {
  std::lock_guard lock(mutex_);
  return size_;
}

int FaultVfs::Unsynced::Flush(sqlite3_file* disk) {
  std::lock_guard lock(mutex_);
  int code = disk->pMethods->xTruncate(disk, base_);
  for (auto it = blocks_.begin(); code == SQLITE_OK && it != blocks_.end(); ++it) {
    int64_t start = it->first * kBlock;
    int64_t n = std::min(kBlock, size_ - start);
    if (n > 0) {
      code = disk->pMethods->xWrite(disk, it->second.data(), static_cast<int>(n), start);
    }
  }
  if (code != SQLITE_OK) return code;
  blocks_.clear();
  base_ = size_;
  return SQLITE_OK;
}

}  // namespace nsl::crash
