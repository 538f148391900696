// SPDX-License-Identifier: Apache-2.0
#include "function_runner/sandbox/filter.h"

#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>

namespace nsl::sandbox {
namespace {

constexpr uint32_t kAllowed[] = {
    __NR_read,      __NR_write,  __NR_readv,          __NR_writev,       __NR_munmap,
    __NR_madvise,   __NR_brk,    __NR_mremap,         __NR_futex,        __NR_clock_gettime,
    __NR_getrandom, __NR_exit,   __NR_exit_group,     __NR_rt_sigreturn, __NR_rt_sigprocmask,
    __NR_close,     __NR_getpid, __NR_gettid,         __NR_sched_yield,  __NR_getrusage,
    __NR_poll,      __NR_ppoll,  __NR_restart_syscall};
constexpr uint32_t kRefused[] = {
    __NR_open,        __NR_openat, __NR_newfstatat,      __NR_fstat, __NR_lseek,
    __NR_readlink,    __NR_access, __NR_set_robust_list, __NR_prctl, __NR_sched_getaffinity,
    __NR_statx,       __NR_ioctl,  __NR_sigaltstack,     __NR_uname, __NR_readlinkat,
    __NR_rt_sigaction};

constexpr uint32_t kOffsetNr = offsetof(seccomp_data, nr);
constexpr uint32_t kOffsetArch = offsetof(seccomp_data, arch);
constexpr uint32_t kOffsetPid = offsetof(seccomp_data, args);
constexpr uint32_t kOffsetProt = offsetof(seccomp_data, args) + 2 * sizeof(uint64_t);
// What an allocator asks for. Shared and growing mappings would not be counted by RLIMIT_DATA.
constexpr uint32_t kMmapFlags =
    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_FIXED_NOREPLACE | MAP_NORESERVE | MAP_STACK;
constexpr uint32_t kOffsetMmapFlags = offsetof(seccomp_data, args) + 3 * sizeof(uint64_t);

sock_filter Statement(uint16_t code, uint32_t k) { return {code, 0, 0, k}; }
sock_filter Jump(uint16_t code, uint32_t k, uint8_t if_true, uint8_t if_false) {
  return {code, if_true, if_false, k};
}
sock_filter Return(uint32_t action) { return Statement(BPF_RET | BPF_K, action); }
sock_filter Load(uint32_t offset) { return Statement(BPF_LD | BPF_W | BPF_ABS, offset); }

void Answer(std::vector<sock_filter>& program, uint32_t number, uint32_t action) {
  program.push_back(Jump(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1));
  program.push_back(Return(action));
}

}  // namespace

std::vector<sock_filter> WorkerFilter(bool executable_memory) {
  std::vector<sock_filter> p;
  p.push_back(Load(kOffsetArch));
  p.push_back(Jump(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0));
  p.push_back(Return(SECCOMP_RET_KILL_PROCESS));
  p.push_back(Load(kOffsetNr));
  // The x32 numbers share the architecture value.
  p.push_back(Jump(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1));
  p.push_back(Return(SECCOMP_RET_KILL_PROCESS));
  for (uint32_t number : kAllowed) Answer(p, number, SECCOMP_RET_ALLOW);
  for (uint32_t number : kRefused) Answer(p, number, SECCOMP_RET_ERRNO | EPERM);
  // libc then falls back to clone, which is not allowed either.
  Answer(p, __NR_clone3, SECCOMP_RET_ERRNO | ENOSYS);
  // Of itself alone; without rights a process can only lower its limits.
  p.push_back(Jump(BPF_JMP | BPF_JEQ | BPF_K, __NR_prlimit64, 0, 4));
  p.push_back(Load(kOffsetPid));
  p.push_back(Jump(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0));
  p.push_back(Return(SECCOMP_RET_ERRNO | EPERM));
  p.push_back(Return(SECCOMP_RET_ALLOW));
  // The engine protects its code with memory keys where the processor has them.
  for (uint32_t number : {__NR_mprotect, __NR_pkey_mprotect}) {
    if (executable_memory) {
      Answer(p, number, SECCOMP_RET_ALLOW);
      continue;
    }
    p.push_back(Jump(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 4));
    p.push_back(Load(kOffsetProt));
    p.push_back(Jump(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 0, 1));
    p.push_back(Return(SECCOMP_RET_ERRNO | EPERM));
    p.push_back(Return(SECCOMP_RET_ALLOW));
  }
  // mmap: anonymous and private alone (a worker has no file to map).
  p.push_back(Jump(BPF_JMP | BPF_JEQ | BPF_K, __NR_mmap, 1, 0));
  p.push_back(Return(SECCOMP_RET_KILL_PROCESS));
  p.push_back(Load(kOffsetMmapFlags));
  p.push_back(Jump(BPF_JMP | BPF_JSET | BPF_K, MAP_ANONYMOUS, 1, 0));
  p.push_back(Return(SECCOMP_RET_ERRNO | EPERM));
  p.push_back(Jump(BPF_JMP | BPF_JSET | BPF_K, ~kMmapFlags, 0, 1));
  p.push_back(Return(SECCOMP_RET_ERRNO | EPERM));
  if (!executable_memory) {
    p.push_back(Load(kOffsetProt));
    p.push_back(Jump(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 0, 1));
    p.push_back(Return(SECCOMP_RET_ERRNO | EPERM));
  }
  p.push_back(Return(SECCOMP_RET_ALLOW));
  return p;
}

int InstallFilter(const std::vector<sock_filter>& program) {
  sock_fprog fprog{static_cast<unsigned short>(program.size()),
                   const_cast<sock_filter*>(program.data())};
  return syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, 0, &fprog) == 0 ? 0 : errno;
}

}  // namespace nsl::sandbox
