// SPDX-License-Identifier: Apache-2.0
//
// ProcessLock: only one process works on a database.
//
// Holds flock(2) on <path>.lock, which the kernel drops with the process, and keeps its pid in the
// file so that a second opener can name it.
#pragma once

#include <string>

#include "base/result.h"

namespace nsl::storage {

class ProcessLock {
 public:
  static Result<ProcessLock> Take(const std::string& database_path);
  ~ProcessLock();
  ProcessLock(ProcessLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  ProcessLock& operator=(ProcessLock&&) = delete;

 private:
  explicit ProcessLock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace nsl::storage
