// SPDX-License-Identifier: Apache-2.0
//
// TCP, by address: names are resolved elsewhere (look-ups block). No delay (Nagle off) and
// keep-alive are on.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/deadline.h"
#include "net/byte_stream.h"

namespace nsl::net {

struct TcpListenOptions {
  int backlog = 4096;
  // Several listeners of one port, one per thread; the kernel spreads connections.
  bool reuse_port = false;
};

// `address` is an IPv4 or IPv6 literal; port 0 takes a free one (Listener::address() tells).
Result<std::unique_ptr<Listener>> ListenTcp(Executor executor, std::string_view address,
                                            uint16_t port, TcpListenOptions options = {});

// platform.unavailable when refused or unreachable, platform.deadline when late.
Task<Result<std::unique_ptr<ByteStream>>> ConnectTcp(std::string address, uint16_t port,
                                                     std::chrono::milliseconds timeout);

}  // namespace nsl::net
