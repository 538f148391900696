// SPDX-License-Identifier: Apache-2.0
// A socket whose readiness comes from the Poller: for servers that hold many connections.
#include <sys/socket.h>

#include <cerrno>

#include "net/poller.h"
#include "net/signal.h"
#include "net/socket_stream.h"

namespace nsl::net {
namespace {

Error ClosedHere(std::string_view what) {
  return Error(Reason::kPlatformCancelled, std::string(what) + ": the connection was closed here");
}

class PolledStream final : public ByteStream, private PollTarget {
 public:
  PolledStream(Executor executor, Fd fd, PeerInfo peer)
      : executor_(executor),
        poller_(Poller::For(executor)),
        fd_(std::move(fd)),
        peer_(std::move(peer)) {}
  ~PolledStream() { Close(); }

  bool WatchRead(ReadReady* reader) override {
    reader_ = fd_.get() < 0 ? nullptr : reader;
    if (Update()) return reader_ != nullptr;
    reader_ = nullptr;
    return false;
  }

  std::optional<Result<size_t>> ReadNow(std::span<uint8_t> into) override {
    for (;;) {
      if (fd_.get() < 0) return std::unexpected(ClosedHere("read"));
      ssize_t n = ::recv(fd_.get(), into.data(), into.size(), MSG_DONTWAIT);
      if (n >= 0) return static_cast<size_t>(n);
      if (errno == EINTR) continue;
      if (errno == EAGAIN || errno == EWOULDBLOCK) return std::nullopt;
      return std::unexpected(SocketError("read", errno));
    }
  }

  Task<Result<size_t>> ReadSome(std::span<uint8_t> into) override {
    for (;;) {
      std::optional<Result<size_t>> got = ReadNow(into);
      if (got) co_return std::move(*got);
      Status ready = co_await Wait(read_, "read");
      if (!ready) co_return std::unexpected(std::move(ready.error()));
    }
  }

  Result<size_t> WriteNow(ByteView data) override {
    if (data.empty()) return 0;
    for (;;) {
      ssize_t n = ::send(fd_.get(), data.data(), data.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (n >= 0) return static_cast<size_t>(n);
      if (errno == EINTR) continue;
      if (errno == EAGAIN || errno == EWOULDBLOCK) return 0;
      return std::unexpected(SocketError("write", errno));
    }
  }

  Task<Status> WaitWritable() override { return Wait(write_, "write"); }

  void EndWrite() override { ::shutdown(fd_.get(), SHUT_WR); }

  void Close() override {
    if (fd_.get() < 0) return;
    reader_ = nullptr;
    read_.wanted = write_.wanted = false;
    Update();
    fd_ = Fd();
    for (Side* side : {&read_, &write_}) {
      if (side->changed) side->changed->Notify();
    }
  }
  const PeerInfo& peer() const override { return peer_; }
  Executor executor() const override { return executor_; }

 private:
  // A coroutine that waits for one direction; made when there is one for the first time.
  struct Side {
    bool wanted = false;
    std::optional<Signal> changed;
  };

  Task<Status> Wait(Side& side, std::string_view what) {
    if (fd_.get() < 0) co_return std::unexpected(ClosedHere(what));
    if (!side.changed) side.changed.emplace(executor_);
    side.wanted = true;
    if (!Update()) {
      side.wanted = false;
      co_return std::unexpected(SocketError(what, ENOMEM));
    }
    co_await side.changed->Wait();
    bool cancelled =
        (co_await asio::this_coro::cancellation_state).cancelled() != asio::cancellation_type::none;
    if (fd_.get() >= 0 && !cancelled) co_return Status();
    side.wanted = false;
    Update();
    co_return std::unexpected(ClosedHere(what));
  }

  bool Update() {
    uint32_t interest = reader_ != nullptr || read_.wanted ? EPOLLIN : 0;
    if (write_.wanted) interest |= EPOLLOUT;
    return fd_.get() < 0 || poller_.Set(*this, fd_.get(), interest);
  }

  // Errors wake both directions: the next read or write says which it was.
  void OnReady(uint32_t events) override {
    if ((events & ~uint32_t{EPOLLIN}) != 0) Ready(write_);
    if ((events & ~uint32_t{EPOLLOUT}) == 0) return;
    Ready(read_);
    // Last: it may end this stream.
    if (reader_ != nullptr) reader_->OnReadable();
  }

  void Ready(Side& side) {
    if (!side.wanted) return;
    side.wanted = false;
    Update();
    side.changed->Notify();
  }

  Executor executor_;
  Poller& poller_;
  Fd fd_;
  PeerInfo peer_;
  ReadReady* reader_ = nullptr;
  Side read_;
  Side write_;
};

}  // namespace

std::unique_ptr<ByteStream> MakePolledStream(Executor executor, Fd fd, PeerInfo peer) {
  return std::make_unique<PolledStream>(executor, std::move(fd), std::move(peer));
}

}  // namespace nsl::net
