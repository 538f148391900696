// SPDX-License-Identifier: Apache-2.0
//
// A whole development system: chain, vault, runner and host as children of this process.
//
// Guarantee: nothing runs on after this process, however it ends (child.h). A child that dies is
// reported and started again, at most once per backoff. Main thread alone.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "../terminal.h"
#include "installation.h"

namespace nsl::cli {

// Blocks SIGINT, SIGTERM and SIGHUP and receives them where the program waits.
class Interrupts {
 public:
  Interrupts();
  // True when one came, before or within the time.
  bool Wait(std::chrono::milliseconds time);

 private:
  bool came_ = false;
};

// A step of the start, for progress and for the JSON of `nsl demo`.
using OnStep = std::function<void(const std::string& step, std::chrono::milliseconds took)>;

class DevSystem {
 public:
  DevSystem(Installation installation, Terminal& term, Interrupts& interrupts);
  ~DevSystem() { Stop(); }
  DevSystem(const DevSystem&) = delete;
  DevSystem& operator=(const DevSystem&) = delete;

  // Prepares, starts everything and waits until the host is ready.
  CliStatus Start(const OnStep& on_step);
  // Points the profile at this system and pins its root; keeps a login of the same system.
  CliStatus WriteProfile();
  // Restarts what dies, until a signal comes.
  void Supervise();
  // Within 5 s.
  void Stop();

  const Installation& installation() const { return installation_; }
  const std::vector<Child>& children() const { return children_; }

 private:
  CliStatus Until(const std::string& what, const std::function<bool()>& done);
  CliStatus CheckAlive();
  bool HostReady();
  std::optional<std::chrono::steady_clock::time_point> vault_refuses_since_;
  void Restart(Child& child, const std::string& how);

  Installation installation_;
  Terminal& term_;
  Interrupts& interrupts_;
  std::vector<Child> children_;
  std::vector<std::chrono::milliseconds> backoff_;
  std::vector<int> failed_starts_;
  std::vector<std::chrono::steady_clock::time_point> restart_at_;
};

}  // namespace nsl::cli
