// SPDX-License-Identifier: Apache-2.0
#include "storage/blob_files.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

namespace nsl::storage {
namespace {

constexpr size_t kHashDigits = 64;
constexpr size_t kRandomBytes = 8;

class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int fd() const { return fd_; }

 private:
  int fd_;
};

Error StorageError(const std::string& what) {
  return Error(Reason::kPlatformStorage, what + ": " + std::strerror(errno));
}

std::string PathOf(const std::string& folder, const std::string& name) {
  return folder + "/" + name;
}

Status WriteAll(int fd, ByteView data) {
  while (!data.empty()) {
    ssize_t n = ::write(fd, data.data(), data.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return Fail(StorageError("cannot write a blob"));
    data = data.subspan(static_cast<size_t>(n));
  }
  return {};
}

Status SyncFolder(const std::string& folder) {
  File dir(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (dir.fd() < 0 || ::fsync(dir.fd()) != 0) return Fail(StorageError("cannot sync the folder"));
  return {};
}

Status WriteAndSync(const std::string& folder, const std::string& path, ByteView data) {
  File file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (file.fd() < 0) return Fail(StorageError("cannot create a blob file"));
  NSL_TRY_VOID(WriteAll(file.fd(), data));
  if (::fsync(file.fd()) != 0) return Fail(StorageError("cannot sync a blob file"));
  return SyncFolder(folder);
}

}  // namespace

std::string NewBlobName(const Hash256& hash, Random& random) {
  return ToHex(hash) + "-" + ToHex(random.Array<kRandomBytes>());
}

std::optional<Hash256> HashOfBlobName(const std::string& name) {
  if (name.size() != kHashDigits + 1 + 2 * kRandomBytes || name[kHashDigits] != '-') {
    return std::nullopt;
  }
  std::optional<Bytes> hash = FromHex(std::string_view(name).substr(0, kHashDigits));
  std::optional<Bytes> rest = FromHex(std::string_view(name).substr(kHashDigits + 1));
  if (!hash || !rest) return std::nullopt;
  return ToArray<32>(*hash);
}

Status WriteBlobFile(const std::string& folder, const std::string& name, ByteView data) {
  std::string path = PathOf(folder, name);
  Status status = WriteAndSync(folder, path, data);
  if (!status) ::unlink(path.c_str());
  return status;
}

Result<Bytes> ReadBlobFile(const std::string& folder, const std::string& name, size_t size) {
  if (!HashOfBlobName(name)) return Fail(Reason::kPlatformIntegrity, "a blob row names no file");
  File file(::open(PathOf(folder, name).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (file.fd() < 0) {
    if (errno == ENOENT) return Fail(Reason::kNotFound, "the blob's file is gone");
    return Fail(StorageError("cannot open a blob file"));
  }
  struct stat info{};
  if (::fstat(file.fd(), &info) != 0) return Fail(StorageError("cannot read a blob file"));
  if (static_cast<size_t>(info.st_size) != size) {
    return Fail(Reason::kPlatformIntegrity, "the blob's file has another size than its row");
  }
  Bytes data(size);
  size_t done = 0;
  while (done < size) {
    ssize_t n = ::read(file.fd(), data.data() + done, size - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return Fail(StorageError("cannot read a blob file"));
    if (n == 0) return Fail(Reason::kPlatformIntegrity, "the blob's file ended early");
    done += static_cast<size_t>(n);
  }
  return data;
}

bool RemoveBlobFile(const std::string& folder, const std::string& name) {
  return HashOfBlobName(name) && ::unlink(PathOf(folder, name).c_str()) == 0;
}

std::vector<std::string> BlobFilesBefore(const std::string& folder, UnixMillis before_ms,
                                         size_t limit) {
  std::vector<std::string> names;
  auto close_dir = [](DIR* d) { ::closedir(d); };
  std::unique_ptr<DIR, decltype(close_dir)> dir(::opendir(folder.c_str()), close_dir);
  if (!dir) return names;
  while (names.size() < limit) {
    dirent* entry = ::readdir(dir.get());
    if (entry == nullptr) break;
    std::string name = entry->d_name;
    if (!HashOfBlobName(name)) continue;
    struct stat info{};
    if (::fstatat(dirfd(dir.get()), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) continue;
    if (int64_t{info.st_mtime} * 1000 < before_ms) names.push_back(std::move(name));
  }
  return names;
}

}  // namespace nsl::storage
