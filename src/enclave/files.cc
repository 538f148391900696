// SPDX-License-Identifier: Apache-2.0
#include "enclave/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace nsl::enclave {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

std::unexpected<Error> FileError(const std::string& path, const char* what) {
  return Fail(Reason::kPlatformConfig, path + ": cannot " + what + ": " + std::strerror(errno));
}

}  // namespace

Result<Bytes> ReadWholeFile(const std::string& path, size_t max_bytes) {
  Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return FileError(path, "open");
  Bytes out;
  uint8_t buffer[16384];
  for (;;) {
    ssize_t n = read(file.get(), buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return FileError(path, "read");
    if (n == 0) return out;
    out.insert(out.end(), buffer, buffer + n);
    if (out.size() > max_bytes) {
      return Fail(Reason::kPlatformConfig,
                  path + ": larger than " + std::to_string(max_bytes) + " bytes");
    }
  }
}

Status WriteWholeFile(const std::string& path, ByteView content, unsigned mode) {
  std::string beside = path + ".new";
  unlink(beside.c_str());
  {
    Descriptor file(open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
    if (file.get() < 0) return FileError(beside, "create");
    // The umask of the caller does not decide who may read it.
    if (fchmod(file.get(), mode) != 0) return FileError(beside, "set the mode of");
    while (!content.empty()) {
      ssize_t n = write(file.get(), content.data(), content.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return FileError(beside, "write");
      content = content.subspan(static_cast<size_t>(n));
    }
    if (fsync(file.get()) != 0) return FileError(beside, "sync");
  }
  if (rename(beside.c_str(), path.c_str()) != 0) return FileError(path, "replace");
  return {};
}

bool FileExists(const std::string& path) { return access(path.c_str(), F_OK) == 0; }

}  // namespace nsl::enclave
