// SPDX-License-Identifier: Apache-2.0
#include "rpc/peer.h"

#include <algorithm>

#include "net/buffer.h"
#include "net/memory.h"
#include "net/net_test_util.h"

namespace nsl::rpc {
namespace {

constexpr uint16_t kEcho = 10;
constexpr uint16_t kKeep = 11;
constexpr uint16_t kDrop = 12;
constexpr uint16_t kNote = 13;
constexpr uint16_t kBig = 14;

class PeerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    handlers.OnRaw(kEcho, [](RawCall&& call) { call.Reply(call.body()); });
    handlers.OnRaw(kKeep, [this](RawCall&& call) { kept.push_back(std::move(call)); });
    handlers.OnRaw(kDrop, [](RawCall&& call) { RawCall dropped(std::move(call)); });
    handlers.OnNotify(kNote, [this](Peer&, ByteView body) { notes.emplace_back(AsText(body)); });
    handlers.OnRaw(
        kBig,
        [](RawCall&& call) {
          call.ReplyWith([](Bytes& out) { out.resize(out.size() + (3 << 20), 5); });
        },
        1 << 20, 4 << 20);
  }
  void Pair(PeerLimits limits = {}) {
    auto [a, b] = net::MemoryPair(context.get_executor());
    caller = Peer::Create(env.env, std::move(a), own, limits);
    callee = Peer::Create(env.env, std::move(b), handlers, limits);
  }
  // A peer, and the bare stream of whoever talks to it.
  void Bare(PeerLimits limits = {}) {
    auto [a, b] = net::MemoryPair(context.get_executor(), 8 << 20);
    stream = std::move(a);
    callee = Peer::Create(env.env, std::move(b), handlers, limits);
  }
  void Run(Task<void> task) { net::RunTask(context, Whole(std::move(task))); }
  Task<void> Whole(Task<void> task) {
    TaskGroup group(context.get_executor());
    if (caller) group.Spawn(caller->Run());
    if (callee) group.Spawn(callee->Run());
    co_await std::move(task);
    if (caller) caller->Close();
    if (callee) callee->Close();
    co_await group.Wait();
  }
  Task<void> Turn(int ms = 1) {
    net::Signal never(context.get_executor());
    co_await never.WaitFor(std::chrono::milliseconds(ms));
  }
  template <class F>
  Task<void> Until(F condition) {
    while (!condition()) co_await Turn();
  }
  Peer::Reply Into(std::vector<Result<Bytes>>& results) {
    return [&results](Result<ByteView> r) {
      if (r) {
        results.emplace_back(ToBytes(*r));
      } else {
        results.emplace_back(std::unexpected(r.error()));
      }
    };
  }

  asio::io_context context;
  net::TestEnv env;
  Handlers handlers;
  Handlers own;
  std::vector<RawCall> kept;
  std::vector<std::string> notes;
  PeerPtr caller;
  PeerPtr callee;
  std::unique_ptr<net::ByteStream> stream;

  Task<void> BatchCase();
  Task<void> DroppedCase();
  Task<void> ExpiredCase();
  Task<void> HeartbeatCase();
  Task<void> InPlaceCase();
  Task<void> HostileCase(Bytes bytes);
  Task<void> BeyondTableCase();
  Task<void> ReuseCase();
  Task<void> NotifyCase();
  Task<void> CloseInsideCase();
};

Task<void> PeerTest::BatchCase() {
  int batches = 0;
  int answered_before = 0;
  std::vector<Result<Bytes>> results;
  callee->OnBatchEnd([&] {
    ++batches;
    answered_before = static_cast<int>(kept.size());
  });
  for (int i = 0; i < 50; ++i) caller->CallRaw(kKeep, {}, ToBytes("x"), Into(results));
  co_await Until([this] { return kept.size() == 50; });
  co_await Turn();
  EXPECT_EQ(batches, 1);
  EXPECT_EQ(answered_before, 50);
  for (RawCall& call : kept) call.Reply(ToBytes("y"));
  co_await Until([&] { return results.size() == 50; });
}
TEST_F(PeerTest, AWakeUpIsOneBatch) {
  Pair();
  Run(BatchCase());
}

