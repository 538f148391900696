// SPDX-License-Identifier: Apache-2.0
#include "base/task_group.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>

namespace nsl {
namespace {

using Timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                         asio::wait_traits<std::chrono::steady_clock>, Executor>;

// Waits until it is cancelled.
Task<void> WaitForCancel(int* started, int* cancelled) {
  ++*started;
  Timer timer(co_await asio::this_coro::executor, std::chrono::hours(1));
  boost::system::error_code ec;
  co_await timer.async_wait(asio::redirect_error(kUseTask, ec));
  if (ec == asio::error::operation_aborted) ++*cancelled;
}

Task<void> AtOnce(int* done) {
  ++*done;
  co_return;
}

Task<void> CloseAndWait(TaskGroup* group, bool* waited) {
  group->Close();
  co_await group->Wait();
  *waited = true;
}

Task<void> JustWait(TaskGroup* group, bool* waited) {
  co_await group->Wait();
  *waited = true;
}

TEST(TaskGroupTest, CloseCancelsWhatRunsAndWaitSeesTheLastOneEnd) {
  asio::io_context io;
  TaskGroup group(io.get_executor());
  int started = 0;
  int cancelled = 0;
  bool waited = false;
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(group.Spawn(WaitForCancel(&started, &cancelled)));
  io.poll();
  EXPECT_EQ(started, 3);
  EXPECT_EQ(group.size(), 3u);
  asio::co_spawn(io, CloseAndWait(&group, &waited), asio::detached);
  io.restart();
  io.run();
  EXPECT_EQ(cancelled, 3);
  EXPECT_TRUE(waited);
  EXPECT_EQ(group.size(), 0u);
}

TEST(TaskGroupTest, StartsNothingAfterClose) {
  asio::io_context io;
  TaskGroup group(io.get_executor());
  int done = 0;
  group.Close();
  group.Close();
  EXPECT_FALSE(group.Spawn(AtOnce(&done)));
  io.run();
  EXPECT_EQ(done, 0);
  EXPECT_TRUE(group.closed());
}

TEST(TaskGroupTest, WaitReturnsAtOnceWhenNothingRuns) {
  asio::io_context io;
  TaskGroup group(io.get_executor());
  bool waited = false;
  asio::co_spawn(io, JustWait(&group, &waited), asio::detached);
  io.run();
  EXPECT_TRUE(waited);
}

TEST(TaskGroupTest, ForgetsCoroutinesThatEndByThemselves) {
  asio::io_context io;
  TaskGroup group(io.get_executor());
  int done = 0;
  bool waited = false;
  for (int i = 0; i < 5; ++i) group.Spawn(AtOnce(&done));
  asio::co_spawn(io, JustWait(&group, &waited), asio::detached);
  io.run();
  EXPECT_EQ(done, 5);
  EXPECT_EQ(group.size(), 0u);
  EXPECT_TRUE(waited);
}

}  // namespace
}  // namespace nsl
