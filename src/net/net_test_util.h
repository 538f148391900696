// SPDX-License-Identifier: Apache-2.0
//
// Runs a coroutine to its end on a fresh io_context, for tests.
#pragma once

#include <gtest/gtest.h>

#include "base/env.h"
#include "base/task_group.h"

namespace nsl::net {

// Handles and counts that a test may look at.
class TestMetrics final : public Metrics {
 public:
  Counter& GetCounter(std::string_view, std::string_view, MetricLabels) override {
    return counter_;
  }
  Gauge& GetGauge(std::string_view, std::string_view, MetricLabels) override { return gauge_; }
  Histogram& GetHistogram(std::string_view, std::string_view, MetricLabels) override {
    return histogram_;
  }

 private:
  Counter counter_;
  Gauge gauge_;
  Histogram histogram_;
};

struct TestEnv {
  FakeClock clock;
  SeededRandom random{1};
  NullLog log;
  TestMetrics metrics;
  Env env{clock, random, log, metrics};
};

// Runs `task` and everything it starts; fails the test when work is left that waits for ever.
inline void RunTask(asio::io_context& context, Task<void> task) {
  bool done = false;
  auto wrapped = [](Task<void> inner, bool* flag) -> Task<void> {
    co_await std::move(inner);
    *flag = true;
  };
  TaskGroup group(context.get_executor());
  group.Spawn(wrapped(std::move(task), &done));
  context.run_for(std::chrono::seconds(20));
  EXPECT_TRUE(done) << "the coroutine waits for ever";
  group.Close();
  context.restart();
  context.run_for(std::chrono::seconds(1));
}

}  // namespace nsl::net
