// SPDX-License-Identifier: Apache-2.0
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "net/address_guard.h"
#include "net/fault.h"
#include "net/memory.h"
#include "net/net_test_util.h"
#include "net/tcp.h"
#include "net/unix.h"

namespace nsl::net {
namespace {

using StreamResult = Result<std::unique_ptr<ByteStream>>;

Task<void> AcceptInto(Listener* listener, StreamResult* out) { *out = co_await listener->Accept(); }

Task<void> SendAll(ByteStream* stream, Bytes data) {
  Status sent = co_await stream->WriteAll(data);
  EXPECT_TRUE(sent);
  stream->EndWrite();
}

Task<void> ReceiveAll(ByteStream* stream, Bytes* out) {
  std::array<uint8_t, 10'000> buffer;
  for (;;) {
    Result<size_t> got = co_await stream->ReadSome(buffer);
    EXPECT_TRUE(got);
    if (!got || *got == 0) co_return;
    out->insert(out->end(), buffer.begin(), buffer.begin() + static_cast<ptrdiff_t>(*got));
  }
}

// More than any socket buffer in both directions at once.
Task<void> BothWays(ByteStream* a, ByteStream* b) {
  Executor executor = co_await asio::this_coro::executor;
  SeededRandom random(5);
  Bytes there = random.Draw(3 << 20);
  Bytes back = random.Draw(2 << 20);
  Bytes got_there;
  Bytes got_back;
  TaskGroup group(executor);
  group.Spawn(SendAll(a, there));
  group.Spawn(SendAll(b, back));
  group.Spawn(ReceiveAll(a, &got_back));
  group.Spawn(ReceiveAll(b, &got_there));
  co_await group.Wait();
  EXPECT_EQ(got_there, there);
  EXPECT_EQ(got_back, back);
}

TEST(MemoryStream, CarriesBothWays) {
  asio::io_context context;
  auto [a, b] = MemoryPair(context.get_executor(), 1000);
  RunTask(context, BothWays(a.get(), b.get()));
}

TEST(MemoryStream, IsBounded) {
  asio::io_context context;
  auto [a, b] = MemoryPair(context.get_executor(), 10);
  EXPECT_EQ(a->WriteNow(Bytes(100, 1)), 10U);
  EXPECT_EQ(a->WriteNow(Bytes(100, 1)), 0U);
  b->Close();
  EXPECT_FALSE(a->WriteNow(Bytes(1, 1)));
}

Task<void> TcpCase(Listener* listener, uint16_t port) {
  Executor executor = co_await asio::this_coro::executor;
  StreamResult accepted = Fail(Reason::kPlatformInternal);
  TaskGroup group(executor);
  group.Spawn(AcceptInto(listener, &accepted));
  StreamResult client = co_await ConnectTcp("127.0.0.1", port, std::chrono::seconds(2));
  co_await group.Wait();
  EXPECT_TRUE(client && accepted);
  if (!client || !accepted) co_return;
  EXPECT_EQ((*accepted)->peer().address, "127.0.0.1");
  co_await BothWays(client->get(), accepted->get());
  listener->Close();
  StreamResult refused = co_await ConnectTcp("127.0.0.1", port, std::chrono::seconds(2));
  EXPECT_EQ(refused.error().reason, Reason::kPlatformUnavailable);
  StreamResult closed = co_await listener->Accept();
  EXPECT_EQ(closed.error().reason, Reason::kPlatformCancelled);
}

TEST(TcpStream, ConnectsCarriesAndRefuses) {
  asio::io_context context;
  auto listener = ListenTcp(context.get_executor(), "127.0.0.1", 0);
  ASSERT_TRUE(listener);
  std::string address = (*listener)->address();
  RunTask(context, TcpCase(listener->get(), static_cast<uint16_t>(
                                                std::stoi(address.substr(address.find(':') + 1)))));
}

TEST(TcpStream, TakesNoNames) {
  asio::io_context context;
  auto listener = ListenTcp(context.get_executor(), "localhost", 0);
  ASSERT_FALSE(listener);
  EXPECT_EQ(listener.error().reason, Reason::kPlatformConfig);
}

class UnixTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char pattern[] = "/tmp/nsl-unix-XXXXXX";
    folder = ::mkdtemp(pattern);
    path = folder + "/s";
  }
  void TearDown() override {
    ::unlink(path.c_str());
    ::rmdir(folder.c_str());
  }
  std::string folder;
  std::string path;
  asio::io_context context;
};

Task<void> UnixCase(std::string path, UnixOptions client_options, Listener* listener,
                    StreamResult* client, StreamResult* accepted) {
  Executor executor = co_await asio::this_coro::executor;
  TaskGroup group(executor);
  group.Spawn(AcceptInto(listener, accepted));
  *client = co_await ConnectUnix(path, client_options);
  co_await group.Wait();
  if (*client && *accepted) co_await BothWays((*client)->get(), (*accepted)->get());
}

TEST_F(UnixTest, CarriesBetweenProgramsOfOneUser) {
  StreamResult client = Fail(Reason::kPlatformInternal);
  StreamResult accepted = Fail(Reason::kPlatformInternal);
  auto listener = ListenUnix(context.get_executor(), path);
  ASSERT_TRUE(listener) << listener.error().ToString();
  struct stat info{};
  ASSERT_EQ(::stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0660U);
  RunTask(context, UnixCase(path, {}, listener->get(), &client, &accepted));
  ASSERT_TRUE(client && accepted);
  EXPECT_EQ((*accepted)->peer().uid, ::geteuid());
  EXPECT_EQ((*accepted)->peer().pid, ::getpid());
  listener->reset();
  EXPECT_NE(::stat(path.c_str(), &info), 0) << "the file goes with the listener";
}

