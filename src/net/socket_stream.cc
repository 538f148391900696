// SPDX-License-Identifier: Apache-2.0
#include "net/socket_stream.h"

#include <fcntl.h>
#include <unistd.h>

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/redirect_error.hpp>
#include <cerrno>
#include <system_error>

namespace nsl::net {
namespace {

using Socket = asio::basic_stream_socket<asio::generic::stream_protocol, Executor>;
using ErrorCode = boost::system::error_code;

Error FromCode(std::string_view what, const ErrorCode& error) {
  if (error == asio::error::operation_aborted) {
    return Error(Reason::kPlatformCancelled,
                 std::string(what) + ": the connection was closed here");
  }
  return SocketError(what, error.value());
}

// Turns the two arguments of a socket read into a Result, so that awaiting it needs no coroutine
// frame of its own; passes on what Asio wants to know about the awaiting coroutine.
template <class Handler>
struct ReadHandler {
  Handler handler;
  using executor_type = typename Handler::executor_type;
  executor_type get_executor() const noexcept { return handler.get_executor(); }
  using cancellation_slot_type = asio::associated_cancellation_slot_t<Handler>;
  cancellation_slot_type get_cancellation_slot() const noexcept {
    return asio::get_associated_cancellation_slot(handler);
  }
  void operator()(const ErrorCode& error, size_t n) {
    if (!error) return std::move(handler)(Result<size_t>(n));
    if (error == asio::error::eof) return std::move(handler)(Result<size_t>(0));
    std::move(handler)(Result<size_t>(std::unexpected(FromCode("read", error))));
  }
};

class SocketStream final : public ByteStream {
 public:
  SocketStream(Executor executor, Fd fd, PeerInfo peer)
      : socket_(executor, asio::generic::stream_protocol(AF_UNSPEC, 0), fd.get()),
        peer_(std::move(peer)) {
    fd.Release();
    ErrorCode ignored;
    socket_.native_non_blocking(true, ignored);
  }

  Task<Result<size_t>> ReadSome(std::span<uint8_t> into) override {
    auto start = [this, into](auto handler) {
      socket_.async_read_some(asio::buffer(into.data(), into.size()),
                              ReadHandler<decltype(handler)>{std::move(handler)});
    };
    return asio::async_initiate<const asio::use_awaitable_t<Executor>&, void(Result<size_t>)>(
        std::move(start), kUseTask);
  }

  Result<size_t> WriteNow(ByteView data) override {
    if (data.empty()) return 0;
    for (;;) {
      ssize_t n =
          ::send(socket_.native_handle(), data.data(), data.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (n >= 0) return static_cast<size_t>(n);
      if (errno == EINTR) continue;
      if (errno == EAGAIN || errno == EWOULDBLOCK) return 0;
      return std::unexpected(SocketError("write", errno));
    }
  }

  Task<Status> WaitWritable() override {
    ErrorCode error;
    co_await socket_.async_wait(Socket::wait_write, asio::redirect_error(kUseTask, error));
    if (error) co_return std::unexpected(FromCode("write", error));
    co_return Status();
  }

  void EndWrite() override {
    ErrorCode ignored;
    socket_.shutdown(Socket::shutdown_send, ignored);
  }
  void Close() override {
    ErrorCode ignored;
    socket_.close(ignored);
  }
  const PeerInfo& peer() const override { return peer_; }
  Executor executor() const override { return const_cast<Socket&>(socket_).get_executor(); }

 private:
  Socket socket_;
  PeerInfo peer_;
};

class SocketListener final : public Listener {
 public:
  SocketListener(Executor executor, Fd fd, std::string address, Admit admit, MakeStream make,
                 std::function<void()> closed)
      : socket_(executor, asio::generic::stream_protocol(AF_UNSPEC, 0), fd.get()),
        address_(std::move(address)),
        admit_(std::move(admit)),
        make_(make),
        closed_(std::move(closed)) {
    fd.Release();
  }
  ~SocketListener() override { Close(); }

