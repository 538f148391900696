// SPDX-License-Identifier: Apache-2.0
#include "function_runner/sandbox/cgroup.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace nsl::sandbox {
namespace {

bool WriteFile(const std::string& path, const std::string& text) {
  int fd = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (fd < 0) return false;
  bool done = write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  int saved = errno;
  close(fd);
  errno = saved;
  return done;
}

std::string ReadFile(const std::string& path) {
  int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return {};
  char text[4096];
  ssize_t n = read(fd, text, sizeof text);
  close(fd);
  return n > 0 ? std::string(text, static_cast<size_t>(n)) : std::string();
}

// Value of "name N" in a flat keyed file.
uint64_t KeyedValue(const std::string& text, const std::string& name) {
  size_t at = text.find(name + " ");
  while (at != std::string::npos && at != 0 && text[at - 1] != '\n') {
    at = text.find(name + " ", at + 1);
  }
  return at == std::string::npos ? 0 : std::strtoull(text.c_str() + at + name.size(), nullptr, 10);
}

}  // namespace

Cgroup::~Cgroup() { rmdir(folder_.c_str()); }

bool Cgroup::Add(pid_t pid) { return WriteFile(folder_ + "/cgroup.procs", std::to_string(pid)); }

bool Cgroup::SetLimit(uint64_t bytes) {
  if (version_ == 2) {
    WriteFile(folder_ + "/memory.swap.max", "0");
    WriteFile(folder_ + "/pids.max", "1");
    return WriteFile(folder_ + "/memory.max", std::to_string(bytes));
  }
  return WriteFile(folder_ + "/memory.limit_in_bytes", std::to_string(bytes));
}

bool Cgroup::RanOutOfMemory() const {
  std::string events =
      ReadFile(folder_ + (version_ == 2 ? "/memory.events" : "/memory.oom_control"));
  return KeyedValue(events, "oom_kill") > 0;
}

CgroupRoot::CgroupRoot(const std::string& name) {
  if (Try("/sys/fs/cgroup/memory", 1, name)) return;
  Try("/sys/fs/cgroup", 2, name);
}

bool CgroupRoot::Try(const std::string& parent, int version, const std::string& name) {
  const char* needed = version == 2 ? "/cgroup.controllers" : "/memory.limit_in_bytes";
  if (access((parent + needed).c_str(), F_OK) != 0) {
    error_ = ENOENT;
    return false;
  }
  if (version == 2) {
    if (ReadFile(parent + "/cgroup.controllers").find("memory") == std::string::npos) {
      error_ = ENODEV;
      return false;
    }
    WriteFile(parent + "/cgroup.subtree_control", "+memory +pids");
  }
  std::string folder = parent + "/" + name;
  if (mkdir(folder.c_str(), 0755) != 0 && errno != EEXIST) {
    error_ = errno;
    return false;
  }
  if (access((folder + "/cgroup.procs").c_str(), W_OK) != 0) {
    error_ = errno;
    return false;
  }
  if (version == 2) WriteFile(folder + "/cgroup.subtree_control", "+memory +pids");
  folder_ = folder;
  version_ = version;
  error_ = 0;
  return true;
}

CgroupRoot::~CgroupRoot() {
  if (available()) rmdir(folder_.c_str());
}

std::unique_ptr<Cgroup> CgroupRoot::Make() {
  if (!available()) return nullptr;
  // A group can be removed only when its last process is reaped, which may be after its object
  // went.
  while (oldest_ < next_) {
    std::string left = folder_ + "/w" + std::to_string(oldest_ + 1);
    if (rmdir(left.c_str()) != 0 && errno != ENOENT) break;
    ++oldest_;
  }
  std::string folder = folder_ + "/w" + std::to_string(++next_);
  if (mkdir(folder.c_str(), 0755) != 0 && errno != EEXIST) return nullptr;
  return std::make_unique<Cgroup>(folder, version_);
}

}  // namespace nsl::sandbox
