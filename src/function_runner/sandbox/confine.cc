// SPDX-License-Identifier: Apache-2.0
#include "function_runner/sandbox/confine.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iterator>

#include "function_runner/sandbox/filter.h"

namespace nsl::sandbox {
namespace {

constexpr int kLastCapability = 63;
constexpr uint64_t kStackBytes = uint64_t{8} << 20;
// What making workers takes: a pid namespace, another user, an empty bounding set, and the right to
// end them with the zygote.
constexpr int kZygoteCapabilities[] = {CAP_SYS_ADMIN, CAP_SETUID, CAP_SETGID, CAP_SETPCAP,
                                       CAP_KILL};

// Applies one piece with f() -> errno, or leaves it out.
template <class F>
void Apply(std::vector<Piece>& pieces, uint32_t skip, PieceBit bit, bool essential, F f) {
  Piece piece{NameOf(bit), essential, false, 0};
  if ((skip & bit) == 0) {
    piece.error = f();
    piece.active = piece.error == 0;
  }
  pieces.push_back(piece);
}

int ErrnoOf(int result) { return result == 0 ? 0 : errno; }

int Unshare(int flag) { return ErrnoOf(unshare(flag)); }

// A fresh, empty, read-only tmpfs becomes the root; the old one is let go.
int EmptyRoot() {
  if (unshare(CLONE_NEWNS) != 0) return errno;
  if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return errno;
  if (mount("none", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "size=4k,mode=555") != 0) {
    return errno;
  }
  if (chdir("/tmp") != 0) return errno;
  if (syscall(__NR_pivot_root, ".", ".") != 0) return errno;
  if (umount2(".", MNT_DETACH) != 0) return errno;
  if (chdir("/") != 0) return errno;
  return ErrnoOf(mount(nullptr, "/", nullptr,
                       MS_REMOUNT | MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr));
}

// The bounding set first: dropping from it needs a capability that the change of user takes away.
int DropBoundingSet() {
  for (int cap = 0; cap <= kLastCapability; ++cap) {
    if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) != 0 && errno != EINVAL) return errno;
  }
  return 0;
}

int DropCapabilities() {
  prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct none[2] = {};
  return ErrnoOf(static_cast<int>(syscall(__NR_capset, &header, none)));
}

bool IsZygoteCapability(int cap) {
  return std::ranges::find(kZygoteCapabilities, cap) != std::end(kZygoteCapabilities);
}

// The zygote keeps what it needs to make workers and nothing else, for ever.
int KeepZygoteCapabilities() {
  for (int cap = 0; cap <= kLastCapability; ++cap) {
    if (IsZygoteCapability(cap)) continue;
    if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) != 0 && errno != EINVAL) return errno;
  }
  prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[2] = {};
  for (int cap : kZygoteCapabilities) {
    data[cap / 32].permitted |= 1u << (cap % 32);
    data[cap / 32].effective |= 1u << (cap % 32);
  }
  return ErrnoOf(static_cast<int>(syscall(__NR_capset, &header, data)));
}

// The machine's name is nobody's business in here.
int OwnNames() {
  if (unshare(CLONE_NEWUTS | CLONE_NEWCGROUP) != 0) return errno;
  constexpr char kName[] = "worker";
  if (sethostname(kName, sizeof kName - 1) != 0) return errno;
  return ErrnoOf(setdomainname("", 0));
}

int BecomeUser(uid_t uid, gid_t gid) {
  if (setgroups(0, nullptr) != 0) return errno;
  if (setresgid(gid, gid, gid) != 0) return errno;
  // The capabilities that are left are dropped by the next piece; keep them across the change.
  prctl(PR_SET_KEEPCAPS, 1);
  return ErrnoOf(setresuid(uid, uid, uid));
}

int Limit(__rlimit_resource what, uint64_t value) {
  rlimit limit{value, value};
  return ErrnoOf(setrlimit(what, &limit));
}

int SetLimits(uint64_t data_bytes, uint64_t address_bytes) {
  for (int failed :
       {Limit(RLIMIT_DATA, data_bytes), Limit(RLIMIT_AS, address_bytes),
        Limit(RLIMIT_STACK, kStackBytes), Limit(RLIMIT_NOFILE, kWorkerSocket + 1),
        Limit(RLIMIT_NPROC, 0), Limit(RLIMIT_CORE, 0), Limit(RLIMIT_FSIZE, 0),
        Limit(RLIMIT_MEMLOCK, 0), Limit(RLIMIT_MSGQUEUE, 0), Limit(RLIMIT_SIGPENDING, 16)}) {
    if (failed != 0) return failed;
  }
  return 0;
}

// landlock_ruleset_attr as of version 6; the distribution's header knows the first field alone.
struct LandlockRules {
  uint64_t files = 0;
  uint64_t net = 0;
  uint64_t scoped = 0;
};

