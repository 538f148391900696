// SPDX-License-Identifier: Apache-2.0
#include "fault_vfs.h"

#include <new>

namespace nsl::crash {
namespace {

// What SQLite allocates per open file; the real file lies right behind it.
struct File {
  sqlite3_file base;
  FaultVfs* vfs;
  std::shared_ptr<FaultVfs::Unsynced> unsynced;
  sqlite3_file* disk;
};

File* Of(sqlite3_file* f) { return reinterpret_cast<File*>(f); }
sqlite3_file* Disk(sqlite3_file* f) { return Of(f)->disk; }

int Close(sqlite3_file* f) {
  File* file = Of(f);
  if (file->unsynced.use_count() == 1) (void)file->unsynced->Flush(file->disk);
  int code = file->disk->pMethods->xClose(file->disk);
  file->unsynced.~shared_ptr();
  return code;
}

int Read(sqlite3_file* f, void* out, int n, sqlite3_int64 offset) {
  if (Of(f)->unsynced) {
    return Of(f)->unsynced->Read(Disk(f), static_cast<uint8_t*>(out), n, offset);
  }
  return Disk(f)->pMethods->xRead(Disk(f), out, n, offset);
}

int Write(sqlite3_file* f, const void* data, int n, sqlite3_int64 offset) {
  int fault = Of(f)->vfs->OnWrite();
  if (fault != SQLITE_OK) return fault;
  if (Of(f)->unsynced) {
    return Of(f)->unsynced->Write(Disk(f), static_cast<const uint8_t*>(data), n, offset);
  }
  return Disk(f)->pMethods->xWrite(Disk(f), data, n, offset);
}

int Truncate(sqlite3_file* f, sqlite3_int64 size) {
  if (Of(f)->unsynced) {
    Of(f)->unsynced->Truncate(size);
    return SQLITE_OK;
  }
  return Disk(f)->pMethods->xTruncate(Disk(f), size);
}

int Sync(sqlite3_file* f, int flags) {
  int fault = Of(f)->vfs->OnSync();
  if (fault != SQLITE_OK) return fault;
  // Here the kernel plays the disk, which a SIGKILL does not touch: its own sync adds only time.
  if (Of(f)->unsynced) return Of(f)->unsynced->Flush(Disk(f));
  return Disk(f)->pMethods->xSync(Disk(f), flags);
}

int FileSize(sqlite3_file* f, sqlite3_int64* size) {
  if (Of(f)->unsynced) {
    *size = Of(f)->unsynced->size();
    return SQLITE_OK;
  }
  return Disk(f)->pMethods->xFileSize(Disk(f), size);
}

int Control(sqlite3_file* f, int op, void* argument) {
  // A size hint would grow the real file behind the back of what is kept here.
  if (Of(f)->unsynced && (op == SQLITE_FCNTL_SIZE_HINT || op == SQLITE_FCNTL_CHUNK_SIZE)) {
    return SQLITE_OK;
  }
  return Disk(f)->pMethods->xFileControl(Disk(f), op, argument);
}

int Lock(sqlite3_file* f, int level) { return Disk(f)->pMethods->xLock(Disk(f), level); }
int Unlock(sqlite3_file* f, int level) { return Disk(f)->pMethods->xUnlock(Disk(f), level); }
int Reserved(sqlite3_file* f, int* out) {
  return Disk(f)->pMethods->xCheckReservedLock(Disk(f), out);
}
int Sector(sqlite3_file* f) { return Disk(f)->pMethods->xSectorSize(Disk(f)); }
int Traits(sqlite3_file* f) { return Disk(f)->pMethods->xDeviceCharacteristics(Disk(f)); }
int ShmMap(sqlite3_file* f, int page, int size, int extend, void volatile** out) {
  return Disk(f)->pMethods->xShmMap(Disk(f), page, size, extend, out);
}
int ShmLock(sqlite3_file* f, int offset, int n, int flags) {
  return Disk(f)->pMethods->xShmLock(Disk(f), offset, n, flags);
}
void ShmBarrier(sqlite3_file* f) { Disk(f)->pMethods->xShmBarrier(Disk(f)); }
int ShmUnmap(sqlite3_file* f, int remove) { return Disk(f)->pMethods->xShmUnmap(Disk(f), remove); }

// Version 2: shared memory but no mmap of the file, which would bypass this layer.
constexpr sqlite3_io_methods kMethods = {
    2,       Close,  Read,   Write,  Truncate, Sync,       FileSize, Lock,    Unlock, Reserved,
    Control, Sector, Traits, ShmMap, ShmLock,  ShmBarrier, ShmUnmap, nullptr, nullptr};

int Open(sqlite3_vfs* vfs, const char* path, sqlite3_file* f, int flags, int* out_flags) {
  auto* self = static_cast<FaultVfs*>(vfs->pAppData);
  File* file = Of(f);
  file->base.pMethods = nullptr;
  file->vfs = self;
  file->disk = reinterpret_cast<sqlite3_file*>(file + 1);
  int code = self->real()->xOpen(self->real(), path, file->disk, flags, out_flags);
  if (code != SQLITE_OK) return code;
  new (&file->unsynced) std::shared_ptr<FaultVfs::Unsynced>();
  bool kept = (flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL)) != 0;
  if (self->lossy() && kept && path) file->unsynced = self->Share(path, file->disk);
  file->base.pMethods = &kMethods;
  return SQLITE_OK;
}

int Delete(sqlite3_vfs* vfs, const char* path, int sync) {
  auto* self = static_cast<FaultVfs*>(vfs->pAppData);
  self->Forget(path);
  return self->real()->xDelete(self->real(), path, sync);
}

}  // namespace

FaultVfs& FaultVfs::Install(const std::string& name, bool lossy) {
  // Never freed: SQLite keeps the registered address until the process ends.
  static std::mutex mutex;
  static std::map<std::string, FaultVfs*> installed;
  std::lock_guard lock(mutex);
  FaultVfs*& vfs = installed[name];
  if (vfs == nullptr) vfs = new FaultVfs(name, lossy);
  return *vfs;
}

FaultVfs::FaultVfs(std::string name, bool lossy)
    : name_(std::move(name)), lossy_(lossy), real_(sqlite3_vfs_find(nullptr)), vfs_(*real_) {
  vfs_.zName = name_.c_str();
  vfs_.pAppData = this;
  vfs_.szOsFile = static_cast<int>(sizeof(File)) + real_->szOsFile;
  vfs_.pNext = nullptr;
  vfs_.xOpen = Open;
  vfs_.xDelete = Delete;
  sqlite3_vfs_register(&vfs_, 0);
}

std::shared_ptr<FaultVfs::Unsynced> FaultVfs::Share(const std::string& path, sqlite3_file* disk) {
  std::lock_guard lock(mutex_);
  std::shared_ptr<Unsynced> found = shared_[path].lock();
  if (found) return found;
  sqlite3_int64 size = 0;
  disk->pMethods->xFileSize(disk, &size);
  found = std::make_shared<Unsynced>(size);
  shared_[path] = found;
  return found;
}

void FaultVfs::Forget(const std::string& path) {
  std::lock_guard lock(mutex_);
  shared_.erase(path);
}

}  // namespace nsl::crash
