// SPDX-License-Identifier: Apache-2.0
#include "rpc/frame.h"

#include <gtest/gtest.h>

namespace nsl::rpc {
namespace {

TEST(Frame, HasTheWrittenLayout) {
  Bytes out;
  Bytes body = {0xaa, 0xbb};
  AppendFrame({FrameKind::kCall, 0x0102, 0x1122334455667788, 1000, body}, out);
  EXPECT_EQ(ToHex(out),
            "12000000"
            "01"
            "01"
            "0201"
            "8877665544332211"
            "e8030000"
            "aabb");
}

TEST(Frame, IsReadBackFromAnyPrefix) {
  Bytes out;
  Bytes body(300, 9);
  AppendFrame({FrameKind::kReply, 7, 99, 0, body}, out);
  Frame frame;
  size_t length = 0;
  for (size_t n = 0; n < out.size(); ++n) {
    ASSERT_EQ(ReadFrame(ByteView(out).first(n), frame, length), FrameStatus::kNeedMore) << n;
    EXPECT_GT(length, n);
  }
  ASSERT_EQ(ReadFrame(out, frame, length), FrameStatus::kFrame);
  EXPECT_EQ(length, out.size());
  EXPECT_EQ(frame.kind, FrameKind::kReply);
  EXPECT_EQ(frame.method, 7);
  EXPECT_EQ(frame.call_id, 99U);
  EXPECT_EQ(frame.body.size(), 300U);
}

struct BadFrame {
  const char* name;
  std::string hex;
};
class BadFrameTest : public ::testing::TestWithParam<BadFrame> {};

TEST_P(BadFrameTest, IsRefusedBeforeItsBodyIsAwaited) {
  Frame frame;
  size_t length = 0;
  EXPECT_EQ(ReadFrame(*FromHex(GetParam().hex), frame, length), FrameStatus::kBad);
}

INSTANTIATE_TEST_SUITE_P(Table, BadFrameTest,
                         ::testing::Values(BadFrame{"TooShort", "0f000000"},
                                           BadFrame{"Zero", "00000000"},
                                           BadFrame{"TooLong", "11001000"},
                                           BadFrame{"Huge", "ffffffff"},
                                           BadFrame{"Version",
                                                    "10000000"
                                                    "02"
                                                    "01"
                                                    "0000"
                                                    "0000000000000000"
                                                    "00000000"},
                                           BadFrame{"KindZero",
                                                    "10000000"
                                                    "01"
                                                    "00"
                                                    "0000"
                                                    "0000000000000000"
                                                    "00000000"},
                                           BadFrame{"KindTen",
                                                    "10000000"
                                                    "01"
                                                    "0a"
                                                    "0000"
                                                    "0000000000000000"
                                                    "00000000"}),
                         [](const auto& info) { return info.param.name; });

TEST(FrameError, KeepsEverythingItCarries) {
  Error error = Error(Reason::kQuotaRate, "slow down").WithField("/x", "y");
  error.retry_after_ms = 77;
  Bytes out;
  AppendError(error, out);
  Error back = ParseError(out);
  EXPECT_EQ(back.reason, Reason::kQuotaRate);
  EXPECT_EQ(back.detail, "slow down");
  EXPECT_EQ(back.retry_after_ms, 77U);
  ASSERT_EQ(back.fields.size(), 1U);
  EXPECT_EQ(back.fields[0].pointer, "/x");
}

TEST(FrameError, AnUnknownReasonIsInternalAndNamed) {
  // {"detail": "d", "reason": "future.reason"}
  Error back =
      ParseError(*FromHex("a2"
                          "66"
                          "64657461696c"
                          "61"
                          "64"
                          "66"
                          "726561736f6e"
                          "6d"
                          "6675747572652e726561736f6e"));
  EXPECT_EQ(back.reason, Reason::kPlatformInternal);
  EXPECT_EQ(back.detail, "future.reason: d");
}

TEST(FrameError, WhatDoesNotDecodeIsInternal) {
  EXPECT_EQ(ParseError(*FromHex("ff")).reason, Reason::kPlatformInternal);
  EXPECT_EQ(ParseError({}).reason, Reason::kPlatformInternal);
}

TEST(FrameError, LongTextIsCutBetweenCharacters) {
  std::string text;
  while (text.size() < 5000) text += "ä";
  Bytes out;
  AppendError(Error(Reason::kRunUser, "x" + text), out);
  Error back = ParseError(out);
  EXPECT_EQ(back.reason, Reason::kRunUser);
  EXPECT_GT(back.detail.size(), 4000U);
  EXPECT_LE(back.detail.size(), 4096U);
}

}  // namespace
}  // namespace nsl::rpc