// No rule is added, so nothing that the ruleset handles is allowed.
int DenyFiles() {
  long version = syscall(__NR_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (version < 1) return version < 0 ? errno : ENOSYS;
  LandlockRules rules;
  rules.files = (1ull << 13) - 1;
  if (version >= 2) rules.files |= 1ull << 13;
  if (version >= 3) rules.files |= 1ull << 14;
  if (version >= 5) rules.files |= 1ull << 15;
  if (version >= 4) rules.net = (1ull << 2) - 1;
  if (version >= 6) rules.scoped = (1ull << 2) - 1;
  // A kernel refuses a structure with set fields that it does not know, so the size follows it.
  size_t size = version >= 6   ? sizeof rules
                : version >= 4 ? 2 * sizeof(uint64_t)
                               : sizeof(uint64_t);
  int fd = static_cast<int>(syscall(__NR_landlock_create_ruleset, &rules, size, 0));
  if (fd < 0) return errno;
  int failed = ErrnoOf(static_cast<int>(syscall(__NR_landlock_restrict_self, fd, 0)));
  close(fd);
  return failed;
}

int CloseOthers() {
  close(0);
  close(1);
  close(2);
  return ErrnoOf(static_cast<int>(syscall(__NR_close_range, kWorkerSocket + 1, ~0u, 0)));
}

}  // namespace

const char* NameOf(PieceBit bit) {
  switch (bit) {
    case kMountSpace:
      return "mount_namespace";
    case kNetSpace:
      return "net_namespace";
    case kIpcSpace:
      return "ipc_namespace";
    case kUtsSpace:
      return "uts_namespace";
    case kPidSpace:
      return "pid_namespace";
    case kOwnUid:
      return "own_uid";
    case kNoCapabilities:
      return "no_capabilities";
    case kLimits:
      return "resource_limits";
    case kNoNewPrivileges:
      return "no_new_privileges";
    case kLandlock:
      return "landlock";
    case kSystemCalls:
      return "system_call_filter";
    case kOneDescriptor:
      return "one_descriptor";
    case kFewCapabilities:
      return "zygote_capabilities";
    case kDiesWithZygote:
      return "dies_with_zygote";
  }
  return "unknown";
}

std::vector<Piece> ConfineZygote(uint32_t skip) {
  std::vector<Piece> pieces;
  Apply(pieces, skip, kNetSpace, true, [] { return Unshare(CLONE_NEWNET); });
  Apply(pieces, skip, kIpcSpace, true, [] { return Unshare(CLONE_NEWIPC); });
  Apply(pieces, skip, kUtsSpace, true, OwnNames);
  Apply(pieces, skip, kMountSpace, true, EmptyRoot);
  Apply(pieces, skip, kFewCapabilities, true, KeepZygoteCapabilities);
  return pieces;
}

std::vector<Piece> ConfineWorker(const ConfineOptions& options) {
  std::vector<Piece> pieces;
  uint32_t skip = options.skip;
  // The pid namespace is made by the clone; being its first process is the proof.
  Apply(pieces, skip, kPidSpace, true, [] { return syscall(__NR_getpid) == 1 ? 0 : ESRCH; });
  Apply(pieces, skip, kOneDescriptor, true, CloseOthers);
  int bounding = (skip & kNoCapabilities) != 0 ? 0 : DropBoundingSet();
  Apply(pieces, skip, kOwnUid, true, [&] { return BecomeUser(options.uid, options.gid); });
  Apply(pieces, skip, kNoCapabilities, true,
        [&] { return bounding != 0 ? bounding : DropCapabilities(); });
  Apply(pieces, skip, kNoNewPrivileges, true,
        [] { return ErrnoOf(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)); });
  // Both are lost with a change of credentials, so they come after it.
  prctl(PR_SET_DUMPABLE, 0);
  Apply(pieces, skip, kDiesWithZygote, true,
        [] { return ErrnoOf(prctl(PR_SET_PDEATHSIG, SIGKILL)); });
  Apply(pieces, skip, kLandlock, false, DenyFiles);
  Apply(pieces, skip, kLimits, true,
        [&] { return SetLimits(options.memory_bytes, options.address_bytes); });
  Apply(pieces, skip, kSystemCalls, true,
        [&] { return InstallFilter(WorkerFilter(options.executable_memory)); });
  return pieces;
}

bool Complete(const std::vector<Piece>& pieces) {
  for (const Piece& piece : pieces) {
    if (piece.essential && !piece.active) return false;
  }
  return true;
}

bool LowerMemory(uint64_t bytes) {
  for (__rlimit_resource what : {RLIMIT_DATA, RLIMIT_AS}) {
    rlimit limit{};
    if (getrlimit(what, &limit) != 0) return false;
    // Without the piece `resource_limits` there is nothing to lower.
    if (limit.rlim_cur == RLIM_INFINITY) continue;
    if (limit.rlim_cur <= bytes || Limit(what, limit.rlim_cur - bytes) != 0) return false;
  }
  return true;
}

MemoryUse MemoryNow() {
  MemoryUse use;
  FILE* status = std::fopen("/proc/self/status", "re");
  if (status == nullptr) return use;
  char line[256];
  while (std::fgets(line, sizeof line, status) != nullptr) {
    unsigned long long kb = 0;
    if (std::sscanf(line, "VmData: %llu", &kb) == 1) use.data_bytes = kb << 10;
    if (std::sscanf(line, "VmSize: %llu", &kb) == 1) use.address_bytes = kb << 10;
  }
  std::fclose(status);
  return use;
}

}  // namespace nsl::sandbox
