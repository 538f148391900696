// SPDX-License-Identifier: Apache-2.0
#include "child.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <ctime>
#include <fstream>

namespace nsl::cli {
namespace {

constexpr size_t kTailBytes = 2000;

struct Capabilities {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[2]{};
};

// Runs between fork and exec: system calls alone.
bool KeepCapabilities(const std::vector<int>& wanted) {
  Capabilities caps;
  if (syscall(SYS_capget, &caps.header, caps.data) != 0) return false;
  uint32_t keep[2] = {0, 0};
  for (int cap : wanted) {
    if ((caps.data[cap / 32].permitted & (1U << (cap % 32))) == 0) continue;
    keep[cap / 32] |= 1U << (cap % 32);
  }
  for (int i = 0; i < 2; ++i) {
    caps.data[i].permitted = keep[i];
    caps.data[i].effective = keep[i];
    caps.data[i].inheritable = keep[i];
  }
  if (syscall(SYS_capset, &caps.header, caps.data) != 0) return false;
  for (int cap : wanted) {
    if ((keep[cap / 32] & (1U << (cap % 32))) == 0) continue;
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0) != 0) return false;
  }
  return true;
}

bool Become(const Identity& identity) {
  if (!identity.capabilities.empty() && prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0) return false;
  if (setgroups(0, nullptr) != 0) return false;
  if (setresgid(identity.gid, identity.gid, identity.gid) != 0) return false;
  if (setresuid(identity.uid, identity.uid, identity.uid) != 0) return false;
  if (!identity.capabilities.empty()) return KeepCapabilities(identity.capabilities);
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
}

[[noreturn]] void Die(int report, const char* step) {
  int number = errno;
  char text[128];
  size_t n = 0;
  for (const char* c = step; *c != '\0' && n < sizeof text - 8; ++c) text[n++] = *c;
  text[n++] = ' ';
  for (int div = 100; div > 0; div /= 10) text[n++] = static_cast<char>('0' + number / div % 10);
  [[maybe_unused]] ssize_t sent = write(report, text, n);
  _exit(127);
}

void RunChild(const ChildSpec& spec, char* const* argv, pid_t parent, int report) {
  setpgid(0, 0);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  signal(SIGPIPE, SIG_DFL);
  umask(0027);
  int log = open(spec.log_path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0640);
  int null = open("/dev/null", O_RDONLY);
  if (log < 0 || null < 0) Die(report, "open the log");
  dup2(null, STDIN_FILENO);
  dup2(log, STDOUT_FILENO);
  dup2(log, STDERR_FILENO);
  if (spec.own_identity && !Become(spec.identity)) Die(report, "change identity");
  if (!spec.working_folder.empty() && chdir(spec.working_folder.c_str()) != 0) {
    Die(report, "enter its folder");
  }
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) Die(report, "bind its life");
  if (getppid() != parent) _exit(127);
  // Everything but stdio and the report, which closes itself when the exec succeeds.
  if (report != 3) {
    dup2(report, 3);
    report = 3;
  }
  fcntl(report, F_SETFD, FD_CLOEXEC);
  syscall(SYS_close_range, 4U, ~0U, 0U);
  execv(argv[0], argv);
  Die(report, "exec");
}

}  // namespace

CliStatus Child::Start() {
  std::vector<char*> argv;
  for (auto& word : spec_.command) argv.push_back(word.data());
  argv.push_back(nullptr);
  int report[2];
  if (pipe2(report, O_CLOEXEC) != 0) return FailWith("cli.child", "no pipe: out of descriptors");
  pid_t parent = getpid();
  pid_t pid = fork();
  if (pid == 0) RunChild(spec_, argv.data(), parent, report[1]);
  close(report[1]);
  char failure[128];
  ssize_t n = pid < 0 ? -1 : read(report[0], failure, sizeof failure);
  close(report[0]);
  if (pid < 0) return FailWith("cli.child", "cannot start " + spec_.name + ": no process left");
  if (n > 0) {
    waitpid(pid, nullptr, 0);
    std::string text(failure, static_cast<size_t>(n));
    int number = std::atoi(text.substr(text.rfind(' ') + 1).c_str());
    return FailWith("cli.child", "cannot start " + spec_.command[0] + ": " +
                                     text.substr(0, text.rfind(' ')) + ": " +
                                     std::strerror(number));
  }
  pid_ = pid;
  started_at_ = std::chrono::steady_clock::now();
  return {};
}

bool Child::Ended(std::string& how) {
  if (pid_ <= 0) return false;
  int status = 0;
  if (waitpid(pid_, &status, WNOHANG) != pid_) return false;
  pid_ = 0;
  how = WIFSIGNALED(status) ? "killed by signal " + std::to_string(WTERMSIG(status))
                            : "exit code " + std::to_string(WEXITSTATUS(status));
  return true;
}

void Child::Signal(int signal) const {
  if (pid_ > 0) kill(pid_, signal);
}

std::string Child::LogTail() const {
  std::ifstream in(spec_.log_path, std::ios::binary | std::ios::ate);
  if (!in) return {};
  auto size = static_cast<size_t>(in.tellg());
  size_t from = size > kTailBytes ? size - kTailBytes : 0;
  in.seekg(static_cast<std::streamoff>(from));
  std::string text(size - from, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  return text;
}

void StopChildren(std::vector<Child*> children, std::chrono::milliseconds patience) {
  for (Child* child : children) child->Signal(SIGTERM);
  auto end = std::chrono::steady_clock::now() + patience;
  auto reap = [&] {
    bool left = false;
    std::string how;
    for (Child* child : children) {
      child->Ended(how);
      left = left || child->running();
    }
    return left;
  };
  while (reap() && std::chrono::steady_clock::now() < end) {
    timespec pause{0, 5'000'000};
    nanosleep(&pause, nullptr);
  }
  for (Child* child : children) child->Signal(SIGKILL);
  for (Child* child : children) {
    if (child->running()) waitpid(child->pid(), nullptr, 0);
  }
}

}  // namespace nsl::cli
