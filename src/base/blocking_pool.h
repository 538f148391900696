// SPDX-License-Identifier: Apache-2.0
//
// Bounded threads for work that blocks: SQLite, scrypt, file and name lookups.
//
// Guarantee: a full queue refuses at once with quota.busy, it never waits; what was accepted runs,
// also during Stop(). The result comes back on the caller's io_context. Thread-safe.
#pragma once

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include "base/task.h"

namespace nsl {

class BlockingPool {
 public:
  BlockingPool(std::string name, size_t threads, size_t queue_limit);
  ~BlockingPool();
  BlockingPool(const BlockingPool&) = delete;
  BlockingPool& operator=(const BlockingPool&) = delete;

  // False when the queue is full or the pool has stopped.
  bool TryPost(std::function<void()> work);
  // Runs what is queued, then joins the threads. Idempotent.
  void Stop();

  // Runs f() on a pool thread and returns its Result on the awaiting executor.
  template <class F, class R = std::invoke_result_t<F>>
  Task<R> Run(F f);

 private:
  void Loop();

  std::string name_;
  size_t queue_limit_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> queue_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

template <class F, class R>
Task<R> BlockingPool::Run(F f) {
  Executor executor = co_await asio::this_coro::executor;
  auto start = [this, executor, f = std::move(f)](auto handler) mutable {
    // shared_ptr: std::function needs a copyable callable, the completion handler is move-only.
    auto done = std::make_shared<decltype(handler)>(std::move(handler));
    auto work = asio::make_work_guard(executor);
    bool accepted = TryPost([done, executor, work, f = std::move(f)]() mutable {
      auto result = std::make_shared<R>(f());
      asio::post(executor, [done, result]() mutable { (*done)(std::move(*result)); });
      work.reset();
    });
    if (!accepted) {
      asio::post(executor, [done, name = name_]() mutable {
        (*done)(R(Fail(Reason::kQuotaBusy, "the pool '" + name + "' is full; try again")));
      });
    }
  };
  R result = co_await asio::async_initiate<const asio::use_awaitable_t<Executor>&, void(R)>(
      std::move(start), kUseTask);
  co_return result;
}

}  // namespace nsl
