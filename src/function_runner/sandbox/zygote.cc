// SPDX-License-Identifier: Apache-2.0
#include "function_runner/sandbox/zygote.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace nsl::sandbox {
namespace {

constexpr int kReadyMs = 15'000;

std::string ErrnoText(const char* what) { return std::string(what) + ": " + std::strerror(errno); }

// Runs between fork and exec: only calls that are safe there.
[[noreturn]] void ExecZygote(const ZygoteOptions& options, int control,
                             const std::vector<char*>& argv, const std::vector<char*>& envp) {
  // No parent-death signal: it would follow the thread that starts us, not the process. The end of
  // the control socket says the same.
  // The descriptor may already have the wanted number, then dup2 would keep close-on-exec.
  if (control == kControlSocket) {
    fcntl(control, F_SETFD, 0);
  } else {
    dup2(control, kControlSocket);
  }
  syscall(__NR_close_range, kControlSocket + 1, ~0u, 0);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  signal(SIGPIPE, SIG_DFL);
  execve(options.program.c_str(), argv.data(), envp.data());
  _exit(127);
}

}  // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this != &other) {
    if (fd_ >= 0) close(fd_);
    fd_ = other.Release();
  }
  return *this;
}

Descriptor::~Descriptor() {
  if (fd_ >= 0) close(fd_);
}

Blank& Blank::operator=(Blank&& other) noexcept {
  if (this == &other) return *this;
  Kill();
  pid_ = other.pid_;
  pidfd_ = std::move(other.pidfd_);
  socket_ = std::move(other.socket_);
  cgroup_ = std::move(other.cgroup_);
  owner_ = std::move(other.owner_);
  return *this;
}

void Blank::Kill() {
  if (pidfd_.get() < 0) return;
  syscall(__NR_pidfd_send_signal, pidfd_.get(), SIGKILL, nullptr, 0);
  pidfd_ = Descriptor();
}

void Blank::LimitMemory(uint64_t bytes) {
  if (cgroup_) cgroup_->SetLimit(bytes);
}

Result<std::pair<Descriptor, Descriptor>> SocketPair() {
  int fds[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0) {
    return Fail(Reason::kPlatformConfig, ErrnoText("socketpair"));
  }
  return std::pair{Descriptor(fds[0]), Descriptor(fds[1])};
}

Result<std::unique_ptr<Zygote>> Zygote::Start(const ZygoteOptions& options) {
  if (access(options.program.c_str(), X_OK) != 0) {
    return Fail(Reason::kPlatformConfig, ErrnoText(options.program.c_str()));
  }
  if (!options.preload.empty() && access(options.preload.c_str(), R_OK) != 0) {
    return Fail(Reason::kPlatformConfig, ErrnoText(options.preload.c_str()));
  }
  int fds[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) != 0) {
    return Fail(Reason::kPlatformConfig, ErrnoText("socketpair"));
  }
  Descriptor ours(fds[0]);
  Descriptor theirs(fds[1]);
  std::vector<std::string> arguments = {options.program};
  arguments.insert(arguments.end(), options.arguments.begin(), options.arguments.end());
  std::vector<std::string> environment = {"TZ=UTC", "LANG=C.UTF-8",
                                          "NSL_SKIP=" + std::to_string(options.skip)};
  if (!options.preload.empty()) environment.push_back("LD_PRELOAD=" + options.preload);
  std::vector<char*> argv;
  std::vector<char*> envp;
  for (std::string& a : arguments) argv.push_back(a.data());
  for (std::string& e : environment) envp.push_back(e.data());
  argv.push_back(nullptr);
  envp.push_back(nullptr);

  pid_t pid = fork();
  if (pid == 0) ExecZygote(options, theirs.get(), argv, envp);
  if (pid < 0) return Fail(Reason::kPlatformConfig, ErrnoText("fork"));
  std::unique_ptr<Zygote> zygote(new Zygote(pid, std::move(ours)));
  theirs = Descriptor();
  NSL_TRY_VOID(zygote->AwaitReady());
  return zygote;
}

Status Zygote::AwaitReady() {
  pollfd wait{control_.get(), POLLIN, 0};
  if (poll(&wait, 1, kReadyMs) != 1) {
    return Fail(Reason::kPlatformConfig, "the zygote was not ready within 15 s");
  }
  ready_.resize(kMaxControlMessage);
  ssize_t n = recv(control_.get(), ready_.data(), ready_.size(), 0);
  Frame frame;
  if (n <= 0 || NextFrame(AsBytes(std::string_view(ready_).substr(0, static_cast<size_t>(n))),
                          frame) != FrameStatus::kWhole) {
    return Fail(Reason::kPlatformConfig,
                "the zygote ended before it was ready; is the program the one it was built for?");
  }
  pieces_ = ParseBlank(frame.body);
  return {};
}

Zygote::~Zygote() {
  control_ = Descriptor();
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

Status Zygote::SendFork(const ForkCommand& command, int worker_end) {
  iovec iov{const_cast<ForkCommand*>(&command), sizeof command};
  msghdr message{};
  message.msg_iov = &iov;
  message.msg_iovlen = 1;
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  std::memcpy(CMSG_DATA(header), &worker_end, sizeof worker_end);
  if (sendmsg(control_.get(), &message, MSG_NOSIGNAL) != sizeof command) {
    return Fail(Reason::kPlatformUnavailable, ErrnoText("the zygote takes no command"));
  }
  return {};
}

Result<Zygote::Forked> Zygote::Receive() {
  ForkReply reply;
  iovec iov{&reply, sizeof reply};
  msghdr message{};
  message.msg_iov = &iov;
  message.msg_iovlen = 1;
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  if (recvmsg(control_.get(), &message, MSG_CMSG_CLOEXEC) != sizeof reply) {
    return Fail(Reason::kPlatformUnavailable, "the zygote is gone");
  }
  Forked forked;
  for (cmsghdr* h = CMSG_FIRSTHDR(&message); h != nullptr; h = CMSG_NXTHDR(&message, h)) {
    if (h->cmsg_type != SCM_RIGHTS) continue;
    int fd = -1;
    std::memcpy(&fd, CMSG_DATA(h), sizeof fd);
    forked.pidfd = Descriptor(fd);
  }
  if (reply.error != 0) {
    errno = reply.error;
    return Fail(Reason::kPlatformUnavailable, ErrnoText("the zygote could not fork"));
  }
  forked.pid = reply.pid;
  return forked;
}

Result<Blank> Zygote::ForkBlocking(ForkCommand command, std::unique_ptr<Cgroup> cgroup) {
  NSL_TRY(auto pair, SocketPair());
  NSL_TRY_VOID(SendFork(command, pair.second.get()));
  NSL_TRY(Forked forked, Receive());
  if (cgroup) cgroup->Add(forked.pid);
  return Blank(forked.pid, std::move(forked.pidfd), std::move(pair.first), std::move(cgroup));
}

}  // namespace nsl::sandbox
