// SPDX-License-Identifier: Apache-2.0
#include "function_runner/sandbox/worker_link.h"

#include <gtest/gtest.h>

#include "base/random.h"

namespace nsl::sandbox {
namespace {

CallInfo SomeCall() {
  CallInfo info;
  info.remaining_ms = 5'000;
  info.attempt = 2;
  info.time_ms = 1'700'000'000'123;
  info.run_id = "run_1";
  info.traceparent = "00-aa-bb-01";
  info.caller = "acc_1";
  info.event_id = "req_1";
  info.type = "http";
  info.source = "fn_1";
  info.http = R"({"method":"POST"})";
  info.data = R"({"n":1})";
  return info;
}

TEST(WorkerLink, ACallIsReadAsItWasWritten) {
  Bytes out;
  AppendCall(out, 0x1203, SomeCall());
  Frame frame;
  ASSERT_EQ(NextFrame(out, frame), FrameStatus::kWhole);
  EXPECT_EQ(frame.type, FrameType::kCall);
  EXPECT_EQ(frame.call, 0x1203u);
  CallLayout layout;
  ASSERT_TRUE(ParseCall(frame.body, layout));
  EXPECT_EQ(layout.remaining_ms, 5'000u);
  EXPECT_EQ(layout.attempt, 2u);
  EXPECT_EQ(layout.time_ms, 1'700'000'000'123);
  auto field = [&](CallField f) {
    auto i = static_cast<size_t>(f);
    return AsText(frame.body.subspan(layout.offset[i], layout.length[i]));
  };
  EXPECT_EQ(field(CallField::kRunId), "run_1");
  EXPECT_EQ(field(CallField::kSource), "fn_1");
  EXPECT_EQ(field(CallField::kData), R"({"n":1})");
}

TEST(WorkerLink, ACallThatIsCutOrLongerIsRefused) {
  Bytes out;
  AppendCall(out, 1, SomeCall());
  ByteView body = ByteView(out).subspan(kFrameHeaderBytes);
  CallLayout layout;
  for (size_t n = 0; n < body.size(); ++n) EXPECT_FALSE(ParseCall(body.first(n), layout)) << n;
  Bytes longer(body.begin(), body.end());
  longer.push_back(0);
  EXPECT_FALSE(ParseCall(longer, layout));
}

TEST(WorkerLink, FramesAreTakenOneByOneAndOnlyWhole) {
  Bytes out;
  AppendFrame(out, FrameType::kReady, 0, {});
  AppendFrame(out, FrameType::kResult, 7, AsBytes("12"), kFlagMore);
  Frame frame;
  ASSERT_EQ(NextFrame(out, frame), FrameStatus::kWhole);
  EXPECT_EQ(frame.type, FrameType::kReady);
  ByteView rest = ByteView(out).subspan(kFrameHeaderBytes);
  for (size_t n = 0; n < rest.size(); ++n) {
    EXPECT_EQ(NextFrame(rest.first(n), frame), FrameStatus::kIncomplete) << n;
  }
  ASSERT_EQ(NextFrame(rest, frame), FrameStatus::kWhole);
  EXPECT_EQ(frame.flags, kFlagMore);
  EXPECT_EQ(AsText(frame.body), "12");
}

TEST(WorkerLink, ALengthOverTheCapAndReservedBitsBreakTheLink) {
  Bytes out;
  AppendFrame(out, FrameType::kResult, 1, {});
  Bytes large = out;
  large[3] = 0x7f;
  Frame frame;
  EXPECT_EQ(NextFrame(large, frame), FrameStatus::kBroken);
  Bytes reserved = out;
  reserved[6] = 1;
  EXPECT_EQ(NextFrame(reserved, frame), FrameStatus::kBroken);
}

TEST(WorkerLink, AFrameThatWasNotFinishedIsLeftOut) {
  Bytes out;
  AppendFrame(out, FrameType::kResult, 1, AsBytes("1"));
  size_t whole = out.size();
  FrameBuilder open(out, FrameType::kLog, 2);
  open.Text("half");
  EXPECT_EQ(WholeFrames(out), whole);
  open.End();
  EXPECT_EQ(WholeFrames(out), out.size());
}

TEST(WorkerLink, SpecialiseIsReadAsItWasWritten) {
  SpecialiseInfo info;
  info.function_id = "fn_1";
  info.entry = "index.js";
  info.memory_mb = 256;
  info.env = {{"A", "1"}, {"B", ""}};
  info.files = {{"index.js", AsBytes("export {}")}};
  Bytes body = SpecialiseBody(info);
  auto read = ParseSpecialise(body);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->entry, "index.js");
  EXPECT_EQ(read->memory_mb, 256u);
  EXPECT_EQ(read->env, info.env);
  ASSERT_EQ(read->files.size(), 1u);
  EXPECT_EQ(AsText(read->files[0].second), "export {}");
  for (size_t n = 0; n < body.size(); ++n) {
    EXPECT_FALSE(ParseSpecialise(ByteView(body).first(n)).has_value()) << n;
  }
}

TEST(WorkerLink, PiecesOfABlankAreReadAsTheyWereWritten) {
  Bytes out;
  AppendBlank(out, {{"landlock", false, false, 38}, {"own_uid", true, true, 0}});
  Frame frame;
  ASSERT_EQ(NextFrame(out, frame), FrameStatus::kWhole);
  auto pieces = ParseBlank(frame.body);
  ASSERT_EQ(pieces.size(), 2u);
  EXPECT_EQ(pieces[0].name, "landlock");
  EXPECT_EQ(pieces[0].error, 38);
  EXPECT_TRUE(pieces[1].essential && pieces[1].active);
}

// What a hostile worker writes ends in empty fields, never outside the body.
TEST(WorkerLink, RandomBodiesAreReadWithinTheirBounds) {
  SeededRandom random(7);
  for (int i = 0; i < 20'000; ++i) {
    Bytes body = random.Draw(random.U64() % 64);
    auto inside = [&](std::string_view text) {
      if (text.empty()) return true;
      const auto* at = reinterpret_cast<const uint8_t*>(text.data());
      return at >= body.data() && at + text.size() <= body.data() + body.size();
    };
    ErrorInfo error = ParseError(body);
    EXPECT_TRUE(inside(error.message) && inside(error.stack));
    BuildErrorInfo build = ParseBuildError(body);
    EXPECT_TRUE(inside(build.file) && inside(build.message) && inside(build.source_line));
    LogInfo log = ParseLog(body);
    EXPECT_TRUE(inside(log.message) && inside(log.fields));
    EXPECT_TRUE(inside(ParseHostCall(body).args));
    for (const Piece& piece : ParseBlank(body)) EXPECT_TRUE(inside(piece.name));
    Frame frame;
    if (NextFrame(body, frame) == FrameStatus::kWhole) EXPECT_TRUE(inside(AsText(frame.body)));
  }
}

}  // namespace
}  // namespace nsl::sandbox
