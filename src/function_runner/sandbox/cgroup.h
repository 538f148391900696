// SPDX-License-Identifier: Apache-2.0
//
// A memory and process group for one worker, where the machine has cgroups that we may write.
//
// Optional by design: some enclave kernels have none. Both versions are known; groups live in one
// folder of their own and are removed with their object.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>

namespace nsl::sandbox {

class Cgroup {
 public:
  explicit Cgroup(std::string folder, int version)
      : folder_(std::move(folder)), version_(version) {}
  ~Cgroup();
  Cgroup(const Cgroup&) = delete;
  Cgroup& operator=(const Cgroup&) = delete;

  bool Add(pid_t pid);
  bool SetLimit(uint64_t bytes);
  bool RanOutOfMemory() const;

 private:
  std::string folder_;
  int version_;
};

class CgroupRoot {
 public:
  // Finds a controller that this process may use; error() says why there is none.
  explicit CgroupRoot(const std::string& name);
  ~CgroupRoot();
  std::unique_ptr<Cgroup> Make();
  bool available() const { return !folder_.empty(); }
  int error() const { return error_; }

 private:
  bool Try(const std::string& parent, int version, const std::string& name);
  std::string folder_;
  int version_ = 0;
  int error_ = 0;
  uint64_t next_ = 0;
  uint64_t oldest_ = 0;
};

}  // namespace nsl::sandbox
