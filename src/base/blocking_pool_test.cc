// SPDX-License-Identifier: Apache-2.0
#include "base/blocking_pool.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <latch>

namespace nsl {
namespace {

struct Seen {
  Result<int> result = Fail(Reason::kPlatformInternal);
  std::thread::id worked;
  std::thread::id resumed;
};

Task<void> RunOne(BlockingPool* pool, Seen* seen) {
  Result<int> result = co_await pool->Run([seen]() -> Result<int> {
    seen->worked = std::this_thread::get_id();
    return 42;
  });
  seen->resumed = std::this_thread::get_id();
  seen->result = result;
}

Task<void> RunFailing(BlockingPool* pool, Seen* seen) {
  Result<int> result =
      co_await pool->Run([]() -> Result<int> { return Fail(Reason::kPlatformStorage, "disk"); });
  seen->result = result;
}

TEST(BlockingPoolTest, ResultComesBackOnTheThreadOfTheCaller) {
  asio::io_context io;
  BlockingPool pool("test", 2, 4);
  Seen seen;
  asio::co_spawn(io, RunOne(&pool, &seen), asio::detached);
  io.run();
  EXPECT_EQ(seen.result, 42);
  EXPECT_EQ(seen.resumed, std::this_thread::get_id());
  EXPECT_NE(seen.worked, std::this_thread::get_id());
}

TEST(BlockingPoolTest, ErrorsOfTheWorkArriveAsTheyAre) {
  asio::io_context io;
  BlockingPool pool("test", 1, 4);
  Seen seen;
  asio::co_spawn(io, RunFailing(&pool, &seen), asio::detached);
  io.run();
  ASSERT_FALSE(seen.result);
  EXPECT_EQ(seen.result.error().reason, Reason::kPlatformStorage);
}

TEST(BlockingPoolTest, RefusesAtOnceWhenTheQueueIsFull) {
  asio::io_context io;
  std::latch running(1);
  std::latch release(1);
  // Last, so that it ends first: its thread uses the latches.
  BlockingPool pool("test", 1, 1);
  ASSERT_TRUE(pool.TryPost([&] {
    running.count_down();
    release.wait();
  }));
  running.wait();
  ASSERT_TRUE(pool.TryPost([] {}));
  EXPECT_FALSE(pool.TryPost([] {}));
  Seen seen;
  asio::co_spawn(io, RunOne(&pool, &seen), asio::detached);
  io.run();
  ASSERT_FALSE(seen.result);
  EXPECT_EQ(seen.result.error().reason, Reason::kQuotaBusy);
  release.count_down();
}

TEST(BlockingPoolTest, StopRunsWhatWasAcceptedAndThenRefuses) {
  std::atomic<int> done{0};
  BlockingPool pool("test", 1, 100);
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(pool.TryPost([&] { ++done; }));
  pool.Stop();
  EXPECT_EQ(done, 50);
  EXPECT_FALSE(pool.TryPost([&] { ++done; }));
  pool.Stop();
}

}  // namespace
}  // namespace nsl
