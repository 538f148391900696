// SPDX-License-Identifier: Apache-2.0
//
// Owner of coroutines that outlive the function that starts them.
//
// Guarantee: after Close() no coroutine starts, those that run are cancelled, and Wait() returns
// only when the last one has ended. An exception that leaves a coroutine aborts the program: it is
// a bug. One thread: the one that runs the executor. The group outlives its coroutines.
#pragma once

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>
#include <list>

#include "base/task.h"

namespace nsl {

class TaskGroup {
 public:
  explicit TaskGroup(Executor executor);
  ~TaskGroup();
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;

  // Starts the coroutine; false (and the coroutine is dropped unstarted) after Close().
  bool Spawn(Task<void> task);
  // The same; gives what cancels this coroutine alone, valid until it ends, or null after Close().
  asio::cancellation_signal* SpawnWithSignal(Task<void> task);
  // Refuses new ones and asks those that run to end. Idempotent.
  void Close();
  Task<void> Wait();
  size_t size() const { return running_.size(); }
  bool closed() const { return closed_; }
  Executor executor() const { return executor_; }

 private:
  Executor executor_;
  std::list<asio::cancellation_signal> running_;
  asio::basic_waitable_timer<std::chrono::steady_clock,
                             asio::wait_traits<std::chrono::steady_clock>, Executor>
      idle_;
  bool closed_ = false;
};

}  // namespace nsl
