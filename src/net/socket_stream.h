// SPDX-License-Identifier: Apache-2.0
//
// Sockets of any family as ByteStream and Listener; tcp.h and unix.h make the descriptors. Inside
// the room alone.
#pragma once

#include <sys/socket.h>

#include <functional>

#include "net/byte_stream.h"
#include "net/fd.h"

namespace nsl::net {

// "<what>: <text of errno>", as platform.unavailable.
Error SocketError(std::string_view what, int error);

// Takes a connected, non-blocking stream socket.
std::unique_ptr<ByteStream> MakeSocketStream(Executor executor, Fd fd, PeerInfo peer);

// The same for a server's many connections: readiness comes from the Poller (poller.h).
std::unique_ptr<ByteStream> MakePolledStream(Executor executor, Fd fd, PeerInfo peer);

// Looks at each accepted connection; an error refuses it.
using Admit = std::function<Result<PeerInfo>(int fd)>;
// One of the two above.
using MakeStream = std::unique_ptr<ByteStream> (*)(Executor executor, Fd fd, PeerInfo peer);
// Takes a listening, non-blocking socket. `closed` runs once when the listener closes.
std::unique_ptr<Listener> MakeSocketListener(Executor executor, Fd fd, std::string address,
                                             Admit admit, MakeStream make,
                                             std::function<void()> closed = {});

// Connects a non-blocking socket.
Task<Status> ConnectSocket(int fd, sockaddr_storage address, socklen_t length,
                           std::chrono::milliseconds timeout);

}  // namespace nsl::net
