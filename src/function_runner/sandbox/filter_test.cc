// SPDX-License-Identifier: Apache-2.0
// The filter as a table of decisions, by a small interpreter of the instructions that it uses.
#include "function_runner/sandbox/filter.h"

#include <gtest/gtest.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstring>

namespace nsl::sandbox {
namespace {

constexpr uint32_t kAllow = SECCOMP_RET_ALLOW;
constexpr uint32_t kKill = SECCOMP_RET_KILL_PROCESS;
constexpr uint32_t kEperm = SECCOMP_RET_ERRNO | EPERM;

uint32_t Decide(const std::vector<sock_filter>& program, const seccomp_data& call) {
  uint32_t a = 0;
  for (size_t pc = 0; pc < program.size(); ++pc) {
    const sock_filter& i = program[pc];
    switch (i.code) {
      case BPF_LD | BPF_W | BPF_ABS:
        std::memcpy(&a, reinterpret_cast<const char*>(&call) + i.k, sizeof a);
        break;
      case BPF_JMP | BPF_JEQ | BPF_K:
        pc += a == i.k ? i.jt : i.jf;
        break;
      case BPF_JMP | BPF_JGE | BPF_K:
        pc += a >= i.k ? i.jt : i.jf;
        break;
      case BPF_JMP | BPF_JSET | BPF_K:
        pc += (a & i.k) != 0 ? i.jt : i.jf;
        break;
      case BPF_RET | BPF_K:
        return i.k;
      default:
        ADD_FAILURE() << "instruction " << i.code;
        return 0;
    }
  }
  ADD_FAILURE() << "the program has no end";
  return 0;
}

uint32_t Decide(bool executable, int number, std::initializer_list<uint64_t> args = {},
                uint32_t arch = AUDIT_ARCH_X86_64) {
  seccomp_data call{};
  call.nr = number;
  call.arch = arch;
  size_t n = 0;
  for (uint64_t arg : args) call.args[n++] = arg;
  return Decide(WorkerFilter(executable), call);
}

TEST(WorkerFilter, AllowsWhatAWorkerNeeds) {
  for (int number : {__NR_read, __NR_write, __NR_poll, __NR_futex, __NR_munmap, __NR_getrandom,
                     __NR_clock_gettime, __NR_exit_group}) {
    EXPECT_EQ(Decide(true, number), kAllow) << number;
    EXPECT_EQ(Decide(false, number), kAllow) << number;
  }
}

TEST(WorkerFilter, EveryOtherNumberKillsOrAnswersAnError) {
  int allowed = 0;
  for (int number = 0; number < 600; ++number) {
    uint32_t decision = Decide(true, number, {1, 0, 0, MAP_SHARED});
    if (decision == kAllow) ++allowed;
    if (number > 334) {
      EXPECT_NE(decision, kAllow) << number;
    }
  }
  // Grows only together with this number, so that nobody widens it in passing.
  EXPECT_EQ(allowed, 25);
  for (int number : {__NR_socket,       __NR_socketpair,
                     __NR_connect,      __NR_execve,
                     __NR_execveat,     __NR_fork,
                     __NR_vfork,        __NR_clone,
                     __NR_ptrace,       __NR_kill,
                     __NR_tgkill,       __NR_mount,
                     __NR_unshare,      __NR_setns,
                     __NR_bpf,          __NR_io_uring_setup,
                     __NR_userfaultfd,  __NR_keyctl,
                     __NR_add_key,      __NR_perf_event_open,
                     __NR_memfd_create, __NR_process_vm_readv,
                     __NR_setrlimit,    __NR_seccomp,
                     __NR_sendmsg,      __NR_recvmsg,
                     __NR_sendto,       __NR_pidfd_open,
                     __NR_shmget}) {
    EXPECT_EQ(Decide(true, number), kKill) << number;
  }
}

TEST(WorkerFilter, OtherNumberSpacesKill) {
  EXPECT_EQ(Decide(true, __NR_read, {}, AUDIT_ARCH_I386), kKill);
  EXPECT_EQ(Decide(true, __NR_read | 0x40000000), kKill);
  EXPECT_EQ(Decide(true, -1), kKill);
}

TEST(WorkerFilter, OnlyCountedAnonymousMemoryIsMapped) {
  constexpr uint64_t kPlain = MAP_PRIVATE | MAP_ANONYMOUS;
  constexpr uint64_t kRw = PROT_READ | PROT_WRITE;
  EXPECT_EQ(Decide(true, __NR_mmap, {0, 4096, kRw, kPlain}), kAllow);
  EXPECT_EQ(Decide(true, __NR_mmap, {0, 4096, kRw, kPlain | MAP_NORESERVE | MAP_FIXED}), kAllow);
  for (uint64_t flags :
       {uint64_t{MAP_PRIVATE}, uint64_t{MAP_SHARED | MAP_ANONYMOUS}, kPlain | MAP_GROWSDOWN,
        kPlain | MAP_HUGETLB, kPlain | MAP_LOCKED, kPlain | MAP_POPULATE}) {
    EXPECT_EQ(Decide(true, __NR_mmap, {0, 4096, kRw, flags}), kEperm) << flags;
  }
}

TEST(WorkerFilter, WithoutCompilersNoPageBecomesExecutable) {
  constexpr uint64_t kPlain = MAP_PRIVATE | MAP_ANONYMOUS;
  constexpr uint64_t kCode = PROT_READ | PROT_EXEC;
  EXPECT_EQ(Decide(true, __NR_mmap, {0, 4096, kCode, kPlain}), kAllow);
  EXPECT_EQ(Decide(false, __NR_mmap, {0, 4096, kCode, kPlain}), kEperm);
  EXPECT_EQ(Decide(false, __NR_mmap, {0, 4096, PROT_READ, kPlain}), kAllow);
  for (int number : {__NR_mprotect, __NR_pkey_mprotect}) {
    EXPECT_EQ(Decide(true, number, {0, 4096, kCode}), kAllow);
    EXPECT_EQ(Decide(false, number, {0, 4096, kCode}), kEperm);
    EXPECT_EQ(Decide(false, number, {0, 4096, PROT_READ}), kAllow);
  }
}

TEST(WorkerFilter, LimitsOfOtherProcessesAreOutOfReach) {
  EXPECT_EQ(Decide(true, __NR_prlimit64, {0}), kAllow);
  EXPECT_EQ(Decide(true, __NR_prlimit64, {1}), kEperm);
}

TEST(WorkerFilter, ProbesOfLibrariesAnswerAnError) {
  for (int number : {__NR_openat, __NR_newfstatat, __NR_readlink, __NR_prctl}) {
    EXPECT_EQ(Decide(true, number), kEperm) << number;
  }
  EXPECT_EQ(Decide(true, __NR_clone3), uint32_t{SECCOMP_RET_ERRNO | ENOSYS});
}

}  // namespace
}  // namespace nsl::sandbox
