// SPDX-License-Identifier: Apache-2.0
//
// The supervisor's side of a zygote: starts it, asks it for blanks.
//
// A Blank is a confined process that waits for code; taking it gives its one socket. Destroying a
// Blank kills the process. The zygote is executed, not forked, so it inherits no memory of the
// supervisor. One thread.
#pragma once

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "function_runner/sandbox/cgroup.h"
#include "function_runner/sandbox/confine.h"
#include "function_runner/sandbox/zygote_server.h"

namespace nsl::sandbox {

class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor();
  int get() const { return fd_; }
  int Release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

class Blank {
 public:
  Blank(pid_t pid, Descriptor pidfd, Descriptor socket, std::unique_ptr<Cgroup> cgroup)
      : pid_(pid),
        pidfd_(std::move(pidfd)),
        socket_(std::move(socket)),
        cgroup_(std::move(cgroup)) {}
  Blank(Blank&&) = default;
  Blank& operator=(Blank&& other) noexcept;
  ~Blank() { Kill(); }

  pid_t pid() const { return pid_; }
  int socket() const { return socket_.get(); }
  int TakeSocket() { return socket_.Release(); }
  void Kill();
  // What must live as long as the process: its zygote, whose end would end it too.
  void KeepAlive(std::shared_ptr<void> owner) { owner_ = std::move(owner); }
  // Sets the limit of the group it lives in; nothing where there are no cgroups.
  void LimitMemory(uint64_t bytes);
  // True when the kernel ended it for want of memory in its group.
  bool RanOutOfMemory() const { return cgroup_ && cgroup_->RanOutOfMemory(); }

 private:
  pid_t pid_;
  Descriptor pidfd_;
  Descriptor socket_;
  std::unique_ptr<Cgroup> cgroup_;
  std::shared_ptr<void> owner_;
};

struct ZygoteOptions {
  // The program, and what is preloaded into it.
  std::string program;
  std::string preload;
  std::vector<std::string> arguments;
  // Pieces to leave out; see confine.h.
  uint32_t skip = 0;
};

class Zygote {
 public:
  // Executes it and waits until it is confined; platform.config names what failed.
  static Result<std::unique_ptr<Zygote>> Start(const ZygoteOptions& options);
  ~Zygote();

  // Sends the command; the answer is read by Receive when control() is readable.
  Status SendFork(const ForkCommand& command, int worker_end);
  struct Forked {
    pid_t pid = 0;
    Descriptor pidfd;
  };
  Result<Forked> Receive();
  int control() const { return control_.get(); }
  pid_t pid() const { return pid_; }
  const std::vector<Piece>& pieces() const { return pieces_; }

  // Both in one, for tests and the probe: blocks.
  Result<Blank> ForkBlocking(ForkCommand command, std::unique_ptr<Cgroup> cgroup = nullptr);

 private:
  Zygote(pid_t pid, Descriptor control) : pid_(pid), control_(std::move(control)) {}
  Status AwaitReady();

  pid_t pid_;
  Descriptor control_;
  std::string ready_;
  std::vector<Piece> pieces_;
};

// A connected pair of stream sockets, both close-on-exec.
Result<std::pair<Descriptor, Descriptor>> SocketPair();

}  // namespace nsl::sandbox
