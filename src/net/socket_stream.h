// SPDX-License-Identifier: Apache-2.0
//
// Sockets of any family as ByteStream and Listener; tcp.h and unix.h make the descriptors. Inside
// the room alone.
#pragma once

#include <sys/socket.h>

#include <functional>

#include "net/byte_stream.h"

namespace nsl::net {

// A descriptor that closes itself.
class Fd {
 public:
  explicit Fd(int fd = -1) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(other.Release()) {}
  Fd& operator=(Fd&& other) noexcept;
  ~Fd();
  int get() const { return fd_; }
  int Release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

// "<what>: <text of errno>", as platform.unavailable.
Error SocketError(std::string_view what, int error);

// Takes a connected, non-blocking stream socket.
std::unique_ptr<ByteStream> MakeSocketStream(Executor executor, Fd fd, PeerInfo peer);

// Looks at each accepted connection; an error refuses it.
using Admit = std::function<Result<PeerInfo>(int fd)>;
// Takes a listening, non-blocking socket. `closed` runs once when the listener closes.
std::unique_ptr<Listener> MakeSocketListener(Executor executor, Fd fd, std::string address,
                                             Admit admit, std::function<void()> closed = {});

// Connects a non-blocking socket.
Task<Status> ConnectSocket(int fd, sockaddr_storage address, socklen_t length,
                           std::chrono::milliseconds timeout);

}  // namespace nsl::net
