// SPDX-License-Identifier: Apache-2.0
#include "function_runner/sandbox/zygote_server.h"

#include <linux/sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace nsl::sandbox {
namespace {

constexpr uint64_t kDataSlack = uint64_t{48} << 20;
// An engine reserves ranges that it fills later.
constexpr uint64_t kAddressSlack = uint64_t{512} << 20;

bool SendWithFd(int socket, const void* data, size_t size, int fd) {
  iovec iov{const_cast<void*>(data), size};
  msghdr message{};
  message.msg_iov = &iov;
  message.msg_iovlen = 1;
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  if (fd >= 0) {
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(header), &fd, sizeof fd);
  }
  return sendmsg(socket, &message, MSG_NOSIGNAL) == static_cast<ssize_t>(size);
}

// False at the end of the socket or for a message that is not a command with one descriptor.
bool ReceiveCommand(int socket, ForkCommand& command, int& fd) {
  iovec iov{&command, sizeof command};
  msghdr message{};
  message.msg_iov = &iov;
  message.msg_iovlen = 1;
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  ssize_t n = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
  fd = -1;
  if (n != sizeof command || command.protocol != kZygoteProtocol) return false;
  for (cmsghdr* h = CMSG_FIRSTHDR(&message); h != nullptr; h = CMSG_NXTHDR(&message, h)) {
    if (h->cmsg_type == SCM_RIGHTS) std::memcpy(&fd, CMSG_DATA(h), sizeof fd);
  }
  return fd >= 0;
}

[[noreturn]] void BecomeWorker(const ZygoteHooks& hooks, const ForkCommand& command, int fd,
                               const MemoryUse& zygote) {
  signal(SIGCHLD, SIG_DFL);
  dup2(fd, kWorkerSocket);
  hooks.after_fork();
  ConfineOptions options;
  options.uid = command.uid;
  options.gid = command.gid;
  // The engine's own limit comes first and can say why; this one holds against native code too.
  uint64_t memory = static_cast<uint64_t>(command.memory_mb) << 20;
  options.memory_bytes = zygote.data_bytes + memory + kDataSlack;
  options.address_bytes = zygote.address_bytes + memory + kAddressSlack;
  options.executable_memory = hooks.executable_memory;
  options.skip = command.skip;
  std::vector<Piece> pieces = ConfineWorker(options);
  hooks.run(command, pieces);
  _exit(0);
}

void Fork(const ZygoteHooks& hooks, const ForkCommand& command, int fd, const MemoryUse& zygote) {
  int pidfd = -1;
  clone_args args{};
  args.flags = CLONE_PIDFD | ((command.skip & kPidSpace) ? 0 : CLONE_NEWPID);
  args.pidfd = reinterpret_cast<uint64_t>(&pidfd);
  args.exit_signal = SIGCHLD;
  long pid = syscall(__NR_clone3, &args, sizeof args);
  if (pid == 0) BecomeWorker(hooks, command, fd, zygote);
  ForkReply reply;
  if (pid < 0) {
    reply.error = errno;
  } else {
    reply.pid = static_cast<int32_t>(pid);
  }
  SendWithFd(kControlSocket, &reply, sizeof reply, pidfd);
  if (pidfd >= 0) close(pidfd);
}

}  // namespace

int ServeZygote(const ZygoteHooks& hooks, uint32_t skip) {
  MemoryUse memory = MemoryNow();
  std::vector<Piece> pieces = ConfineZygote(skip);
  prctl(PR_SET_DUMPABLE, 0);
  Bytes ready;
  AppendBlank(ready, pieces);
  // Nobody asks how a worker ended; the kernel reaps it at once, so that its group can be removed.
  signal(SIGCHLD, SIG_IGN);
  if (!SendWithFd(kControlSocket, ready.data(), ready.size(), -1)) return 1;
  for (;;) {
    ForkCommand command;
    int fd = -1;
    // The supervisor is gone: so are the workers, which die with this process.
    if (!ReceiveCommand(kControlSocket, command, fd)) return 0;
    Fork(hooks, command, fd, memory);
    close(fd);
  }
}

}  // namespace nsl::sandbox
