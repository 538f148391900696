// SPDX-License-Identifier: Apache-2.0
//
// The same behaviour over every carrier.
#include <gtest/gtest.h>

#include "net/net_test_util.h"
#include "rpc_carriers.h"

namespace nsl::rpc {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

class Conformance : public ::testing::TestWithParam<CarrierKind> {
 protected:
  void Start(PeerLimits limits = {}) {
    carrier = MakeCarrier(GetParam(), env, context.get_executor(), service, limits);
  }
  void Run(Task<void> task) {
    if (!carrier) Start();
    net::RunTask(context, Whole(std::move(task)));
  }
  CallContext In(int64_t ms) {
    CallContext out;
    out.deadline = Deadline::In(clock, milliseconds(ms));
    return out;
  }
  Task<void> Pause(int64_t ms) {
    net::Signal never(context.get_executor());
    co_await never.WaitFor(milliseconds(ms));
  }
  // Waits until the condition holds; the test's own time limit ends it otherwise.
  template <class F>
  Task<void> Until(F condition) {
    while (!condition()) co_await Pause(1);
  }

  asio::io_context context;
  SystemClock clock;
  SeededRandom random{7};
  NullLog log;
  net::TestMetrics metrics;
  Env env{clock, random, log, metrics};
  TestService service{clock};
  std::unique_ptr<Carrier> carrier;

 private:
  Task<void> Whole(Task<void> task) {
    Status connected = co_await carrier->Connect();
    EXPECT_TRUE(connected) << connected.error().ToString();
    co_await std::move(task);
    co_await carrier->Shutdown();
    EXPECT_EQ(service.running, 0);
  }

