// SPDX-License-Identifier: Apache-2.0
#include "relay.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>

#include "base/plain_metrics.h"
#include "net/memory.h"

namespace nsl::host {
namespace {

class RelayTest : public ::testing::Test {
 protected:
  void Open(size_t connections) {
    auto runner_side = std::make_unique<net::MemoryListener>(io.get_executor());
    listener = runner_side.get();
    relay = std::make_unique<Relay>(
        env, io.get_executor(), [this] { return ConnectVault(); }, connections);
    relay->Listen(std::move(runner_side));
  }
  Task<Result<std::unique_ptr<net::ByteStream>>> ConnectVault() {
    if (vault_away) co_return Fail(Reason::kPlatformUnavailable, "no vault");
    auto [near, far] = net::MemoryPair(io.get_executor());
    vault_ends.push_back(std::move(far));
    co_return std::move(near);
  }
  void TearDown() override {
    if (relay) Do(relay->Shutdown());
  }
  void Do(Task<void> task) {
    bool done = false;
    asio::co_spawn(io.get_executor(), std::move(task), [&](std::exception_ptr failure) {
      if (failure) std::rethrow_exception(failure);
      done = true;
    });
    io.restart();
    while (!done && io.run_one() > 0) {
    }
  }
  void Pump() {
    io.restart();
    for (int idle = 0; idle < 3;) idle = io.poll() == 0 ? idle + 1 : 0;
  }
  std::unique_ptr<net::ByteStream> Connect() {
    auto stream = listener->Connect();
    NSL_CHECK(stream.has_value());
    Pump();
    return std::move(*stream);
  }
  static Task<void> WriteTask(net::ByteStream* to, Bytes data) {
    Status done = co_await to->WriteAll(data);
    EXPECT_TRUE(done);
  }
  static Task<void> ReadTask(net::ByteStream* from, Bytes* data) {
    Status done = co_await from->ReadAll(*data);
    EXPECT_TRUE(done);
  }
  static Task<void> EndTask(net::ByteStream* from, bool* ended) {
    Bytes one(1);
    Result<size_t> got = co_await from->ReadSome(one);
    *ended = !got || *got == 0;
  }
  std::string Read(net::ByteStream* from, size_t n) {
    Bytes data(n);
    Do(ReadTask(from, &data));
    return std::string(AsText(data));
  }
  bool Ended(net::ByteStream* from) {
    bool ended = false;
    Do(EndTask(from, &ended));
    return ended;
  }

  asio::io_context io{1};
  FakeClock clock;
  SeededRandom random{1};
  MemoryLog log;
  PlainMetrics metrics;
  Env env{clock, random, log, metrics};
  std::unique_ptr<Relay> relay;
  net::MemoryListener* listener = nullptr;
  std::vector<std::unique_ptr<net::ByteStream>> vault_ends;
  bool vault_away = false;
};

TEST_F(RelayTest, MarksTheConnectionAndCopiesBothWays) {
  Open(2);
  auto runner = Connect();
  ASSERT_EQ(vault_ends.size(), 1u);
  Do(WriteTask(runner.get(), ToBytes(std::string_view("hello"))));
  EXPECT_EQ(Read(vault_ends[0].get(), 6), "Rhello");
  Do(WriteTask(vault_ends[0].get(), ToBytes(std::string_view("back"))));
  EXPECT_EQ(Read(runner.get(), 4), "back");
}

TEST_F(RelayTest, WhenOneSideEndsSoDoesTheOther) {
  Open(2);
  auto runner = Connect();
  runner->Close();
  Pump();
  EXPECT_EQ(Read(vault_ends[0].get(), 1), "R");
  EXPECT_TRUE(Ended(vault_ends[0].get()));
  Pump();
  EXPECT_EQ(relay->connections(), 0u);
  auto next = Connect();
  vault_ends[1]->Close();
  Pump();
  EXPECT_TRUE(Ended(next.get()));
}

TEST_F(RelayTest, WithoutAVaultTheConnectionEnds) {
  Open(2);
  vault_away = true;
  auto runner = Connect();
  EXPECT_TRUE(Ended(runner.get()));
  EXPECT_EQ(relay->connections(), 0u);
}

TEST_F(RelayTest, ConnectionsAreBounded) {
  Open(1);
  auto first = Connect();
  auto second = Connect();
  EXPECT_TRUE(Ended(second.get()));
  EXPECT_EQ(vault_ends.size(), 1u);
}

TEST_F(RelayTest, ASideThatDoesNotReadStopsTheOther) {
  Open(1);
  auto runner = Connect();
  Bytes block(64 << 10, 1);
  size_t written = 0;
  for (int i = 0; i < 100; ++i) {
    Result<size_t> took = runner->WriteNow(block);
    ASSERT_TRUE(took.has_value());
    written += *took;
    Pump();
  }
  // Two memory buffers and the relay's own, not the 6.4 MB that were offered.
  EXPECT_LT(written, 512u << 10);
}

}  // namespace
}  // namespace nsl::host