  Task<Result<std::unique_ptr<ByteStream>>> Accept() override {
    for (;;) {
      if (!socket_.is_open()) co_return Fail(Reason::kPlatformCancelled, "the listener is closed");
      int fd = ::accept4(socket_.native_handle(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd >= 0) co_return Admitted(Fd(fd));
      if (errno == EINTR || errno == ECONNABORTED) continue;
      if (errno != EAGAIN && errno != EWOULDBLOCK) {
        co_return std::unexpected(SocketError("accept", errno));
      }
      ErrorCode error;
      co_await socket_.async_wait(Socket::wait_read, asio::redirect_error(kUseTask, error));
      if (error) co_return std::unexpected(FromCode("accept", error));
    }
  }

  void Close() override {
    ErrorCode ignored;
    socket_.close(ignored);
    if (auto closed = std::exchange(closed_, nullptr)) closed();
  }
  std::string address() const override { return address_; }

 private:
  Result<std::unique_ptr<ByteStream>> Admitted(Fd fd) {
    NSL_TRY(PeerInfo peer, admit_(fd.get()));
    return make_(socket_.get_executor(), std::move(fd), std::move(peer));
  }

  // The stream type, because a listening socket of any family can be waited for through it.
  Socket socket_;
  std::string address_;
  Admit admit_;
  MakeStream make_;
  std::function<void()> closed_;
};

}  // namespace

Error SocketError(std::string_view what, int error) {
  return Error(Reason::kPlatformUnavailable,
               std::string(what) + ": " + std::generic_category().message(error));
}

std::unique_ptr<ByteStream> MakeSocketStream(Executor executor, Fd fd, PeerInfo peer) {
  return std::make_unique<SocketStream>(executor, std::move(fd), std::move(peer));
}

std::unique_ptr<Listener> MakeSocketListener(Executor executor, Fd fd, std::string address,
                                             Admit admit, MakeStream make,
                                             std::function<void()> closed) {
  return std::make_unique<SocketListener>(executor, std::move(fd), std::move(address),
                                          std::move(admit), make, std::move(closed));
}

Task<Status> ConnectSocket(int fd, sockaddr_storage address, socklen_t length,
                           std::chrono::milliseconds timeout) {
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), length) == 0) co_return Status();
  if (errno != EINPROGRESS) co_return std::unexpected(SocketError("connect", errno));
  Executor executor = co_await asio::this_coro::executor;
  // A duplicate, so that the caller keeps its own descriptor whatever happens here.
  Socket socket(executor, asio::generic::stream_protocol(address.ss_family, 0),
                ::fcntl(fd, F_DUPFD_CLOEXEC, 0));
  asio::basic_waitable_timer<std::chrono::steady_clock,
                             asio::wait_traits<std::chrono::steady_clock>, Executor>
      timer(executor, timeout);
  // Shared with the handler, which may be queued already when this coroutine is gone.
  struct State {
    bool over = false;
    bool late = false;
  };
  auto state = std::make_shared<State>();
  struct Over {
    State& state;
    ~Over() { state.over = true; }
  } over{*state};
  timer.async_wait([&socket, state](ErrorCode error) {
    if (error || state->over) return;
    state->late = true;
    ErrorCode ignored;
    socket.cancel(ignored);
  });
  ErrorCode error;
  co_await socket.async_wait(Socket::wait_write, asio::redirect_error(kUseTask, error));
  if (state->late) co_return Fail(Reason::kPlatformDeadline, "connect: no answer in time");
  if (error) co_return std::unexpected(FromCode("connect", error));
  int failure = 0;
  socklen_t size = sizeof failure;
  ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &failure, &size);
  if (failure != 0) co_return std::unexpected(SocketError("connect", failure));
  co_return Status();
}

}  // namespace nsl::net