Task<void> PeerTest::DroppedCase() {
  std::vector<Result<Bytes>> results;
  caller->CallRaw(kDrop, {}, {}, Into(results));
  caller->CallRaw(9999, {}, {}, Into(results));
  co_await Until([&] { return results.size() == 2; });
  EXPECT_EQ(results[0].error().reason, Reason::kPlatformInternal);
  EXPECT_EQ(results[1].error().reason, Reason::kPlatformUnimplemented);
}
TEST_F(PeerTest, DroppedAndUnknownCallsAreAnswered) {
  Pair();
  Run(DroppedCase());
}

Task<void> PeerTest::ExpiredCase() {
  std::vector<Result<Bytes>> results;
  bool told = false;
  auto deadline = Deadline::In(env.clock, std::chrono::milliseconds(30));
  caller->CallRaw(kKeep, deadline, {}, Into(results));
  co_await Until([this] { return kept.size() == 1; });
  kept[0].OnCancel([&] { told = true; });
  EXPECT_TRUE(kept[0].wanted());
  co_await Turn(30);
  EXPECT_TRUE(results.empty()) << "the fake clock stands still";
  env.clock.AdvanceMs(60);
  co_await Until([&] { return !results.empty() && told; });
  EXPECT_EQ(results[0].error().reason, Reason::kPlatformDeadline);
  EXPECT_FALSE(kept[0].wanted());
  kept[0].Reply(ToBytes("too late"));
  co_await Turn(5);
  EXPECT_EQ(results.size(), 1U);
}
TEST_F(PeerTest, ADeadlineEndsTheCallOnBothSidesAndALateAnswerGoesNowhere) {
  Pair();
  Run(ExpiredCase());
}

