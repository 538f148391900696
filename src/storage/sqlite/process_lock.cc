// SPDX-License-Identifier: Apache-2.0
#include "storage/sqlite/process_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace nsl::storage {

Result<ProcessLock> ProcessLock::Take(const std::string& database_path) {
  std::string path = database_path + ".lock";
  int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) {
    return Fail(Reason::kPlatformConfig,
                "cannot open '" + path + "': " + std::strerror(errno) +
                    "; the folder of storage.path must exist and be writable");
  }
  ProcessLock lock(fd);
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    char pid[32] = {};
    ssize_t n = ::pread(fd, pid, sizeof(pid) - 1, 0);
    std::string holder = n > 0 ? std::string(pid, std::strcspn(pid, "\n")) : "unknown";
    return Fail(Reason::kPlatformConfig, "database '" + database_path +
                                             "' is in use by the process with pid " + holder +
                                             "; stop it first, one process owns the file");
  }
  std::string text = std::to_string(::getpid()) + "\n";
  if (::ftruncate(fd, 0) != 0 ||
      ::pwrite(fd, text.data(), text.size(), 0) != static_cast<ssize_t>(text.size())) {
    return Fail(Reason::kPlatformStorage, "cannot write '" + path + "': " + std::strerror(errno));
  }
  return lock;
}

ProcessLock::~ProcessLock() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace nsl::storage
