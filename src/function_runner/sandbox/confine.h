// SPDX-License-Identifier: Apache-2.0
//
// Confinement: what a process takes away from itself before a byte of tenant code arrives.
//
// ConfineZygote() once per zygote (empty root, no network, own ipc, uts and cgroup views), then
// ConfineWorker() in each forked child (own uid, no capability, limits, system call filter). Each
// piece is reported; an essential piece that could not be applied must end the process. The order
// matters: what a later piece forbids, an earlier one needs. Linux, x86-64.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <vector>

#include "function_runner/sandbox/worker_link.h"

namespace nsl::sandbox {

// Pieces by bit, so that a test can leave exactly one out and see what becomes possible.
enum PieceBit : uint32_t {
  kMountSpace = 1u << 0,
  kNetSpace = 1u << 1,
  kIpcSpace = 1u << 2,
  kUtsSpace = 1u << 3,
  kPidSpace = 1u << 4,
  kOwnUid = 1u << 5,
  kNoCapabilities = 1u << 6,
  kLimits = 1u << 7,
  kNoNewPrivileges = 1u << 8,
  kLandlock = 1u << 9,
  kSystemCalls = 1u << 10,
  kOneDescriptor = 1u << 11,
  kFewCapabilities = 1u << 12,
  kDiesWithZygote = 1u << 13,
};

struct ConfineOptions {
  uid_t uid = 0;
  gid_t gid = 0;
  // Private writable memory (RLIMIT_DATA) and address space (RLIMIT_AS) of the process, with what
  // the zygote has. The second holds where the first does not count: page tables, read-only pages.
  uint64_t memory_bytes = uint64_t{128} << 20;
  uint64_t address_bytes = uint64_t{4} << 30;
  // False: pages can never be made executable (an engine without JIT).
  bool executable_memory = true;
  // Pieces to leave out; tests and the -dev programs' `isolation: none` alone.
  uint32_t skip = 0;
};

// The socket of the worker, the only descriptor that is left.
inline constexpr int kWorkerSocket = 3;

std::vector<Piece> ConfineZygote(uint32_t skip);
std::vector<Piece> ConfineWorker(const ConfineOptions& options);
// True when every essential piece is active.
bool Complete(const std::vector<Piece>& pieces);
const char* NameOf(PieceBit bit);

// In a confined worker, before code arrives: gives up part of its memory limits, for good. False
// when the kernel refuses. No other process needs a right over it for that.
bool LowerMemory(uint64_t bytes);

// What this process has, as RLIMIT_DATA and RLIMIT_AS count it. Needs /proc, so the zygote asks
// before it gives up its root.
struct MemoryUse {
  uint64_t data_bytes = 0;
  uint64_t address_bytes = 0;
};
MemoryUse MemoryNow();

}  // namespace nsl::sandbox
