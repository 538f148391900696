// SPDX-License-Identifier: Apache-2.0
//
// A connection inside one thread: two ends with a bounded buffer in each direction, for tests and
// for parts of one process that talk through a stream.
#pragma once

#include <deque>
#include <utility>

#include "net/byte_stream.h"
#include "net/signal.h"

namespace nsl::net {

std::pair<std::unique_ptr<ByteStream>, std::unique_ptr<ByteStream>> MemoryPair(
    Executor executor, size_t capacity = 64 * 1024);

// Connect() gives the client's end at once and queues the server's end for Accept().
class MemoryListener final : public Listener {
 public:
  explicit MemoryListener(Executor executor, size_t capacity = 64 * 1024)
      : executor_(executor), capacity_(capacity), arrived_(executor) {}

  Result<std::unique_ptr<ByteStream>> Connect();
  Task<Result<std::unique_ptr<ByteStream>>> Accept() override;
  void Close() override;
  std::string address() const override { return "memory"; }

 private:
  static constexpr size_t kBacklog = 4096;
  Executor executor_;
  size_t capacity_;
  bool closed_ = false;
  std::deque<std::unique_ptr<ByteStream>> waiting_;
  Signal arrived_;
};

}  // namespace nsl::net
