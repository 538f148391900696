// SPDX-License-Identifier: Apache-2.0
#include "rpc/channel.h"

#include <algorithm>

#include "net/fault.h"
#include "net/memory.h"
#include "net/net_test_util.h"

namespace nsl::rpc {
namespace {

struct FakeAttester final : Attester {
  explicit FakeAttester(std::string r) : role(std::move(r)) {}
  Result<Bytes> Attest(ByteView bound) override {
    Bytes out = ToBytes(role + "|");
    out.insert(out.end(), bound.begin(), bound.end());
    return out;
  }
  Status Verify(ByteView document, std::string_view expected, ByteView bound) override {
    Bytes wanted = ToBytes(std::string(expected) + "|");
    wanted.insert(wanted.end(), bound.begin(), bound.end());
    if (!std::ranges::equal(document, wanted)) return Fail(Reason::kAttestNonce);
    return Status();
  }
  std::string role;
};

using Opened = Result<std::unique_ptr<net::ByteStream>>;

class ChannelTest : public ::testing::Test {
 public:
  ChannelOptions Runner() { return {ChannelEnd::kInitiator, "runner", "vault", "ns"}; }
  ChannelOptions Vault() { return {ChannelEnd::kResponder, "vault", "runner", "ns"}; }

  static Task<void> OpenInto(std::unique_ptr<net::ByteStream> stream, ChannelOptions options,
                             Attester* attester, Random* random, Opened* out) {
    *out = co_await OpenChannel(std::move(stream), std::move(options), *attester, *random);
  }
  Task<void> OpenBoth(std::unique_ptr<net::ByteStream> a, std::unique_ptr<net::ByteStream> b) {
    TaskGroup group(context.get_executor());
    group.Spawn(OpenInto(std::move(a), runner_options, &runner, &env.random, &mine));
    group.Spawn(OpenInto(std::move(b), vault_options, &vault, &env.random, &theirs));
    co_await group.Wait();
  }
  Task<void> OpenPair(net::FaultPlan reading, net::FaultPlan writing, size_t capacity) {
    auto [a, b] = net::MemoryPair(context.get_executor(), capacity);
    co_await OpenBoth(net::MakeFaulty(std::move(a), reading, writing), std::move(b));
  }
  void Open(net::FaultPlan reading = {}, net::FaultPlan writing = {}) {
    net::RunTask(context, OpenPair(reading, writing, 64 * 1024));
    context.restart();
  }
  static Task<void> WriteAndEnd(net::ByteStream* stream, Bytes data) {
    Status sent = co_await stream->WriteAll(data);
    if (sent) stream->EndWrite();
  }
  static Task<void> ReadToEnd(net::ByteStream* stream, Bytes* out, Status* status) {
    std::array<uint8_t, 1000> buffer;
    for (;;) {
      Result<size_t> got = co_await stream->ReadSome(buffer);
      if (!got) {
        *status = std::unexpected(got.error());
        co_return;
      }
      if (*got == 0) co_return;
      out->insert(out->end(), buffer.begin(), buffer.begin() + static_cast<ptrdiff_t>(*got));
    }
  }
  Task<void> TransferCase(net::FaultPlan writing, size_t capacity, Bytes data, Bytes* out,
                          Status* status) {
    co_await OpenPair({}, writing, capacity);
    EXPECT_TRUE(mine && theirs);
    if (!mine || !theirs) co_return;
    TaskGroup group(context.get_executor());
    group.Spawn(WriteAndEnd(mine->get(), data));
    group.Spawn(ReadToEnd(theirs->get(), out, status));
    co_await group.Wait();
  }

