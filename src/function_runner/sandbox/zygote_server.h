// SPDX-License-Identifier: Apache-2.0
//
// The zygote's side of the control socket: forks one confined child per command.
//
// The process that calls ServeZygote has one thread, holds no key, and runs no tenant code. It is
// the same loop for every language and for the probe; what a child does is handed in.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "function_runner/sandbox/confine.h"

namespace nsl::sandbox {

inline constexpr int kControlSocket = 3;
inline constexpr uint32_t kZygoteProtocol = 1;

// One message each way per fork; the reply carries the child's pidfd, the command its socket.
struct ForkCommand {
  uint32_t protocol = kZygoteProtocol;
  uint32_t uid = 0;
  uint32_t gid = 0;
  // The most that any version may have; a worker lowers it to its own when code arrives.
  uint32_t memory_mb = 0;
  uint32_t skip = 0;
};
struct ForkReply {
  int32_t error = 0;
  int32_t pid = 0;
};
// Sent once when the zygote is ready: its pieces follow as a kBlank frame body.
inline constexpr size_t kMaxControlMessage = 4096;

struct ZygoteHooks {
  // In the child, before it is confined: reseed every generator it holds.
  std::function<void()> after_fork;
  // In the child, confined, with its socket at kWorkerSocket. Must not return.
  std::function<void(const ForkCommand&, const std::vector<Piece>&)> run;
  bool executable_memory = true;
};

// Confines the zygote, reports ready, serves until the control socket ends; its workers die with
// it. Returns the exit code of the process.
int ServeZygote(const ZygoteHooks& hooks, uint32_t skip);

}  // namespace nsl::sandbox
