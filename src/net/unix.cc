// SPDX-License-Identifier: Apache-2.0
#include "net/unix.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "net/socket_stream.h"

namespace nsl::net {
namespace {

// A local socket connects at once or when the listener's queue has room.
constexpr std::chrono::milliseconds kConnectTimeout{2'000};

Result<sockaddr_un> PathAddress(const std::string& path) {
  if (path.empty() || path.size() > kUnixPathMax || path.find('\0') != std::string::npos) {
    return Fail(Reason::kPlatformConfig,
                "socket path '" + path + "' has " + std::to_string(path.size()) +
                    " bytes; it must have 1 to " + std::to_string(kUnixPathMax) +
                    ": use a shorter folder");
  }
  sockaddr_un out{};
  out.sun_family = AF_UNIX;
  std::memcpy(out.sun_path, path.data(), path.size());
  return out;
}

Result<Fd> NewSocket() {
  Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (fd.get() < 0) return std::unexpected(SocketError("socket", errno));
  return fd;
}

Result<PeerInfo> PeerOf(int fd) {
  ucred credentials{};
  socklen_t length = sizeof credentials;
  if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &length) != 0) {
    return std::unexpected(SocketError("SO_PEERCRED", errno));
  }
  PeerInfo out;
  out.uid = credentials.uid;
  out.pid = credentials.pid;
  out.text =
      "unix uid=" + std::to_string(credentials.uid) + " pid=" + std::to_string(credentials.pid);
  return out;
}

Result<PeerInfo> AdmittedPeer(int fd, const std::vector<uid_t>& allowed) {
  NSL_TRY(PeerInfo peer, PeerOf(fd));
  bool listed = allowed.empty() ? *peer.uid == ::geteuid()
                                : std::ranges::find(allowed, *peer.uid) != allowed.end();
  if (!listed) {
    return Fail(Reason::kAuthForbidden, "the other end of the socket belongs to user " +
                                            std::to_string(*peer.uid) + ", which is not listed");
  }
  return peer;
}

// Removes a socket file that nobody listens on.
Status ClearPath(const std::string& path, const sockaddr_un& address) {
  struct stat info{};
  if (::lstat(path.c_str(), &info) != 0) return Status();
  if (!S_ISSOCK(info.st_mode)) {
    return Fail(Reason::kPlatformConfig, "'" + path + "' exists and is no socket");
  }
  NSL_TRY(Fd probe, NewSocket());
  int connected =
      ::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  if (connected == 0 || errno == EAGAIN || errno == EINPROGRESS) {
    return Fail(Reason::kPlatformConfig, "another program listens on '" + path + "'");
  }
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) {
    return Fail(Reason::kPlatformConfig, "cannot replace the old socket file '" + path + "'");
  }
  return Status();
}

}  // namespace

Result<std::unique_ptr<Listener>> ListenUnix(Executor executor, std::string path,
                                             UnixOptions options) {
  NSL_TRY(sockaddr_un address, PathAddress(path));
  NSL_TRY_VOID(ClearPath(path, address));
  NSL_TRY(Fd fd, NewSocket());
  // Rights on the descriptor first: bind() then makes the file with them, masked, and no moment
  // passes in which it is open to more users.
  ::fchmod(fd.get(), options.mode);
  if (::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    Error error = SocketError("listen on '" + path + "'", errno);
    error.reason = Reason::kPlatformConfig;
    return std::unexpected(std::move(error));
  }
  if (::chmod(path.c_str(), options.mode) != 0 || ::listen(fd.get(), options.backlog) != 0) {
    int failure = errno;
    ::unlink(path.c_str());
    return std::unexpected(SocketError("listen on '" + path + "'", failure));
  }
  auto admit = [allowed = options.allowed_uids](int peer) { return AdmittedPeer(peer, allowed); };
  auto closed = [path] { ::unlink(path.c_str()); };
  return MakeSocketListener(executor, std::move(fd), path, std::move(admit), MakeSocketStream,
                            std::move(closed));
}

Task<Result<std::unique_ptr<ByteStream>>> ConnectUnix(std::string path, UnixOptions options) {
  Executor executor = co_await asio::this_coro::executor;
  NSL_CO_TRY(sockaddr_un address, PathAddress(path));
  NSL_CO_TRY(Fd fd, NewSocket());
  sockaddr_storage storage{};
  std::memcpy(&storage, &address, sizeof address);
  Status connected = co_await ConnectSocket(fd.get(), storage, sizeof address, kConnectTimeout);
  if (!connected) co_return std::unexpected(std::move(connected.error()));
  NSL_CO_TRY(PeerInfo peer, AdmittedPeer(fd.get(), options.allowed_uids));
  co_return MakeSocketStream(executor, std::move(fd), std::move(peer));
}

Result<std::unique_ptr<ByteStream>> AdoptUnix(Executor executor, int fd) {
  Fd owned(fd);
  NSL_TRY(PeerInfo peer, PeerOf(owned.get()));
  return MakeSocketStream(executor, std::move(owned), std::move(peer));
}

Result<std::pair<std::unique_ptr<ByteStream>, int>> UnixPair(Executor executor) {
  int fds[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds) != 0) {
    return std::unexpected(SocketError("socketpair", errno));
  }
  Fd second(fds[1]);
  NSL_TRY(auto first, AdoptUnix(executor, fds[0]));
  return std::pair(std::move(first), second.Release());
}

}  // namespace nsl::net
