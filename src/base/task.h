// SPDX-License-Identifier: Apache-2.0
//
// Task<T>: the coroutine type of the whole program, on the concrete executor.
//
// A Task runs on the thread of its io_context; parameters travel by value; each co_await result
// goes to a named local. Nothing is detached: a coroutine that outlives its caller belongs to a
// TaskGroup (task_group.h).
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/result.h"

namespace nsl {

namespace asio = boost::asio;

using Executor = asio::io_context::executor_type;
template <class T>
using Task = asio::awaitable<T, Executor>;
inline constexpr asio::use_awaitable_t<Executor> kUseTask{};

}  // namespace nsl
