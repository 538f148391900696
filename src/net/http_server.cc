// SPDX-License-Identifier: Apache-2.0
#include "net/http_server.h"

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <unordered_set>

#include "net/http_connection.h"

namespace nsl::net {
namespace {

constexpr std::chrono::milliseconds kSweepEvery{1'000};
constexpr std::chrono::milliseconds kDrainStep{20};
// After a failed accept (no descriptors left) the next try waits.
constexpr std::chrono::milliseconds kAcceptPause{100};

using Timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                         asio::wait_traits<std::chrono::steady_clock>, Executor>;

Task<void> Sleep(std::chrono::milliseconds time) {
  Executor executor = co_await asio::this_coro::executor;
  Timer timer(executor, time);
  boost::system::error_code ignored;
  co_await timer.async_wait(asio::redirect_error(kUseTask, ignored));
}

}  // namespace

class HttpServer::Impl {
 public:
  Impl(Env env, Executor executor, HttpHandler& handler, HttpLimits limits)
      : env_(env),
        limits_(limits),
        group_(executor),
        owner_{handler, limits_, group_, env.clock.Mono()},
        open_(env.metrics.GetGauge("nsl_net_http_connections", "Open HTTP connections")),
        refused_(env.metrics.GetCounter("nsl_net_http_refused_connections",
                                        "Connections closed because there were too many")) {}

  Task<void> SweepLoop() {
    for (;;) {
      co_await Sleep(kSweepEvery);
      if (group_.closed()) co_return;
      Sweep();
    }
  }

  void Sweep() {
    owner_.now = env_.clock.Mono();
    // A sweep may end connections: walk over a copy of the handles.
    std::vector<HttpConnectionPtr> all(connections_.begin(), connections_.end());
    for (const HttpConnectionPtr& connection : all) connection->Sweep();
  }

  Task<void> AcceptLoop(Listener* listener) {
    while (!owner_.draining) {
      Result<std::unique_ptr<ByteStream>> stream = co_await listener->Accept();
      if (stream) {
        Adopt(std::move(*stream));
      } else if (stream.error().reason == Reason::kPlatformCancelled) {
        co_return;
      } else if (stream.error().reason == Reason::kPlatformUnavailable) {
        env_.log.Warn("http_accept_failed", {{"detail", stream.error().detail}});
        co_await Sleep(kAcceptPause);
      }
    }
  }

  void Adopt(std::unique_ptr<ByteStream> stream) {
    if (connections_.size() >= limits_.connections || owner_.draining) {
      refused_.Add();
      return stream->Close();
    }
    // Timeouts start now, not at the last sweep.
    if (connections_.empty()) owner_.now = env_.clock.Mono();
    HttpConnectionPtr connection(new HttpConnection(owner_, std::move(stream)));
    connections_.insert(connection);
    open_.Add(1);
    if (!group_.Spawn(Serve(connection))) Forget(connection);
  }

  Task<void> Serve(HttpConnectionPtr connection) {
    // Also when the coroutine is cancelled.
    struct AtEnd {
      Impl& impl;
      HttpConnectionPtr connection;
      ~AtEnd() { impl.Forget(connection); }
    } at_end{*this, connection};
    co_await connection->Run();
  }

  void Forget(const HttpConnectionPtr& connection) {
    HttpConnectionPtr held = connection;
    held->Finish();
    if (connections_.erase(held) != 0) open_.Add(-1);
  }

  Task<void> Shutdown(std::chrono::milliseconds grace) {
    owner_.draining = true;
    for (auto& listener : listeners_) listener->Close();
    auto end = std::chrono::steady_clock::now() + grace;
    while (!connections_.empty() && std::chrono::steady_clock::now() < end) {
      std::vector<HttpConnectionPtr> all(connections_.begin(), connections_.end());
      for (const HttpConnectionPtr& connection : all) connection->Drain();
      co_await Sleep(kDrainStep);
    }
    std::vector<HttpConnectionPtr> left(connections_.begin(), connections_.end());
    for (const HttpConnectionPtr& connection : left) connection->Kill();
    group_.Close();
    co_await group_.Wait();
  }

  struct Hash {
    size_t operator()(const HttpConnectionPtr& p) const {
      return std::hash<const void*>()(p.get());
    }
  };

  Env env_;
  HttpLimits limits_;
  TaskGroup group_;
  HttpConnectionOwner owner_;
  Gauge& open_;
  Counter& refused_;
  std::unordered_set<HttpConnectionPtr, Hash> connections_;
  std::vector<std::unique_ptr<Listener>> listeners_;
  bool sweeping_ = false;
};

HttpServer::HttpServer(Env env, Executor executor, HttpHandler& handler, HttpLimits limits)
    : impl_(std::make_unique<Impl>(env, executor, handler, limits)) {}

HttpServer::~HttpServer() = default;

void HttpServer::Listen(std::unique_ptr<Listener> listener) {
  impl_->listeners_.push_back(std::move(listener));
  if (!std::exchange(impl_->sweeping_, true)) impl_->group_.Spawn(impl_->SweepLoop());
  impl_->group_.Spawn(impl_->AcceptLoop(impl_->listeners_.back().get()));
}

void HttpServer::Adopt(std::unique_ptr<ByteStream> stream) { impl_->Adopt(std::move(stream)); }

Task<void> HttpServer::Shutdown(std::chrono::milliseconds grace) { return impl_->Shutdown(grace); }

void HttpServer::Sweep() { impl_->Sweep(); }

size_t HttpServer::connections() const { return impl_->connections_.size(); }

}  // namespace nsl::net
