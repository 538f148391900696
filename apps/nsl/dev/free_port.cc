// SPDX-License-Identifier: Apache-2.0
#include "free_port.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>

namespace nsl::cli {

namespace {

CliResult<uint16_t> TryPort(uint16_t wanted, const std::string& option) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return FailWith("cli.port", std::string("no socket: ") + std::strerror(errno));
  int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(wanted);
  socklen_t size = sizeof address;
  // Listening too: with SO_REUSEADDR a bound port can still have a listener of a wildcard address.
  bool free = bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0 && listen(fd, 1) == 0 &&
              getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  std::string why = std::strerror(errno);
  close(fd);
  if (!free) {
    return FailWith("cli.port", "port " + std::to_string(wanted) + " cannot be used (" + why +
                                    "); choose another with " + option + " N, or 0 for any");
  }
  return ntohs(address.sin_port);
}

}  // namespace

CliResult<uint16_t> FreePort(uint16_t wanted, const std::string& option) {
  // Below the ports that the kernel gives to outgoing connections: one of those could take a port
  // between this look and the start of the program that is meant to listen there.
  constexpr int kTries = 32;
  for (int i = 0; wanted == 0 && i < kTries; ++i) {
    uint16_t number = 0;
    if (getrandom(&number, sizeof number, 0) != sizeof number) break;
    auto found = TryPort(static_cast<uint16_t>(10'000 + number % 20'000), option);
    if (found) return found;
  }
  return TryPort(wanted, option);
}

}  // namespace nsl::cli
