// SPDX-License-Identifier: Apache-2.0
#include "net/memory.h"

#include <algorithm>

#include "net/buffer.h"

namespace nsl::net {
namespace {

// One direction.
struct Pipe {
  Pipe(Executor executor, size_t limit) : capacity(limit), changed(executor) {}
  size_t capacity;
  InputBuffer data;
  // No more bytes will be written; the reader went away.
  bool ended = false;
  bool broken = false;
  Signal changed;
};

class MemoryStream final : public ByteStream {
 public:
  // Shared: each pipe belongs to both ends, which end in any order.
  MemoryStream(Executor executor, std::shared_ptr<Pipe> in, std::shared_ptr<Pipe> out)
      : executor_(executor), in_(std::move(in)), out_(std::move(out)) {
    peer_.text = "memory";
  }
  ~MemoryStream() override { Close(); }

  Task<Result<size_t>> ReadSome(std::span<uint8_t> into) override {
    // Held here: the stream may be destroyed by whoever wakes this coroutine.
    std::shared_ptr<Pipe> pipe = in_;
    while (!closed_ && pipe->data.empty() && !pipe->ended) co_await pipe->changed.Wait();
    if (closed_) co_return Closed();
    size_t n = std::min(into.size(), pipe->data.size());
    std::copy_n(pipe->data.view().begin(), n, into.begin());
    pipe->data.Consume(n);
    if (n != 0) pipe->changed.Notify();
    co_return n;
  }

  Result<size_t> WriteNow(ByteView data) override {
    if (closed_) return Closed();
    if (out_->broken || out_->ended) {
      return Fail(Reason::kPlatformUnavailable, "write: the other end is closed");
    }
    size_t n = std::min(data.size(), out_->capacity - out_->data.size());
    if (n == 0) return 0;
    std::copy_n(data.begin(), n, out_->data.Prepare(n).begin());
    out_->data.Commit(n);
    out_->changed.Notify();
    return n;
  }

  Task<Status> WaitWritable() override {
    std::shared_ptr<Pipe> pipe = out_;
    while (!closed_ && !pipe->broken && pipe->data.size() >= pipe->capacity) {
      co_await pipe->changed.Wait();
    }
    if (closed_) co_return Closed();
    co_return Status();
  }

  void EndWrite() override {
    out_->ended = true;
    out_->changed.Notify();
  }
  void Close() override {
    if (closed_) return;
    closed_ = true;
    EndWrite();
    in_->broken = true;
    in_->changed.Notify();
  }
  const PeerInfo& peer() const override { return peer_; }
  Executor executor() const override { return executor_; }

 private:
  static std::unexpected<Error> Closed() {
    return Fail(Reason::kPlatformCancelled, "the connection was closed here");
  }

  Executor executor_;
  std::shared_ptr<Pipe> in_;
  std::shared_ptr<Pipe> out_;
  PeerInfo peer_;
  bool closed_ = false;
};

}  // namespace

std::pair<std::unique_ptr<ByteStream>, std::unique_ptr<ByteStream>> MemoryPair(Executor executor,
                                                                               size_t capacity) {
  auto there = std::make_shared<Pipe>(executor, capacity);
  auto back = std::make_shared<Pipe>(executor, capacity);
  return {std::make_unique<MemoryStream>(executor, back, there),
          std::make_unique<MemoryStream>(executor, there, back)};
}

Result<std::unique_ptr<ByteStream>> MemoryListener::Connect() {
  if (closed_) return Fail(Reason::kPlatformUnavailable, "connect: nobody listens");
  if (waiting_.size() >= kBacklog) return Fail(Reason::kPlatformUnavailable, "connect: queue full");
  auto [client, server] = MemoryPair(executor_, capacity_);
  waiting_.push_back(std::move(server));
  arrived_.Notify();
  return std::move(client);
}

Task<Result<std::unique_ptr<ByteStream>>> MemoryListener::Accept() {
  while (!closed_ && waiting_.empty()) co_await arrived_.Wait();
  if (closed_) co_return Fail(Reason::kPlatformCancelled, "the listener is closed");
  std::unique_ptr<ByteStream> stream = std::move(waiting_.front());
  waiting_.pop_front();
  co_return std::move(stream);
}

void MemoryListener::Close() {
  closed_ = true;
  waiting_.clear();
  arrived_.Notify();
}

}  // namespace nsl::net
