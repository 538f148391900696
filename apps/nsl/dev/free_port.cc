// SPDX-License-Identifier: Apache-2.0
#include "free_port.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>

namespace nsl::cli {

CliResult<uint16_t> FreePort(uint16_t wanted, const std::string& option) {
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

}  // namespace nsl::cli
