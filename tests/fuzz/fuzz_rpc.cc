// SPDX-License-Identifier: Apache-2.0
//
// Bytes of a hostile program at the other end of a Peer: frames, chunks, error bodies, typed calls.
// No crash; every own call is told exactly once; a connection that survives still answers.
#include <algorithm>
#include <boost/asio/post.hpp>

#include "net/memory.h"
#include "net/net_test_util.h"
#include "rpc/peer.h"
#include "rpc/wire.h"

namespace nsl::rpc {
namespace {

struct Fixture {
  Fixture() {
    handlers.OnRaw(1, [](RawCall&& call) { call.Reply(call.body()); }, 4 << 20, 4 << 20);
    handlers.OnRaw(2, [this](RawCall&& call) { kept.push_back(std::move(call)); });
    handlers.OnRaw(3, [](RawCall&& call) {
      CallContext context;
      Result<ByteView> request = ParseCallHead(call.body(), context);
      if (request) {
        call.Reply(*request);
      } else {
        call.Fail(request.error());
      }
    });
    handlers.OnNotify(4, [](Peer&, ByteView) {});
  }
  net::TestEnv env;
  Handlers handlers;
  std::vector<RawCall> kept;
};

Task<void> Feed(PeerPtr peer, net::ByteStream* stream, ByteView data, size_t piece) {
  Executor executor = co_await asio::this_coro::executor;
  while (!data.empty()) {
    Status sent = co_await stream->WriteAll(data.first(std::min(piece, data.size())));
    if (!sent) break;
    data = data.subspan(std::min(piece, data.size()));
    for (int i = 0; i < 3; ++i) co_await asio::post(executor, kUseTask);
  }
  std::array<uint8_t, 4096> buffer;
  stream->EndWrite();
  for (;;) {
    Result<size_t> got = co_await stream->ReadSome(buffer);
    if (!got || *got == 0) break;
  }
  NSL_CHECK(peer->closed());
}

void Run(ByteView data, size_t piece) {
  asio::io_context context;
  Fixture fixture;
  auto [mine, theirs] = net::MemoryPair(context.get_executor(), 1 << 20);
  PeerPtr peer = Peer::Create(fixture.env.env, std::move(theirs), fixture.handlers,
                              {.in_flight = 8, .output_bytes = 1 << 20, .assembly_bytes = 8192});
  int told = 0;
  for (int i = 0; i < 3; ++i) peer->CallRaw(1, {}, {}, [&told](Result<ByteView>) { ++told; });
  TaskGroup group(context.get_executor());
  group.Spawn(peer->Run());
  group.Spawn(Feed(peer, mine.get(), data, piece));
  context.run();
  NSL_CHECK(told == 3);
  for (RawCall& call : fixture.kept) NSL_CHECK(!call.wanted());
  fixture.kept.clear();
}

}  // namespace
}  // namespace nsl::rpc

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 1 || size > 20'000) return 0;
  nsl::rpc::Run(nsl::ByteView(data + 1, size - 1), size_t{data[0]} * 8 + 1);
  nsl::rpc::ParseError(nsl::ByteView(data, size));
  return 0;
}
