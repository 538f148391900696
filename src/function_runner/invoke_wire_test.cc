// SPDX-License-Identifier: Apache-2.0
#include "function_runner/invoke_wire.h"

#include <gtest/gtest.h>

namespace nsl::function_runner {
namespace {

TEST(InvokeWire, RequestSurvivesTheRoundTrip) {
  Bytes payload = ToBytes(std::string_view("{\"n\":1}"));
  InvokeRequest q;
  q.credential = "nsl_key_secret";
  q.function_id = "fn_1";
  q.run_id = "run_1";
  q.keep = true;
  q.type = "manual";
  q.payload = payload;
  Bytes out;
  AppendInvokeRequest(q, out);
  Result<InvokeRequest> back = ParseInvokeRequest(out);
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(back->credential, q.credential);
  EXPECT_EQ(back->alias, "");
  EXPECT_TRUE(back->keep);
  EXPECT_EQ(AsText(back->payload), "{\"n\":1}");
}

TEST(InvokeWire, ReplySurvivesTheRoundTrip) {
  InvokeReply p;
  p.reason = "run.user";
  p.detail = "boom";
  p.usage.cpu_us = 1'000'000'007;
  p.usage.peak_memory_kb = 31;
  Bytes counters{1, 2};
  p.usage_counters = counters;
  Bytes out;
  AppendInvokeReply(p, out);
  Result<InvokeReply> back = ParseInvokeReply(out);
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(back->reason, "run.user");
  EXPECT_EQ(back->usage.cpu_us, 1'000'000'007u);
  EXPECT_EQ(back->usage.peak_memory_kb, 31u);
  EXPECT_EQ(ToBytes(back->usage_counters), counters);
}

TEST(InvokeWire, CutAndExtendedFramesAreRefused) {
  InvokeRequest q;
  q.function_id = "fn_1";
  Bytes out;
  AppendInvokeRequest(q, out);
  for (size_t n = 0; n < out.size(); ++n) {
    EXPECT_FALSE(ParseInvokeRequest(ByteView(out).first(n)).has_value()) << n;
  }
  out.push_back(0xf6);
  EXPECT_FALSE(ParseInvokeRequest(out).has_value());
}

}  // namespace
}  // namespace nsl::function_runner