Task<void> PeerTest::HeartbeatCase() {
  env.clock.AdvanceMs(11'000);
  Frame frame;
  size_t length = 0;
  std::array<uint8_t, 64> buffer{};
  Result<size_t> got = co_await stream->ReadSome(buffer);
  EXPECT_EQ(ReadFrame(ByteView(buffer).first(got.value_or(0)), frame, length), FrameStatus::kFrame);
  EXPECT_EQ(frame.kind, FrameKind::kPing);
  EXPECT_FALSE(callee->closed());
  env.clock.AdvanceMs(10'000);
  co_await Until([this] { return callee->closed(); });
}
TEST_F(PeerTest, ASilentPeerIsAskedAndThenGivenUp) {
  Bare();
  Run(HeartbeatCase());
}

Task<void> PeerTest::InPlaceCase() {
  std::vector<Result<Bytes>> results;
  caller->CallRawWith(
      kEcho, {}, [](Bytes& out) { out.insert(out.end(), {1, 2, 3}); }, Into(results));
  caller->CallRaw(kBig, {}, {}, Into(results), {.max_reply = 4 << 20});
  caller->CallRaw(kBig, {}, {}, Into(results));
  co_await Until([&] { return results.size() == 3; });
  EXPECT_EQ(results[0], (Bytes{1, 2, 3}));
  EXPECT_EQ(results[1], Bytes(3 << 20, 5));
  EXPECT_EQ(results[2].error().reason, Reason::kPlatformInternal) << "above what the caller takes";
}
TEST_F(PeerTest, BodiesWrittenInPlaceArriveWhole) {
  Pair();
  Run(InPlaceCase());
}

Task<void> PeerTest::NotifyCase() {
  EXPECT_TRUE(caller->Notify(kNote, ToBytes("a")));
  EXPECT_TRUE(caller->Notify(999, ToBytes("nobody listens")));
  EXPECT_TRUE(caller->Notify(kNote, ToBytes("b")));
  co_await Until([this] { return notes.size() == 2; });
  EXPECT_EQ(notes[0] + notes[1], "ab");
}
TEST_F(PeerTest, NoticesArriveInOrder) {
  Pair();
  Run(NotifyCase());
}

Task<void> PeerTest::CloseInsideCase() {
  int told = 0;
  for (int i = 0; i < 10; ++i) {
    caller->CallRaw(kEcho, {}, {}, [&](Result<ByteView>) {
      ++told;
      caller->Close();
    });
  }
  co_await Until([&] { return told == 10; });
}
TEST_F(PeerTest, EachCallIsToldOnceWhenACallbackClosesTheConnection) {
  Pair();
  Run(CloseInsideCase());
}

Task<void> PeerTest::HostileCase(Bytes bytes) {
  Status sent = co_await stream->WriteAll(bytes);
  EXPECT_TRUE(sent);
  co_await Until([this] { return callee->closed(); });
}

Bytes Joined(std::initializer_list<Frame> frames) {
  Bytes out;
  for (const Frame& frame : frames) AppendFrame(frame, out);
  return out;
}

TEST_F(PeerTest, ABrokenFrameEndsTheConnection) {
  Bare();
  Run(HostileCase(*FromHex("ffffffff")));
}
TEST_F(PeerTest, ACallIdUsedTwiceEndsTheConnection) {
  Bare();
  Run(HostileCase(
      Joined({{FrameKind::kCall, kKeep, 1, 0, {}}, {FrameKind::kCall, kKeep, 1, 0, {}}})));
}
TEST_F(PeerTest, TooManyUnfinishedBodiesEndTheConnection) {
  Bare(PeerLimits{.assembly_bytes = 1000});
  Bytes piece(400, 1);
  Run(HostileCase(Joined({{FrameKind::kCallChunk, kKeep, 1, 0, piece},
                          {FrameKind::kCallChunk, kKeep, 2, 0, piece},
                          {FrameKind::kCallChunk, kKeep, 3, 0, piece}})));
}

Task<void> PeerTest::BeyondTableCase() {
  Bytes bytes = Joined({{FrameKind::kCall, kEcho, 4, 0, {}},
                        {FrameKind::kReply, kEcho, 77, 0, {}},
                        {FrameKind::kError, kEcho, 78, 0, {}},
                        {FrameKind::kCancel, 0, 79, 0, {}},
                        {FrameKind::kReplyChunk, kEcho, 80, 0, {}},
                        {FrameKind::kPong, 0, 0, 0, {}},
                        {FrameKind::kCall, kEcho, 3, 0, {}}});
  Status sent = co_await stream->WriteAll(bytes);
  EXPECT_TRUE(sent);
  std::vector<std::pair<FrameKind, uint64_t>> seen;
  net::InputBuffer in;
  while (seen.size() < 2) {
    Result<size_t> got = co_await stream->ReadSome(in.Prepare(100));
    if (!got || *got == 0) break;
    in.Commit(*got);
    Frame frame;
    size_t length = 0;
    while (ReadFrame(in.view(), frame, length) == FrameStatus::kFrame) {
      seen.emplace_back(frame.kind, frame.call_id);
      if (frame.kind == FrameKind::kError) {
        EXPECT_EQ(ParseError(frame.body).reason, Reason::kQuotaBusy);
      }
      in.Consume(length);
    }
  }
  EXPECT_EQ(seen, (std::vector<std::pair<FrameKind, uint64_t>>{{FrameKind::kError, 4},
                                                               {FrameKind::kReply, 3}}));
  EXPECT_FALSE(callee->closed());
}
TEST_F(PeerTest, CallsBeyondTheTableAreBusyAndStrayAnswersAreIgnored) {
  Bare(PeerLimits{.in_flight = 4});
  Run(BeyondTableCase());
}

Task<void> PeerTest::ReuseCase() {
  bool told = false;
  Status sent = co_await stream->WriteAll(Joined({{FrameKind::kCall, kKeep, 1, 0, {}}}));
  EXPECT_TRUE(sent);
  co_await Until([this] { return kept.size() == 1; });
  kept[0].OnCancel([&] { told = true; });
  sent = co_await stream->WriteAll(Joined({{FrameKind::kCall, kKeep, uint64_t{1} << 32 | 1}}));
  EXPECT_TRUE(sent);
  co_await Until([this] { return kept.size() == 2; });
  EXPECT_TRUE(told);
  EXPECT_FALSE(kept[0].wanted());
  EXPECT_TRUE(kept[1].wanted());
}
TEST_F(PeerTest, ANewerCallInASlotReplacesTheOneThatWasGivenUp) {
  Bare();
  Run(ReuseCase());
}

TEST_F(PeerTest, AnUnstartedPeerTellsItsCallsWhenItGoes) {
  auto [a, b] = net::MemoryPair(context.get_executor());
  std::vector<Result<Bytes>> results;
  PeerPtr peer = Peer::Create(env.env, std::move(a), own);
  peer->CallRaw(kEcho, {}, {}, Into(results), {.idempotent = true});
  peer.reset();
  ASSERT_EQ(results.size(), 1U);
  EXPECT_EQ(results[0].error().reason, Reason::kPlatformUnavailable);
}

}  // namespace
}  // namespace nsl::rpc