 protected:
  Task<void> EchoCase();
  Task<void> ErrorCase();
  Task<void> DeadlineCase();
  Task<void> LateCase();
  Task<void> CancelCase();
  Task<void> ManyCase();
  Task<void> LargeCase();
  Task<void> TooLargeCase();
  Task<void> RowDeadlineCase();
  Task<void> FloodCase();
  Task<void> GoneCase();
  Task<void> One(CallContext call, WaitRequest request, bool idempotent,
                 std::vector<Result<Done>>* results) {
    TestStub& stub = carrier->stub();
    Task<Result<Done>> task = idempotent ? stub.WaitIdempotent(std::move(call), request)
                                         : stub.Wait(std::move(call), request);
    Result<Done> result = co_await std::move(task);
    results->push_back(std::move(result));
  }
  Task<void> OneEcho(int i, int* right) {
    CallContext c = In(10'000);
    c.credential = "credential " + std::to_string(i);
    Result<EchoReply> reply =
        co_await carrier->stub().Echo(c, EchoRequest{std::to_string(i), Bytes(i % 300, 7)});
    bool same = reply && reply->text == std::to_string(i) &&
                reply->data.size() == size_t(i % 300) && reply->credential == c.credential;
    *right += same ? 1 : 0;
  }
};

// What only a carrier with bytes between the two ends can show.
class OverAConnection : public Conformance {};

Task<void> Conformance::EchoCase() {
  CallContext c = In(1'000);
  c.credential = "secret";
  Result<EchoReply> reply = co_await carrier->stub().Echo(c, EchoRequest{"hällo", {0, 1, 255}});
  EXPECT_TRUE(reply) << reply.error().ToString();
  if (!reply) co_return;
  EXPECT_EQ(reply->text, "hällo");
  EXPECT_EQ(reply->data, (Bytes{0, 1, 255}));
  EXPECT_EQ(reply->credential, "secret");
}
TEST_P(Conformance, Echoes) { Run(EchoCase()); }

Task<void> Conformance::ErrorCase() {
  Result<Done> reply = co_await carrier->stub().Refuse(In(1'000), WaitRequest{});
  EXPECT_FALSE(reply);
  if (reply) co_return;
  EXPECT_EQ(reply.error().reason, Reason::kRequestInvalid);
  EXPECT_EQ(reply.error().detail, "two fields are wrong");
  EXPECT_EQ(reply.error().retry_after_ms, 1234U);
  EXPECT_EQ(reply.error().fields.size(), 2U);
  EXPECT_EQ(reply.error().fields.at(1).pointer, "/b/0");
}
TEST_P(Conformance, ErrorsKeepReasonDetailFieldsAndWait) { Run(ErrorCase()); }

Task<void> Conformance::DeadlineCase() {
  Result<EchoReply> reply = co_await carrier->stub().Echo(In(700), EchoRequest{});
  EXPECT_TRUE(reply);
  if (!reply) co_return;
  EXPECT_LE(reply->remaining_ms, 700);
  EXPECT_GT(reply->remaining_ms, 300);
}
TEST_P(Conformance, TheCalleeInheritsTheDeadline) { Run(DeadlineCase()); }

Task<void> Conformance::LateCase() {
  auto start = steady_clock::now();
  Result<Done> reply = co_await carrier->stub().Wait(In(50), WaitRequest{10'000});
  auto took = steady_clock::now() - start;
  EXPECT_FALSE(reply);
  if (reply) co_return;
  EXPECT_EQ(reply.error().reason, Reason::kPlatformDeadline);
  EXPECT_GE(took, milliseconds(45));
  EXPECT_LT(took, milliseconds(500));
  co_await Until([this] { return service.running == 0; });
  EXPECT_LT(service.stopped_at - start, milliseconds(50 + 50 + 100));
}
TEST_P(Conformance, ALateAnswerIsADeadlineAndTheCalleeStops) { Run(LateCase()); }

Task<void> Conformance::RowDeadlineCase() {
  Result<Done> reply = co_await carrier->stub().Unserved(CallContext{}, WaitRequest{10'000});
  EXPECT_EQ(reply.error().reason, Reason::kPlatformDeadline);
}
TEST_P(Conformance, TheRowGivesTheDeadlineWhenTheCallerHasNone) { Run(RowDeadlineCase()); }

Task<void> Conformance::CancelCase() {
  std::vector<Result<Done>> results;
  TaskGroup callers(context.get_executor());
  asio::cancellation_signal* signal =
      callers.SpawnWithSignal(One(In(20'000), WaitRequest{20'000}, false, &results));
  co_await Until([this] { return service.running == 1; });
  signal->emit(asio::cancellation_type::terminal);
  co_await callers.Wait();
  co_await Until([this] { return service.running == 0; });
  EXPECT_EQ(results.size(), 1U);
  if (!results.empty()) {
    EXPECT_EQ(results[0].error().reason, Reason::kPlatformCancelled);
  }
}
TEST_P(Conformance, CancellingTheCallerCancelsTheCallee) { Run(CancelCase()); }

Task<void> Conformance::ManyCase() {
  int right = 0;
  TaskGroup callers(context.get_executor());
  for (int i = 0; i < 1'000; ++i) callers.Spawn(OneEcho(i, &right));
  co_await callers.Wait();
  EXPECT_EQ(right, 1'000);
}
TEST_P(Conformance, AThousandCallsAtOnce) { Run(ManyCase()); }

Task<void> Conformance::LargeCase() {
  // A random start is enough to see a piece out of place, and cheap without optimization.
  Bytes data = random.Draw(64 << 10);
  data.resize(8 << 20, 0x5a);
  for (size_t at = data.size() / 2; at < data.size(); at += 4096) data[at] = uint8_t(at >> 12);
  Result<EchoReply> reply = co_await carrier->stub().Echo(In(50'000), EchoRequest{"x", data});
  EXPECT_TRUE(reply) << reply.error().ToString();
  EXPECT_TRUE(reply && reply->data == data);
}
TEST_P(Conformance, LargeBodiesTravelInChunks) { Run(LargeCase()); }

Task<void> Conformance::TooLargeCase() {
  Result<EchoReply> reply =
      co_await carrier->stub().Echo(In(50'000), EchoRequest{"x", Bytes(13 << 20, 1)});
  EXPECT_EQ(reply.error().reason, Reason::kRequestTooLarge);
  // The connection goes on.
  reply = co_await carrier->stub().Echo(In(10'000), EchoRequest{"y", {}});
  EXPECT_TRUE(reply);
}
TEST_P(OverAConnection, ARequestAboveTheMethodsLimitIsRefused) { Run(TooLargeCase()); }

Task<void> Conformance::FloodCase() {
  std::vector<Result<Done>> results;
  TaskGroup callers(context.get_executor());
  for (int i = 0; i < 100; ++i) callers.Spawn(One(In(300), WaitRequest{10'000}, false, &results));
  co_await Pause(50);
  EXPECT_EQ(results.size(), 84U);
  for (const Result<Done>& r : results) EXPECT_EQ(r.error().reason, Reason::kQuotaBusy);
  co_await callers.Wait();
  EXPECT_EQ(results.size(), 100U);
  EXPECT_EQ(service.started, 16);
}
TEST_P(OverAConnection, AFloodIsBusyAtOnce) {
  Start(PeerLimits{.in_flight = 16});
  Run(FloodCase());
}

Task<void> Conformance::GoneCase() {
  std::vector<Result<Done>> results;
  TaskGroup callers(context.get_executor());
  callers.Spawn(One(In(10'000), WaitRequest{10'000}, false, &results));
  co_await Until([this] { return service.running == 1; });
  carrier->Cut();
  co_await callers.Wait();
  EXPECT_EQ(results.at(0).error().reason, Reason::kPlatformUnknownResult);
  // The callee of a caller that has gone is stopped, and the link comes back.
  co_await Until([this] { return service.running == 0 && carrier->peer() != nullptr; });
  callers.Spawn(One(In(10'000), WaitRequest{10'000}, true, &results));
  co_await Until([this] { return service.running == 1; });
  carrier->Cut();
  co_await callers.Wait();
  EXPECT_EQ(results.at(1).error().reason, Reason::kPlatformUnavailable);
}
TEST_P(OverAConnection, AGonePeerIsUnknownOrUnavailable) { Run(GoneCase()); }

INSTANTIATE_TEST_SUITE_P(Carriers, Conformance,
                         ::testing::Values(CarrierKind::kInProcess, CarrierKind::kMemory,
                                           CarrierKind::kUnix, CarrierKind::kChannel),
                         [](const auto& info) { return NameOf(info.param); });

INSTANTIATE_TEST_SUITE_P(Carriers, OverAConnection,
                         ::testing::Values(CarrierKind::kMemory, CarrierKind::kUnix,
                                           CarrierKind::kChannel),
                         [](const auto& info) { return NameOf(info.param); });

}  // namespace
}  // namespace nsl::rpc
