// SPDX-License-Identifier: Apache-2.0
#include "net/tcp.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <cerrno>
#include <cstring>

#include "net/socket_stream.h"

namespace nsl::net {
namespace {

struct Endpoint {
  sockaddr_storage address{};
  socklen_t length = 0;
};

Result<Endpoint> ParseEndpoint(const std::string& literal, uint16_t port) {
  Endpoint out;
  auto* v4 = reinterpret_cast<sockaddr_in*>(&out.address);
  if (::inet_pton(AF_INET, literal.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(port);
    out.length = sizeof(sockaddr_in);
    return out;
  }
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&out.address);
  if (::inet_pton(AF_INET6, literal.c_str(), &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(port);
    out.length = sizeof(sockaddr_in6);
    return out;
  }
  return Fail(Reason::kPlatformConfig,
              "'" + literal + "' is no IPv4 or IPv6 address; names are resolved elsewhere");
}

std::string AddressText(const sockaddr_storage& address) {
  char text[INET6_ADDRSTRLEN] = {};
  if (address.ss_family == AF_INET) {
    ::inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in*>(&address)->sin_addr, text,
                sizeof text);
  } else if (address.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6*>(&address)->sin6_addr;
    // A mapped client of a dual-stack listener counts as the IPv4 client it is.
    if (IN6_IS_ADDR_V4MAPPED(&v6)) {
      ::inet_ntop(AF_INET, v6.s6_addr + 12, text, sizeof text);
    } else {
      ::inet_ntop(AF_INET6, &v6, text, sizeof text);
    }
  }
  return text;
}

uint16_t PortOf(const sockaddr_storage& address) {
  if (address.ss_family == AF_INET) {
    return ntohs(reinterpret_cast<const sockaddr_in*>(&address)->sin_port);
  }
  return ntohs(reinterpret_cast<const sockaddr_in6*>(&address)->sin6_port);
}

std::string EndpointText(const sockaddr_storage& address) {
  std::string host = AddressText(address);
  if (host.find(':') != std::string::npos) host = "[" + host + "]";
  return host + ":" + std::to_string(PortOf(address));
}

void SetOption(int fd, int level, int name) {
  int on = 1;
  ::setsockopt(fd, level, name, &on, sizeof on);
}

Result<PeerInfo> Admitted(int fd) {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  if (::getpeername(fd, reinterpret_cast<sockaddr*>(&address), &length) != 0) {
    return std::unexpected(SocketError("accept", errno));
  }
  SetOption(fd, IPPROTO_TCP, TCP_NODELAY);
  SetOption(fd, SOL_SOCKET, SO_KEEPALIVE);
  PeerInfo out;
  out.text = EndpointText(address);
  out.address = AddressText(address);
  return out;
}

Result<Fd> NewSocket(int family) {
  Fd fd(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (fd.get() < 0) return std::unexpected(SocketError("socket", errno));
  return fd;
}

}  // namespace

Result<std::unique_ptr<Listener>> ListenTcp(Executor executor, std::string_view address,
                                            uint16_t port, TcpListenOptions options) {
  NSL_TRY(Endpoint endpoint, ParseEndpoint(std::string(address), port));
  NSL_TRY(Fd fd, NewSocket(endpoint.address.ss_family));
  SetOption(fd.get(), SOL_SOCKET, SO_REUSEADDR);
  if (options.reuse_port) SetOption(fd.get(), SOL_SOCKET, SO_REUSEPORT);
  if (::bind(fd.get(), reinterpret_cast<sockaddr*>(&endpoint.address), endpoint.length) != 0 ||
      ::listen(fd.get(), options.backlog) != 0) {
    Error error = SocketError("listen on " + EndpointText(endpoint.address), errno);
    error.reason = Reason::kPlatformConfig;
    return std::unexpected(std::move(error));
  }
  ::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&endpoint.address), &endpoint.length);
  return MakeSocketListener(executor, std::move(fd), EndpointText(endpoint.address), Admitted,
                            MakePolledStream);
}

Task<Result<std::unique_ptr<ByteStream>>> ConnectTcp(std::string address, uint16_t port,
                                                     std::chrono::milliseconds timeout) {
  Executor executor = co_await asio::this_coro::executor;
  NSL_CO_TRY(Endpoint endpoint, ParseEndpoint(address, port));
  NSL_CO_TRY(Fd fd, NewSocket(endpoint.address.ss_family));
  Status connected = co_await ConnectSocket(fd.get(), endpoint.address, endpoint.length, timeout);
  if (!connected) co_return std::unexpected(std::move(connected.error()));
  NSL_CO_TRY(PeerInfo peer, Admitted(fd.get()));
  co_return MakeSocketStream(executor, std::move(fd), std::move(peer));
}

}  // namespace nsl::net
