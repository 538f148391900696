// SPDX-License-Identifier: Apache-2.0
#include "metrics/registry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "metrics/process.h"

namespace nsl::metrics {
namespace {

using ::testing::HasSubstr;

TEST(Registry, SameNameAndLabelsGiveTheSameHandle) {
  Registry registry;
  Counter& a = registry.GetCounter("nsl_a_total", "A", {{"code", "200"}});
  Counter& b = registry.GetCounter("nsl_a_total", "A", {{"code", "200"}});
  Counter& c = registry.GetCounter("nsl_a_total", "A", {{"code", "404"}});
  EXPECT_EQ(&a, &b);
  EXPECT_NE(&a, &c);
}

TEST(Registry, RendersOneHelpAndTypePerFamily) {
  Registry registry;
  registry.GetCounter("nsl_a_total", "Answers", {{"code", "200"}}).Add(3);
  registry.GetCounter("nsl_a_total", "Answers", {{"code", "404"}}).Add();
  registry.GetGauge("nsl_b_runs", "Runs now", {}).Set(-2);
  EXPECT_THAT(registry.RenderText(), HasSubstr("# HELP nsl_a_total Answers\n"
                                               "# TYPE nsl_a_total counter\n"
                                               "nsl_a_total{code=\"200\"} 3\n"
                                               "nsl_a_total{code=\"404\"} 1\n"
                                               "# HELP nsl_b_runs Runs now\n"
                                               "# TYPE nsl_b_runs gauge\n"
                                               "nsl_b_runs -2\n"));
}

TEST(Registry, EscapesHelpAndLabelValues) {
  Registry registry;
  registry.GetGauge("nsl_c", "back\\slash \"quoted\"\nline", {{"v", "a\\b\"c\nd"}}).Set(1);
  std::string text = registry.RenderText();
  EXPECT_THAT(text, HasSubstr("# HELP nsl_c back\\\\slash \"quoted\"\\nline\n"));
  EXPECT_THAT(text, HasSubstr("nsl_c{v=\"a\\\\b\\\"c\\nd\"} 1\n"));
}

TEST(Registry, HistogramBucketsAreCumulativeAndCloseWithInf) {
  Registry registry;
  Histogram& h = registry.GetHistogram("nsl_d_micros", "Times", {{"op", "x"}});
  h.Record(0);
  h.Record(1);
  h.Record(3);
  h.Record(4);
  h.Record(uint64_t{1} << 40);
  std::string text = registry.RenderText();
  EXPECT_THAT(text, HasSubstr("nsl_d_micros_bucket{op=\"x\",le=\"0\"} 1\n"
                              "nsl_d_micros_bucket{op=\"x\",le=\"1\"} 2\n"
                              "nsl_d_micros_bucket{op=\"x\",le=\"3\"} 3\n"
                              "nsl_d_micros_bucket{op=\"x\",le=\"7\"} 4\n"));
  EXPECT_THAT(text, HasSubstr("nsl_d_micros_bucket{op=\"x\",le=\"33554431\"} 4\n"
                              "nsl_d_micros_bucket{op=\"x\",le=\"+Inf\"} 5\n"
                              "nsl_d_micros_sum{op=\"x\"} 1099511627784\n"
                              "nsl_d_micros_count{op=\"x\"} 5\n"));
}

TEST(Registry, HistogramOfSecondsIsScaled) {
  Registry registry;
  registry.GetHistogram("nsl_e_seconds", "Times", {}).Record(1'500'000);
  std::string text = registry.RenderText();
  EXPECT_THAT(text, HasSubstr("nsl_e_seconds_bucket{le=\"0.001023\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("nsl_e_seconds_bucket{le=\"2.097151\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("nsl_e_seconds_sum 1.5\n"));
}

TEST(Registry, UnboundedLabelsStopAtTheLimit) {
  Registry registry;
  for (size_t i = 0; i < Registry::kMaxSeries + 10; ++i) {
    std::string value = std::to_string(i);
    registry.GetCounter("nsl_f_total", "F", {{"i", value}}).Add();
  }
  std::string text = registry.RenderText();
  EXPECT_THAT(text, HasSubstr("nsl_metrics_dropped_series 10\n"));
  EXPECT_EQ(text.find("i=\"4096\""), std::string::npos);
}

TEST(Registry, NamesThatPrometheusRefusesAreRecognised) {
  EXPECT_TRUE(IsMetricName("nsl_a:b_9"));
  EXPECT_FALSE(IsMetricName(""));
  EXPECT_FALSE(IsMetricName("9a"));
  EXPECT_FALSE(IsMetricName("a-b"));
}

TEST(ProcessMetrics, ReadsThisProcess) {
  ProcessFigures figures = ReadProcessFigures();
  EXPECT_GT(figures.resident_bytes, 1u << 20);
  EXPECT_GE(figures.open_fds, 3u);
  EXPECT_GE(figures.threads, 1u);
  EXPECT_GT(figures.start_time_seconds, 1.6e9);
  Registry registry;
  AddProcessMetrics(registry);
  EXPECT_THAT(registry.RenderText(), HasSubstr("# TYPE process_cpu_seconds_total counter\n"));
}

}  // namespace
}  // namespace nsl::metrics