  asio::io_context context;
  net::TestEnv env;
  FakeAttester runner{"runner"};
  FakeAttester vault{"vault"};
  ChannelOptions runner_options = Runner();
  ChannelOptions vault_options = Vault();
  Opened mine = Fail(Reason::kPlatformInternal);
  Opened theirs = Fail(Reason::kPlatformInternal);
};

TEST_F(ChannelTest, CarriesBytesThroughANarrowRelay) {
  Bytes data(300'000);
  env.random.Fill(data);
  Bytes out;
  Status status;
  net::RunTask(context, TransferCase({}, 777, data, &out, &status));
  EXPECT_TRUE(status);
  EXPECT_EQ(out, data);
}

TEST_F(ChannelTest, NothingOfTheTextIsOnTheWire) {
  // A relay that keeps what it carries.
  class Tap final : public net::ByteStream {
   public:
    Tap(std::unique_ptr<net::ByteStream> inner, Bytes* seen)
        : inner_(std::move(inner)), seen_(seen) {}
    Task<Result<size_t>> ReadSome(std::span<uint8_t> into) override {
      return inner_->ReadSome(into);
    }
    Result<size_t> WriteNow(ByteView data) override {
      Result<size_t> n = inner_->WriteNow(data);
      if (n) seen_->insert(seen_->end(), data.begin(), data.begin() + static_cast<ptrdiff_t>(*n));
      return n;
    }
    Task<Status> WaitWritable() override { return inner_->WaitWritable(); }
    void EndWrite() override { inner_->EndWrite(); }
    void Close() override { inner_->Close(); }
    const net::PeerInfo& peer() const override { return inner_->peer(); }
    Executor executor() const override { return inner_->executor(); }

   private:
    std::unique_ptr<net::ByteStream> inner_;
    Bytes* seen_;
  };
  Bytes seen;
  auto [a, b] = net::MemoryPair(context.get_executor());
  net::RunTask(context, OpenBoth(std::make_unique<Tap>(std::move(a), &seen), std::move(b)));
  ASSERT_TRUE(mine);
  std::string secret = "the secret that must not show";
  for (int i = 0; i < 2; ++i) ASSERT_TRUE((*mine)->WriteNow(AsBytes(secret)));
  EXPECT_EQ(AsText(seen).find("secret"), std::string_view::npos);
  // The same text twice does not give the same bytes.
  size_t record = 4 + secret.size() + 16;
  ASSERT_GE(seen.size(), 2 * record);
  Bytes last(seen.end() - static_cast<ptrdiff_t>(record), seen.end());
  Bytes before(seen.end() - static_cast<ptrdiff_t>(2 * record),
               seen.end() - static_cast<ptrdiff_t>(record));
  EXPECT_NE(last, before);
}

TEST_F(ChannelTest, AnotherRoleIsRefused) {
  vault_options.role = "runner";
  Open();
  EXPECT_EQ(mine.error().reason, Reason::kAttestRole);
}

TEST_F(ChannelTest, ADocumentOfAnotherHandshakeIsRefused) {
  struct Replaying final : Attester {
    Result<Bytes> Attest(ByteView) override { return ToBytes("vault|" + std::string(32, 'x')); }
    Status Verify(ByteView, std::string_view, ByteView) override { return Status(); }
  } replaying;
  auto [a, b] = net::MemoryPair(context.get_executor());
  auto both = [](ChannelTest* t, Attester* r, std::unique_ptr<net::ByteStream> x,
                 std::unique_ptr<net::ByteStream> y) -> Task<void> {
    TaskGroup group(t->context.get_executor());
    group.Spawn(OpenInto(std::move(x), t->runner_options, &t->runner, &t->env.random, &t->mine));
    group.Spawn(OpenInto(std::move(y), t->vault_options, r, &t->env.random, &t->theirs));
    co_await group.Wait();
  };
  net::RunTask(context, both(this, &replaying, std::move(a), std::move(b)));
  EXPECT_EQ(mine.error().reason, Reason::kAttestNonce);
}

TEST_F(ChannelTest, AnotherNamespaceIsRefused) {
  vault_options.name_space = "other";
  Open();
  EXPECT_EQ(mine.error().reason, Reason::kAttestNonce);
}

TEST_F(ChannelTest, AReflectedHelloIsRefused) {
  // Both ends are one: a relay that sends everything back.
  runner_options.peer_role = "runner";
  auto reflect = [](ChannelTest* t) -> Task<void> {
    auto [a, b] = net::MemoryPair(t->context.get_executor());
    TaskGroup group(t->context.get_executor());
    group.Spawn(OpenInto(std::move(a), t->runner_options, &t->runner, &t->env.random, &t->mine));
    std::array<uint8_t, 4096> buffer;
    for (;;) {
      Result<size_t> got = co_await b->ReadSome(buffer);
      if (!got || *got == 0) break;
      Status sent = co_await b->WriteAll(ByteView(buffer).first(*got));
      if (!sent) break;
    }
    co_await group.Wait();
  };
  net::RunTask(context, reflect(this));
  EXPECT_EQ(mine.error().reason, Reason::kAttestNonce);
}

TEST_F(ChannelTest, ASilentPeerIsADeadline) {
  runner_options.handshake = std::chrono::milliseconds(30);
  auto [a, b] = net::MemoryPair(context.get_executor());
  net::RunTask(context, OpenInto(std::move(a), runner_options, &runner, &env.random, &mine));
  EXPECT_EQ(mine.error().reason, Reason::kPlatformDeadline);
}

// The handshake of the initiator: hello, document, proof.
constexpr uint64_t kHandshakeBytes = 4 + 90 + 4 + 39 + 4 + 32;

// Each byte of the handshake that the relay flips, and each place where it cuts, is noticed.
TEST_F(ChannelTest, AnAlteredHandshakeNeverOpensBothEnds) {
  for (uint64_t at = 0; at < kHandshakeBytes; at += 7) {
    runner_options.handshake = vault_options.handshake = std::chrono::milliseconds(20);
    Open({}, {.flip_at = at});
    EXPECT_FALSE(mine && theirs) << "flip at " << at;
    Open({}, {.cut_at = at});
    EXPECT_FALSE(mine && theirs) << "cut at " << at;
  }
}

class RecordTest : public ChannelTest, public ::testing::WithParamInterface<uint64_t> {};

TEST_P(RecordTest, AFlippedByteEndsTheChannel) {
  Bytes out;
  Status status;
  net::RunTask(context, TransferCase({.flip_at = kHandshakeBytes + GetParam()}, 64 * 1024,
                                     Bytes(200, 1), &out, &status));
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().reason, Reason::kPlatformIntegrity);
  EXPECT_TRUE(out.empty());
}

TEST_P(RecordTest, ADroppedByteEndsTheChannel) {
  Bytes out;
  Status status;
  net::RunTask(context, TransferCase({.drop_at = kHandshakeBytes + GetParam()}, 64 * 1024,
                                     Bytes(200, 1), &out, &status));
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().reason, Reason::kPlatformIntegrity);
}

INSTANTIATE_TEST_SUITE_P(Offsets, RecordTest, ::testing::Values(0, 3, 4, 100, 203, 219));

TEST_F(ChannelTest, ACutAfterAWholeRecordShows) {
  Bytes out;
  Status status;
  auto cut = [](ChannelTest* t, Bytes* o, Status* s) -> Task<void> {
    auto [a, b] = net::MemoryPair(t->context.get_executor());
    auto [c, d] = net::MemoryPair(t->context.get_executor());
    TaskGroup group(t->context.get_executor());
    // The relay carries the bytes between b and c and ends after some silence.
    auto relay = [](net::ByteStream* from, net::ByteStream* to) -> Task<void> {
      std::array<uint8_t, 4096> buffer;
      for (;;) {
        Result<size_t> got = co_await from->ReadSome(buffer);
        if (!got || *got == 0) co_return;
        Status sent = co_await to->WriteAll(ByteView(buffer).first(*got));
        if (!sent) co_return;
      }
    };
    group.Spawn(relay(b.get(), c.get()));
    group.Spawn(relay(c.get(), b.get()));
    co_await t->OpenBoth(std::move(a), std::move(d));
    EXPECT_TRUE(t->mine && t->theirs);
    Result<size_t> sent = (*t->mine)->WriteNow(Bytes(100, 1));
    EXPECT_EQ(sent, 100U);
    net::Signal never(t->context.get_executor());
    co_await never.WaitFor(std::chrono::milliseconds(5));
    c->EndWrite();
    co_await ReadToEnd(t->theirs->get(), o, s);
    c->Close();
    b->Close();
    co_await group.Wait();
  };
  net::RunTask(context, cut(this, &out, &status));
  EXPECT_EQ(out.size(), 100U);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().reason, Reason::kPlatformIntegrity);
}

}  // namespace
}  // namespace nsl::rpc
