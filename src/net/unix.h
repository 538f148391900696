// SPDX-License-Identifier: Apache-2.0
//
// Unix stream sockets between the programs of one machine.
//
// Guarantee: both ends ask the kernel who the other one is (SO_PEERCRED) and refuse a user that is
// not listed, so a socket file with wrong rights is not enough to get in.
#pragma once

#include <sys/types.h>

#include <string>
#include <utility>
#include <vector>

#include "net/byte_stream.h"

namespace nsl::net {

struct UnixOptions {
  // Users that may be at the other end; empty = this program's own user alone.
  std::vector<uid_t> allowed_uids;
  // Rights of the socket file (listen).
  mode_t mode = 0660;
  int backlog = 256;
};

// Longest path, without the ending NUL (unix(7)).
inline constexpr size_t kUnixPathMax = 107;

// Replaces a socket file that no one listens on any more; refuses a path where someone does, where
// something else lies, or that is too long (platform.config). The file goes when the listener does.
Result<std::unique_ptr<Listener>> ListenUnix(Executor executor, std::string path,
                                             UnixOptions options = {});
// auth.forbidden when the other end belongs to a user that is not listed.
Task<Result<std::unique_ptr<ByteStream>>> ConnectUnix(std::string path, UnixOptions options = {});

// Takes ownership of a connected stream descriptor, for example one end of a socketpair.
Result<std::unique_ptr<ByteStream>> AdoptUnix(Executor executor, int fd);
// A connected pair; the second end for another executor or as a descriptor for a child.
Result<std::pair<std::unique_ptr<ByteStream>, int>> UnixPair(Executor executor);

}  // namespace nsl::net
