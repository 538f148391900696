// SPDX-License-Identifier: Apache-2.0
#include "attempts.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/io_uring.h>
#include <linux/landlock.h>
#include <linux/perf_event.h>
#include <linux/sched.h>
#include <linux/vm_sockets.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <sys/io.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iterator>

namespace nsl::probe {
namespace {

int Of(long result) { return result >= 0 ? 0 : errno; }

int OfFd(long fd) {
  if (fd < 0) return errno;
  close(static_cast<int>(fd));
  return 0;
}

int OpenHostFile(const Targets&) { return OfFd(open("/etc/passwd", O_RDONLY)); }
int OpenVictimMemory(const Targets& t) {
  char path[64];
  std::snprintf(path, sizeof path, "/proc/%d/mem", t.victim);
  return OfFd(open(path, O_RDONLY));
}
int ReadKernelLog(const Targets&) { return OfFd(open("/dev/kmsg", O_RDONLY)); }
int WriteFile(const Targets&) {
  int failed = OfFd(open("/tmp/nsl-probe-file", O_WRONLY | O_CREAT, 0600));
  if (failed == 0) unlink("/tmp/nsl-probe-file");
  return failed;
}
int TcpSocket(const Targets&) { return OfFd(socket(AF_INET, SOCK_STREAM, 0)); }
int UnixSocket(const Targets&) { return OfFd(socket(AF_UNIX, SOCK_STREAM, 0)); }
int VsockSocket(const Targets&) { return OfFd(socket(AF_VSOCK, SOCK_STREAM, 0)); }
int RawSocket(const Targets&) { return OfFd(socket(AF_INET, SOCK_RAW, IPPROTO_ICMP)); }
int ConnectOut(const Targets& t) {
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  if (fd < 0) return errno;
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(t.port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int failed = Of(connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to));
  close(fd);
  return failed;
}
int PtraceVictim(const Targets& t) {
  int failed = Of(ptrace(PTRACE_SEIZE, t.victim, nullptr, nullptr));
  if (failed == 0) ptrace(PTRACE_DETACH, t.victim, nullptr, nullptr);
  return failed;
}
int ReadVictim(const Targets& t) {
  char byte;
  iovec local{&byte, 1};
  // Its own image has the same layout as ours when it is the same program; any address will do.
  iovec remote{reinterpret_cast<void*>(&Attempts), 1};
  long n = process_vm_readv(t.victim, &local, 1, &remote, 1, 0);
  return n >= 0 || errno == EFAULT ? 0 : errno;
}
int SignalVictim(const Targets& t) { return Of(kill(t.victim, 0)); }
int SignalGroup(const Targets&) { return Of(kill(-1, 0)); }
int ForkChild(const Targets&) {
  long pid = syscall(__NR_fork);
  if (pid == 0) _exit(0);
  return Of(pid);
}
int CloneNamespaces(const Targets&) {
  clone_args args{};
  args.flags = CLONE_NEWUSER;
  args.exit_signal = SIGCHLD;
  long pid = syscall(__NR_clone3, &args, sizeof args);
  if (pid == 0) _exit(0);
  return Of(pid);
}
int Execute(const Targets&) {
  char arg0[] = "true";
  char* argv[] = {arg0, nullptr};
  char* envp[] = {nullptr};
  pid_t pid = vfork();
  if (pid == 0) {
    execve("/bin/true", argv, envp);
    _exit(9);
  }
  if (pid < 0) return errno;
  int status = 0;
  waitpid(pid, &status, 0);
  return WEXITSTATUS(status) == 9 ? EACCES : 0;
}
// In a space of its own: where this succeeds it must not change the machine.
int MountTmpfs(const Targets&) {
  if (unshare(CLONE_NEWNS) != 0) return errno;
  if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return errno;
  return Of(mount("none", "/", "tmpfs", MS_RDONLY, nullptr));
}
int Unshare(const Targets&) { return Of(unshare(CLONE_NEWUTS)); }
int JoinNamespace(const Targets& t) {
  char path[64];
  std::snprintf(path, sizeof path, "/proc/%d/ns/net", t.victim);
  int fd = open(path, O_RDONLY);
  if (fd < 0) return errno;
  int failed = Of(setns(fd, CLONE_NEWNET));
  close(fd);
  return failed;
}
int LoadBpf(const Targets&) {
  bpf_attr attr{};
  attr.map_type = BPF_MAP_TYPE_ARRAY;
  attr.key_size = 4;
  attr.value_size = 4;
  attr.max_entries = 1;
  return OfFd(syscall(__NR_bpf, BPF_MAP_CREATE, &attr, sizeof attr));
}
int IoUring(const Targets&) {
  io_uring_params params{};
  return OfFd(syscall(__NR_io_uring_setup, 4, &params));
}
int UserFaultFd(const Targets&) { return OfFd(syscall(__NR_userfaultfd, O_CLOEXEC)); }
int AddKey(const Targets&) {
  return Of(syscall(__NR_add_key, "user", "nsl-probe", "x", 1, -3 /* session keyring */));
}
int PerfEvent(const Targets&) {
  perf_event_attr attr{};
  attr.type = PERF_TYPE_SOFTWARE;
  attr.size = sizeof attr;
  attr.config = PERF_COUNT_SW_CPU_CLOCK;
  return OfFd(syscall(__NR_perf_event_open, &attr, 0, -1, -1, 0));
}
int OpenByHandle(const Targets&) {
  alignas(file_handle) char raw[sizeof(file_handle) + 128] = {};
  auto* handle = reinterpret_cast<file_handle*>(raw);
  handle->handle_bytes = 128;
  int mount_id = 0;
  if (name_to_handle_at(AT_FDCWD, "/", handle, &mount_id, 0) != 0) return errno;
  int root = open("/", O_RDONLY);
  if (root < 0) return errno;
  int failed = OfFd(open_by_handle_at(root, handle, O_RDONLY));
  close(root);
  return failed;
}
int MakeDevice(const Targets&) {
  int failed = Of(mknod("/tmp/nsl-probe-dev", S_IFCHR | 0600, 0x103));
  unlink("/tmp/nsl-probe-dev");
  return failed;
}
int ChangeRoot(const Targets&) { return Of(chroot("/")); }
int BecomeRoot(const Targets&) { return Of(setresuid(0, 0, 0)); }
int BeDumpable(const Targets&) { return Of(prctl(PR_SET_DUMPABLE, 1)); }
int PortAccess(const Targets&) { return Of(iopl(0)); }
int Personality(const Targets&) { return Of(personality(0xffffffff)); }
int AnonymousFile(const Targets&) { return OfFd(memfd_create("x", 0)); }
int SetHostname(const Targets&) {
  char name[65];
  if (gethostname(name, sizeof name) != 0) return errno;
  return Of(sethostname(name, std::strlen(name)));
}
int AttachSegment(const Targets& t) {
  void* at = shmat(t.segment, nullptr, SHM_RDONLY);
  if (at == reinterpret_cast<void*>(-1)) return errno;
  shmdt(at);
  return 0;
}
int RaiseLimit(const Targets&) {
  void* memory =
      mmap(nullptr, size_t{2} << 30, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return errno;
  munmap(memory, size_t{2} << 30);
  return 0;
}
int MapWith(int flags) {
  constexpr size_t kSize = size_t{1} << 20;
  void* memory = mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_ANONYMOUS | flags, -1, 0);
  if (memory == MAP_FAILED) return errno;
  munmap(memory, kSize);
  return 0;
}
// Neither is counted by the limit on private data.
int SharedMemory(const Targets&) { return MapWith(MAP_SHARED); }
int GrowingMemory(const Targets&) { return MapWith(MAP_PRIVATE | MAP_GROWSDOWN); }
int ReserveTerabyte(const Targets&) {
  constexpr size_t kSize = size_t{1} << 40;
  void* memory =
      mmap(nullptr, kSize, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) return errno;
  munmap(memory, kSize);
  return 0;
}
int ReadMachineName(const Targets& t) {
  char name[65] = {};
  if (gethostname(name, sizeof name - 1) != 0) return errno;
  return std::strncmp(name, t.machine, sizeof t.machine) == 0 ? 0 : ENOENT;
}
// A file with the set-user-id bit of root; gives its user to whoever executes it.
int ExecuteSetuid(const Targets& t) {
  char* argv[] = {const_cast<char*>(t.setuid_program), nullptr};
  char* envp[] = {nullptr};
  pid_t pid = vfork();
  if (pid == 0) {
    execve(t.setuid_program, argv, envp);
    _exit(99);
  }
  if (pid < 0) return errno;
  int status = 0;
  if (waitpid(pid, &status, 0) != pid) return errno;
  return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : EACCES;
}
int OtherDescriptor(const Targets&) {
  for (int fd : {0, 1, 2, 4, 5, 6, 7}) {
    if (close(fd) == 0) return 0;
  }
  return errno;
}
int SeeOutsidePid(const Targets&) { return syscall(__NR_getpid) == 1 ? ESRCH : 0; }
int Reboot(const Targets&) {
  // CAD_ON: harmless, but needs the capability. A pid namespace that is not the machine's first
  // answers EINVAL, and only after the capability was found.
  int error = Of(syscall(__NR_reboot, 0xfee1dead, 672274793, 0x89abcdef, nullptr));
  return error == EINVAL ? 0 : error;
}

constexpr Attempt kAttempts[] = {
    {"open_host_file", OpenHostFile},
    {"open_process_memory", OpenVictimMemory},
    {"read_kernel_log", ReadKernelLog},
    {"write_file", WriteFile},
    {"tcp_socket", TcpSocket},
    {"unix_socket", UnixSocket},
    {"vsock_socket", VsockSocket},
    {"raw_socket", RawSocket},
    {"connect_out", ConnectOut},
    {"ptrace_process", PtraceVictim},
    {"read_process", ReadVictim},
    {"signal_process", SignalVictim},
    {"signal_everyone", SignalGroup},
    {"fork", ForkChild},
    {"clone_namespaces", CloneNamespaces},
    {"execute", Execute},
    {"mount", MountTmpfs},
    {"unshare", Unshare},
    {"join_namespace", JoinNamespace},
    {"load_bpf", LoadBpf},
    {"io_uring", IoUring},
    {"userfaultfd", UserFaultFd},
    {"add_key", AddKey},
    {"perf_event", PerfEvent},
    {"open_by_handle", OpenByHandle},
    {"make_device", MakeDevice},
    {"change_root", ChangeRoot},
    {"become_root", BecomeRoot},
    {"be_dumpable", BeDumpable},
    {"port_access", PortAccess},
    {"personality", Personality},
    {"anonymous_file", AnonymousFile},
    {"set_hostname", SetHostname},
    {"attach_segment", AttachSegment},
    {"take_2_gib", RaiseLimit},
    {"shared_memory", SharedMemory},
    {"growing_memory", GrowingMemory},
    {"reserve_terabyte", ReserveTerabyte},
    {"read_machine_name", ReadMachineName},
    {"execute_setuid", ExecuteSetuid},
    {"use_other_descriptor", OtherDescriptor},
    {"see_outside_pid", SeeOutsidePid},
    {"reboot", Reboot},
};

}  // namespace

std::span<const Attempt> Attempts() { return kAttempts; }

}  // namespace nsl::probe
