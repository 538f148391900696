// SPDX-License-Identifier: Apache-2.0
//
// One program of a development system as a child of this process.
//
// Guarantee: the child dies with the thread that started it (PR_SET_PDEATHSIG, set after its
// identity, which would clear it), has a process group of its own, an unprivileged identity when
// one is given, and its output in a log file. Start children from the main thread alone.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

#include "../cli_error.h"

namespace nsl::cli {

struct Identity {
  uid_t uid = 0;
  gid_t gid = 0;
  // Capabilities (linux/capability.h) that stay, as ambient ones.
  std::vector<int> capabilities;
};

struct ChildSpec {
  std::string name = {};
  // argv[0] is the path.
  std::vector<std::string> command = {};
  std::string log_path = {};
  std::string working_folder = {};
  // Without: the child keeps the identity of this process.
  bool own_identity = false;
  Identity identity = {};
};

class Child {
 public:
  explicit Child(ChildSpec spec) : spec_(std::move(spec)) {}
  Child(Child&&) = default;

  CliStatus Start();
  bool running() const { return pid_ > 0; }
  pid_t pid() const { return pid_; }
  const std::string& name() const { return spec_.name; }
  const ChildSpec& spec() const { return spec_; }
  ChildSpec& spec() { return spec_; }
  // Collects the child when it has ended; true once per end. `how` says how.
  bool Ended(std::string& how);
  void Signal(int signal) const;
  std::chrono::steady_clock::time_point started_at() const { return started_at_; }
  // The last lines of its log, for a message.
  std::string LogTail() const;

 private:
  ChildSpec spec_;
  pid_t pid_ = 0;
  std::chrono::steady_clock::time_point started_at_;
};

// SIGTERM to all in their order, SIGKILL to those that are left at the end of `patience`.
void StopChildren(std::vector<Child*> children, std::chrono::milliseconds patience);

}  // namespace nsl::cli
