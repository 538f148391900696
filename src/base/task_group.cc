// SPDX-License-Identifier: Apache-2.0
#include "base/task_group.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/system/system_error.hpp>
#include <exception>

namespace nsl {

TaskGroup::TaskGroup(Executor executor)
    : executor_(executor), idle_(executor, std::chrono::steady_clock::time_point::max()) {}

TaskGroup::~TaskGroup() { NSL_CHECK(running_.empty()); }

namespace {

// Awaiting anything after a cancellation throws operation_aborted: that is how a cancelled
// coroutine ends, every other exception is a bug.
bool IsCancellation(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const boost::system::system_error& error) {
    return error.code() == asio::error::operation_aborted;
  } catch (...) {
    return false;
  }
}

}  // namespace

bool TaskGroup::Spawn(Task<void> task) { return SpawnWithSignal(std::move(task)) != nullptr; }

asio::cancellation_signal* TaskGroup::SpawnWithSignal(Task<void> task) {
  if (closed_) return nullptr;
  auto it = running_.emplace(running_.end());
  asio::co_spawn(executor_, std::move(task),
                 asio::bind_cancellation_slot(it->slot(), [this, it](std::exception_ptr failure) {
                   if (failure && !IsCancellation(failure)) std::terminate();
                   running_.erase(it);
                   if (running_.empty()) idle_.cancel();
                 }));
  return &*it;
}

void TaskGroup::Close() {
  closed_ = true;
  // A handler may erase its own entry while the signal is emitted: step before emitting.
  for (auto it = running_.begin(); it != running_.end();) {
    auto current = it++;
    current->emit(asio::cancellation_type::terminal);
  }
}

Task<void> TaskGroup::Wait() {
  while (!running_.empty()) {
    boost::system::error_code ignored;
    co_await idle_.async_wait(asio::redirect_error(kUseTask, ignored));
  }
}

}  // namespace nsl
