// SPDX-License-Identifier: Apache-2.0
//
// Runs one coroutine to its end on an io_context of the caller, for tests.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <optional>

#include "base/task_group.h"

namespace nsl {

template <class T>
T RunTask(asio::io_context& io, Task<T> task) {
  std::optional<T> out;
  asio::co_spawn(io.get_executor(), std::move(task), [&](std::exception_ptr failure, T value) {
    if (failure) std::rethrow_exception(failure);
    out = std::move(value);
  });
  io.restart();
  while (!out && io.run_one() > 0) {
  }
  NSL_CHECK(out.has_value());
  return std::move(*out);
}

inline void RunTask(asio::io_context& io, Task<void> task) {
  bool done = false;
  asio::co_spawn(io.get_executor(), std::move(task), [&](std::exception_ptr failure) {
    if (failure) std::rethrow_exception(failure);
    done = true;
  });
  io.restart();
  while (!done && io.run_one() > 0) {
  }
  NSL_CHECK(done);
}

// A group is closed on the thread that runs it, inside the run: a cancellation that is only queued
// there would outlive what it cancels.
inline Task<void> CloseGroup(TaskGroup& group) {
  group.Close();
  co_await group.Wait();
}

}  // namespace nsl
