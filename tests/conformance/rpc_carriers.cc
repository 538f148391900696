// SPDX-License-Identifier: Apache-2.0
#include "rpc_carriers.h"

#include <unistd.h>

#include <algorithm>

#include "net/memory.h"
#include "net/unix.h"
#include "rpc/channel.h"

namespace nsl::rpc {
namespace {

class InProcessCarrier final : public Carrier {
 public:
  InProcessCarrier(Env env, Executor executor, TestService& service)
      : group_(executor), carrier_(env.clock, group_), stub_(env, carrier_, service) {}
  Task<Status> Connect() override { co_return Status(); }
  TestStub& stub() override { return stub_; }
  Peer* peer() override { return nullptr; }
  Task<void> Shutdown() override {
    group_.Close();
    co_await group_.Wait();
  }

 private:
  TaskGroup group_;
  InProcess carrier_;
  TestStub stub_;
};

// A document that says who made it, as strong as this test needs.
struct TestAttester final : Attester {
  explicit TestAttester(std::string r) : role(std::move(r)) {}
  Result<Bytes> Attest(ByteView bound) override {
    Bytes out = ToBytes(role);
    out.insert(out.end(), bound.begin(), bound.end());
    return out;
  }
  Status Verify(ByteView document, std::string_view expected, ByteView bound) override {
    if (document.size() != expected.size() + bound.size() ||
        AsText(document.first(expected.size())) != expected) {
      return Fail(Reason::kAttestRole);
    }
    if (!std::ranges::equal(document.subspan(expected.size()), bound)) {
      return Fail(Reason::kAttestNonce);
    }
    return Status();
  }
  std::string role;
};

using StreamResult = Result<std::unique_ptr<net::ByteStream>>;

class StreamCarrier : public Carrier {
 public:
  StreamCarrier(CarrierKind kind, Env env, Executor executor, TestService& service,
                PeerLimits limits)
      : kind_(kind),
        env_(env),
        executor_(executor),
        server_(env, executor, served_, limits),
        dispatcher_(env, executor, served_),
        link_(
            env, executor, own_, [this] { return Dial(); }, limits),
        stub_(env, link_),
        accepting_(executor) {
    dispatcher_.Bind<TestApi>(service);
  }

  Task<Status> Connect() override {
    if (kind_ == CarrierKind::kUnix) {
      path_ = "/tmp/nsl-rpc-" + std::to_string(::getpid()) + ".sock";
      Result<std::unique_ptr<net::Listener>> listener = net::ListenUnix(executor_, path_);
      if (!listener) co_return std::unexpected(listener.error());
      server_.Listen(std::move(*listener));
    }
    link_.Start();
    Status connected = co_await link_.WaitConnected(std::chrono::seconds(5));
    co_return connected;
  }
  TestStub& stub() override { return stub_; }
  Peer* peer() override { return link_.Current(); }
  Task<void> Shutdown() override {
    co_await link_.Shutdown();
    co_await dispatcher_.Shutdown();
    co_await server_.Shutdown();
    accepting_.Close();
    co_await accepting_.Wait();
  }
  void Cut() override { link_.Current()->Close(); }

 private:
  Task<StreamResult> Dial() {
    if (kind_ == CarrierKind::kUnix) {
      StreamResult stream = co_await net::ConnectUnix(path_);
      co_return stream;
    }
    auto [mine, theirs] = net::MemoryPair(executor_);
    if (kind_ == CarrierKind::kMemory) {
      server_.Adopt(std::move(theirs));
      co_return std::move(mine);
    }
    accepting_.Spawn(AcceptChannel(std::move(theirs)));
    ChannelOptions options{ChannelEnd::kInitiator, "runner", "vault", "ns"};
    StreamResult channel = co_await OpenChannel(std::move(mine), options, runner_, env_.random);
    co_return channel;
  }
  Task<void> AcceptChannel(std::unique_ptr<net::ByteStream> stream) {
    ChannelOptions options{ChannelEnd::kResponder, "vault", "runner", "ns"};
    StreamResult channel = co_await OpenChannel(std::move(stream), options, vault_, env_.random);
    if (channel) server_.Adopt(std::move(*channel));
  }

  CarrierKind kind_;
  Env env_;
  Executor executor_;
  Handlers served_;
  Handlers own_;
  Server server_;
  Dispatcher dispatcher_;
  Link link_;
  TestStub stub_;
  TaskGroup accepting_;
  TestAttester runner_{"runner"};
  TestAttester vault_{"vault"};
  std::string path_;
};

}  // namespace

std::string NameOf(CarrierKind kind) {
  switch (kind) {
    case CarrierKind::kInProcess:
      return "InProcess";
    case CarrierKind::kMemory:
      return "Memory";
    case CarrierKind::kUnix:
      return "Unix";
    case CarrierKind::kChannel:
      return "Channel";
  }
  return "";
}

std::unique_ptr<Carrier> MakeCarrier(CarrierKind kind, Env env, Executor executor,
                                     TestService& service, PeerLimits limits) {
  if (kind == CarrierKind::kInProcess) {
    return std::make_unique<InProcessCarrier>(env, executor, service);
  }
  return std::make_unique<StreamCarrier>(kind, env, executor, service, limits);
}

}  // namespace nsl::rpc