TEST_F(UnixTest, BothEndsRefuseAUserThatIsNotListed) {
  StreamResult client = Fail(Reason::kPlatformInternal);
  StreamResult accepted = Fail(Reason::kPlatformInternal);
  auto listener = ListenUnix(context.get_executor(), path, {.allowed_uids = {::geteuid() + 1}});
  ASSERT_TRUE(listener);
  RunTask(context,
          UnixCase(path, {.allowed_uids = {::geteuid() + 2}}, listener->get(), &client, &accepted));
  ASSERT_FALSE(client);
  ASSERT_FALSE(accepted);
  EXPECT_EQ(client.error().reason, Reason::kAuthForbidden);
  EXPECT_EQ(accepted.error().reason, Reason::kAuthForbidden);
}

TEST_F(UnixTest, PathsThatCannotBeAreNamed) {
  auto long_path = ListenUnix(context.get_executor(), std::string(108, 'a'));
  ASSERT_FALSE(long_path);
  EXPECT_NE(long_path.error().detail.find("107"), std::string::npos);
  std::ofstream(path) << "a file";
  auto file = ListenUnix(context.get_executor(), path);
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().reason, Reason::kPlatformConfig);
}

TEST_F(UnixTest, AnOldSocketFileIsReplacedALivingOneIsNot) {
  {
    auto first = ListenUnix(context.get_executor(), path);
    ASSERT_TRUE(first);
    auto second = ListenUnix(context.get_executor(), path);
    ASSERT_FALSE(second);
    // What a killed program leaves behind: the file without a listener.
    ASSERT_EQ(::rename(path.c_str(), (path + "x").c_str()), 0);
  }
  ASSERT_EQ(::rename((path + "x").c_str(), path.c_str()), 0);
  auto third = ListenUnix(context.get_executor(), path);
  EXPECT_TRUE(third) << third.error().ToString();
}

Task<void> FaultCase(FaultPlan plan, Bytes* out) {
  Executor executor = co_await asio::this_coro::executor;
  auto [a, b] = MemoryPair(executor, 64);
  auto faulty = MakeFaulty(std::move(b), plan);
  TaskGroup group(executor);
  group.Spawn(SendAll(a.get(), ToBytes("0123456789")));
  co_await ReceiveAll(faulty.get(), out);
  co_await group.Wait();
}

TEST(FaultStream, CutsFlipsDropsAndSlices) {
  auto run = [](FaultPlan plan) {
    asio::io_context context;
    Bytes out;
    RunTask(context, FaultCase(plan, &out));
    return std::string(AsText(out));
  };
  EXPECT_EQ(run({}), "0123456789");
  EXPECT_EQ(run({.cut_at = 4}), "0123");
  EXPECT_EQ(run({.flip_at = 4}), "0123556789");
  EXPECT_EQ(run({.drop_at = 4}), "012356789");
  EXPECT_EQ(run({.drop_at = 4, .slice = 1}), "012356789");
}

TEST(AddressGuard, AllowsPublicUnicastAlone) {
  for (std::string_view text :
       {"1.1.1.1", "8.8.8.8", "93.184.216.34", "172.15.255.255", "172.32.0.0", "100.63.255.255",
        "100.128.0.0", "198.17.255.255", "2606:4700::1111", "2001:4860:4860::8888",
        "64:ff9b::808:808", "::ffff:8.8.8.8", "2002:808:808::1"}) {
    EXPECT_EQ(Classify(text), AddressKind::kPublic) << text;
  }
  for (std::string_view text : {"0.0.0.0",
                                "0.1.2.3",
                                "10.0.0.1",
                                "100.64.0.1",
                                "100.127.255.255",
                                "127.0.0.1",
                                "127.255.255.254",
                                "169.254.169.254",
                                "172.16.0.1",
                                "172.31.255.255",
                                "192.0.0.1",
                                "192.0.2.1",
                                "192.88.99.1",
                                "192.168.1.1",
                                "198.18.0.1",
                                "198.19.255.255",
                                "198.51.100.1",
                                "203.0.113.1",
                                "224.0.0.1",
                                "239.255.255.255",
                                "240.0.0.1",
                                "255.255.255.255",
                                "::",
                                "::1",
                                "::7f00:1",
                                "::ffff:127.0.0.1",
                                "::ffff:10.0.0.1",
                                "::ffff:0:127.0.0.1",
                                "64:ff9b::7f00:1",
                                "64:ff9b::a00:1",
                                "64:ff9b:1::808:808",
                                "2002:7f00:1::",
                                "2002:a00:1::",
                                "2001:0:808:808:0:0:80ff:fefe",
                                "2001:db8::1",
                                "3fff::1",
                                "2001:2::1",
                                "2001:10::1",
                                "fc00::1",
                                "fd12::1",
                                "fe80::1",
                                "fec0::1",
                                "ff02::1",
                                "100::1",
                                "5f00::1",
                                "4000::1"}) {
    ASSERT_TRUE(Classify(text)) << text;
    EXPECT_NE(Classify(text), AddressKind::kPublic) << text;
  }
  for (std::string_view text : {"", "localhost", "127.1", "0x7f.0.0.1", "1.1.1.1 ", "1.1.1.1/8"}) {
    EXPECT_FALSE(Classify(text)) << text;
  }
}

}  // namespace
}  // namespace nsl::net
