// SPDX-License-Identifier: Apache-2.0
//
// Bytes of a hostile HTTP client, in pieces of any size. Whatever comes: no crash, the handler's
// limits hold, and cutting the same bytes in another way gives the same requests and answers.
#include <algorithm>
#include <boost/asio/post.hpp>
#include <string>

#include "net/http_server.h"
#include "net/memory.h"
#include "net/net_test_util.h"

namespace nsl::net {
namespace {

class Recorder final : public HttpHandler {
 public:
  size_t BodyLimit(const HttpHead&) override { return 1000; }
  void Handle(HttpRequest& request, HttpReply reply) override {
    NSL_CHECK(request.body.size() <= 1000);
    NSL_CHECK(!request.path.empty() && request.target.size() <= 8192);
    seen += std::string(request.method) + " " + std::string(request.target) + " ";
    for (const HttpHeader& h : request.headers) {
      seen += std::string(h.name) + ":" + std::string(h.value) + ";";
    }
    seen += std::string(AsText(request.body)) + "\n";
    if (request.body.size() % 7 != 3) reply.Send(200, {}, request.body);
  }
  std::string seen;
};

Task<void> Feed(ByteStream* stream, ByteView data, size_t piece, std::string* answer) {
  std::array<uint8_t, 4096> buffer;
  while (!data.empty()) {
    Status sent = co_await stream->WriteAll(data.first(std::min(piece, data.size())));
    if (!sent) break;
    data = data.subspan(std::min(piece, data.size()));
    // Lets the server look at this piece before the next one comes.
    Executor executor = co_await asio::this_coro::executor;
    for (int i = 0; piece < 64 && i < 3; ++i) co_await asio::post(executor, kUseTask);
  }
  stream->EndWrite();
  for (;;) {
    Result<size_t> got = co_await stream->ReadSome(buffer);
    if (!got || *got == 0) break;
    answer->append(reinterpret_cast<const char*>(buffer.data()), *got);
  }
}

Task<void> Talk(HttpServer* server, ByteView data, size_t piece, std::string* answer) {
  Executor executor = co_await asio::this_coro::executor;
  auto [client, accepted] = MemoryPair(executor, 1 << 20);
  server->Adopt(std::move(accepted));
  co_await Feed(client.get(), data, piece, answer);
  client->Close();
  co_await server->Shutdown(std::chrono::milliseconds(0));
}

std::string Run(ByteView data, size_t piece) {
  asio::io_context context;
  TestEnv env;
  Recorder recorder;
  std::string answer;
  HttpServer server(env.env, context.get_executor(), recorder);
  TaskGroup group(context.get_executor());
  group.Spawn(Talk(&server, data, piece, &answer));
  context.run();
  return recorder.seen + "\n--\n" + answer;
}

}  // namespace
}  // namespace nsl::net

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 1 || size > 3000) return 0;
  nsl::ByteView bytes(data + 1, size - 1);
  std::string whole = nsl::net::Run(bytes, SIZE_MAX);
  std::string pieces = nsl::net::Run(bytes, size_t{data[0]} % 60 + 1);
  NSL_CHECK(whole == pieces);
  return 0;
}
