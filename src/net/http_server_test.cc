// SPDX-License-Identifier: Apache-2.0
#include "net/http_server.h"

#include <sys/socket.h>

#include <deque>

#include "net/memory.h"
#include "net/net_test_util.h"
#include "net/socket_stream.h"

namespace nsl::net {
namespace {

// Answers with what it saw; "/later" is answered when the test says so, "/drop" never.
class EchoHandler final : public HttpHandler {
 public:
  size_t BodyLimit(const HttpHead& head) override { return head.path == "/big" ? 1 << 20 : 100; }
  void Handle(HttpRequest& request, HttpReply reply) override {
    ++requests;
    if (request.path == "/drop") return;
    std::string text =
        std::string(request.method) + " " + std::string(request.target) + " " +
        std::to_string(request.body.size()) + " " +
        std::string(AsText(request.body.first(std::min<size_t>(request.body.size(), 64))));
    if (request.path == "/later") {
      later.emplace_back(std::move(reply), text);
      return;
    }
    if (request.path == "/split") {
      return reply.Send(200, {{"X-A", "b\r\nSet-Cookie: x"}}, std::string_view("body"));
    }
    if (request.path == "/large") text.assign(3 << 20, 'x');
    reply.Send(200, {{"Content-Type", "text/plain"}}, std::string_view(text));
  }
  void AnswerLater(size_t i) { later[i].first.Send(200, {}, std::string_view(later[i].second)); }

  size_t requests = 0;
  std::deque<std::pair<HttpReply, std::string>> later;
};

// Over streams in memory, which the connection's coroutine reads, or over sockets, whose readiness
// calls the connection.
class HttpServerFixture : public ::testing::Test {
 protected:
  explicit HttpServerFixture(bool sockets) : sockets_(sockets) {}
  Executor executor() { return context.get_executor(); }
  std::unique_ptr<ByteStream> Connect(size_t capacity = 64 * 1024) {
    if (sockets_) {
      int ends[2];
      EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
      server->Adopt(MakePolledStream(executor(), Fd(ends[1]), {}));
      return MakeSocketStream(executor(), Fd(ends[0]), {});
    }
    auto [client, accepted] = MemoryPair(executor(), capacity);
    server->Adopt(std::move(accepted));
    return std::move(client);
  }
  // Everything until the server closes, or until `until` is contained.
  static Task<std::string> ReadUntil(ByteStream* stream, std::string until) {
    std::string all;
    std::array<uint8_t, 4096> buffer;
    while (until.empty() || all.find(until) == std::string::npos) {
      Result<size_t> got = co_await stream->ReadSome(buffer);
      if (!got || *got == 0) break;
      all.append(reinterpret_cast<const char*>(buffer.data()), *got);
    }
    co_return all;
  }
  static Task<std::string> Exchange(ByteStream* stream, std::string request) {
    Status sent = co_await stream->WriteAll(AsBytes(request));
    EXPECT_TRUE(sent);
    std::string answer = co_await ReadUntil(stream, "");
    co_return answer;
  }
  void SetUp() override {
    server = std::make_unique<HttpServer>(env.env, executor(), handler, limits);
  }
  void Run(Task<void> task) { RunTask(context, Guarded(std::move(task))); }
  Task<void> Guarded(Task<void> task) {
    co_await std::move(task);
    co_await server->Shutdown(std::chrono::milliseconds(0));
  }
  // What a connection that sends just this gets back; ends the writing side.
  std::string Talk(std::string request) {
    std::string answer;
    Run(TalkTask(std::move(request), &answer));
    context.restart();
    server = std::make_unique<HttpServer>(env.env, executor(), handler, limits);
    return answer;
  }
  Task<void> TalkTask(std::string request, std::string* answer) {
    std::unique_ptr<ByteStream> stream = Connect();
    Status sent = co_await stream->WriteAll(AsBytes(request));
    EXPECT_TRUE(sent);
    stream->EndWrite();
    *answer = co_await ReadUntil(stream.get(), "");
  }

  bool sockets_;
  asio::io_context context;
  TestEnv env;
  EchoHandler handler;
  HttpLimits limits;
  std::unique_ptr<HttpServer> server;
};

class HttpServerTest : public HttpServerFixture, public ::testing::WithParamInterface<bool> {
 protected:
  HttpServerTest() : HttpServerFixture(GetParam()) {}
};

INSTANTIATE_TEST_SUITE_P(Streams, HttpServerTest, ::testing::Bool(), [](const auto& info) {
  return std::string(info.param ? "Sockets" : "Memory");
});

TEST_P(HttpServerTest, AnswersAndKeepsTheConnection) {
  std::string answer =
      Talk("GET /a?b=c HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(answer,
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 13\r\n\r\nGET /a?b=c 0 "
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 9\r\n\r\nGET /2 0 ");
}

TEST_P(HttpServerTest, ReadsBodiesByLengthAndByChunks) {
  EXPECT_NE(
      Talk("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello").find("POST / 5 hello"),
      std::string::npos);
  EXPECT_NE(
      Talk("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
           "3\r\nhel\r\n2\r\nlo\r\n0\r\nX-Trailer: 1\r\n\r\nGET /n HTTP/1.1\r\nHost: x\r\n\r\n")
          .find("POST / 5 hello"),
      std::string::npos);
}

TEST_P(HttpServerTest, HeadHasTheLengthWithoutTheBody) {
  std::string answer = Talk("HEAD /x HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(answer.ends_with("Content-Length: 10\r\n\r\n")) << answer;
}

TEST_P(HttpServerTest, ClosesAfterHttp10UnlessAskedToKeep) {
  EXPECT_NE(Talk("GET / HTTP/1.0\r\n\r\n").find("Connection: close"), std::string::npos);
  EXPECT_NE(Talk("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").find("Connection: keep-alive"),
            std::string::npos);
}

Task<void> OrderCase(HttpServerTest*, ByteStream* stream, EchoHandler* handler, std::string* all) {
  Status sent = co_await stream->WriteAll(
      AsBytes("GET /later?1 HTTP/1.1\r\nHost: x\r\n\r\nGET /later?2 HTTP/1.1\r\nHost: x\r\n\r\n"
              "GET /3 HTTP/1.1\r\nHost: x\r\n\r\n"));
  EXPECT_TRUE(sent);
  Executor executor = co_await asio::this_coro::executor;
  Signal tick(executor);
  while (handler->requests < 3) co_await tick.WaitFor(std::chrono::milliseconds(1));
  handler->AnswerLater(1);
  handler->AnswerLater(0);
  std::array<uint8_t, 4096> buffer;
  while (all->find("GET /3") == std::string::npos) {
    Result<size_t> got = co_await stream->ReadSome(buffer);
    if (!got || *got == 0) break;
    all->append(reinterpret_cast<const char*>(buffer.data()), *got);
  }
}

TEST_P(HttpServerTest, AnswersInTheOrderOfRequests) {
  auto stream = Connect();
  std::string all;
  Run(OrderCase(this, stream.get(), &handler, &all));
  size_t one = all.find("later?1");
  size_t two = all.find("later?2");
  size_t three = all.find("GET /3");
  ASSERT_NE(three, std::string::npos) << all;
  EXPECT_LT(one, two);
  EXPECT_LT(two, three);
}

TEST_P(HttpServerTest, ADroppedHandleIsAnswered500) {
  EXPECT_TRUE(Talk("GET /drop HTTP/1.1\r\nHost: x\r\n\r\n").starts_with("HTTP/1.1 500 "));
}

TEST_P(HttpServerTest, AHeaderThatWouldSplitTheAnswerBecomes500) {
  std::string answer = Talk("GET /split HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 500 "));
  EXPECT_EQ(answer.find("Set-Cookie"), std::string::npos);
}

TEST_P(HttpServerTest, LimitsHaveTheirOwnStatus) {
  EXPECT_TRUE(Talk("GET /" + std::string(9000, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n")
                  .starts_with("HTTP/1.1 414 "));
  EXPECT_TRUE(Talk("GET /" + std::string(20000, 'a')).starts_with("HTTP/1.1 414 "));
  EXPECT_TRUE(Talk("GET / HTTP/1.1\r\nHost: x\r\nX: " + std::string(17000, 'a') + "\r\n\r\n")
                  .starts_with("HTTP/1.1 431 "));
  EXPECT_TRUE(Talk("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 101\r\n\r\n")
                  .starts_with("HTTP/1.1 413 "));
  EXPECT_TRUE(Talk("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n65\r\n")
                  .starts_with("HTTP/1.1 413 "));
}

struct SmugglingCase {
  const char* name;
  std::string request;
};

class SmugglingTest : public HttpServerFixture,
                      public ::testing::WithParamInterface<SmugglingCase> {
 protected:
  SmugglingTest() : HttpServerFixture(false) {}
};

TEST_P(SmugglingTest, IsRefusedAndTheConnectionClosed) {
  std::string answer = Talk(GetParam().request + "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 400 ")) << answer;
  EXPECT_NE(answer.find("Connection: close"), std::string::npos);
  EXPECT_EQ(answer.find("smuggled"), std::string::npos) << answer;
}

std::string Post(std::string fields, std::string body = "") {
  return "POST / HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n" + body;
}
std::string Chunked(std::string body) { return Post("Transfer-Encoding: chunked\r\n", body); }

INSTANTIATE_TEST_SUITE_P(
    Table, SmugglingTest,
    ::testing::Values(
        SmugglingCase{"TeAndCl",
                      Post("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n", "0\r\n\r\n")},
        SmugglingCase{"ClAndTe",
                      Post("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")},
        SmugglingCase{"TwoCl", Post("Content-Length: 0\r\nContent-Length: 3\r\n")},
        SmugglingCase{"TwoEqualCl", Post("Content-Length: 0\r\nContent-Length: 0\r\n")},
        SmugglingCase{"ClList", Post("Content-Length: 0, 0\r\n")},
        SmugglingCase{"ClPlus", Post("Content-Length: +0\r\n")},
        SmugglingCase{"ClHex", Post("Content-Length: 0x0\r\n")},
        SmugglingCase{"ClNegative", Post("Content-Length: -1\r\n")},
        SmugglingCase{"ClEmpty", Post("Content-Length: \r\n")},
        SmugglingCase{"ClHuge", Post("Content-Length: 99999999999999999999\r\n")},
        SmugglingCase{"TeIdentity", Post("Transfer-Encoding: identity\r\n")},
        SmugglingCase{"TeGzipChunked", Post("Transfer-Encoding: gzip, chunked\r\n")},
        SmugglingCase{"TeChunkedTwice", Post("Transfer-Encoding: chunked, chunked\r\n")},
        SmugglingCase{"TeXchunked", Post("Transfer-Encoding: xchunked\r\n")},
        SmugglingCase{"TwoTe",
                      Post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n")},
        SmugglingCase{"TeVtab", Post("Transfer-Encoding: \x0b"
                                     "chunked\r\n")},
        SmugglingCase{"TeQuoted", Post("Transfer-Encoding: \"chunked\"\r\n")},
        SmugglingCase{"TeInHttp10",
                      "POST / HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
        SmugglingCase{"SpaceBeforeColon", Post("Content-Length : 0\r\n")},
        SmugglingCase{"TabBeforeColon", Post("Transfer-Encoding\t: chunked\r\n")},
        SmugglingCase{"ObsFold", Post("X: a\r\n b\r\n")},
        SmugglingCase{"ObsFoldTab", Post("Transfer-Encoding:\r\n\tchunked\r\n")},
        SmugglingCase{"FoldFirst", "GET / HTTP/1.1\r\n Host: x\r\n\r\n"},
        SmugglingCase{"BareLf", "GET / HTTP/1.1\nHost: x\n\n"},
        SmugglingCase{"BareLfInField", Post("X: a\nContent-Length: 3\r\n")},
        SmugglingCase{"BareCr", Post("X: a\rContent-Length: 3\r\n")},
        SmugglingCase{"NulInValue", Post(std::string("X: a\0b\r\n", 8))},
        SmugglingCase{"NulInName", Post(std::string("X\0: ab\r\n", 8))},
        SmugglingCase{"NoColon", Post("Content-Length\r\n")},
        SmugglingCase{"EmptyName", Post(": a\r\n")},
        SmugglingCase{"NoHost", "GET / HTTP/1.1\r\n\r\n"},
        SmugglingCase{"TwoHosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"},
        SmugglingCase{"HostWithPath", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"},
        SmugglingCase{"HostWithAt", "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n"},
        SmugglingCase{"AbsoluteForm", "GET http://other/ HTTP/1.1\r\nHost: x\r\n\r\n"},
        SmugglingCase{"Connect", "CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n"},
        SmugglingCase{"StarOfGet", "GET * HTTP/1.1\r\nHost: x\r\n\r\n"},
        SmugglingCase{"TwoSpaces", "GET  / HTTP/1.1\r\nHost: x\r\n\r\n"},
        SmugglingCase{"SpaceInTarget", "GET /a b HTTP/1.1\r\nHost: x\r\n\r\n"},
        SmugglingCase{"FragmentInTarget", "GET /a#b HTTP/1.1\r\nHost: x\r\n\r\n"},
        SmugglingCase{"HighByteInTarget", "GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n"},
        SmugglingCase{"Http2Preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"},
        SmugglingCase{"Http09", "GET /\r\n\r\n"},
        SmugglingCase{"LowerCaseVersion", "GET / http/1.1\r\nHost: x\r\n\r\n"},
        SmugglingCase{"EmptyLineFirst", "\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n"},
        SmugglingCase{"ChunkExtension", Chunked("0;a=b\r\n\r\n")},
        SmugglingCase{"ChunkSizeSpace", Chunked("0 \r\n\r\n")},
        SmugglingCase{"ChunkSizePrefix", Chunked("0x0\r\n\r\n")},
        SmugglingCase{"ChunkSizeNegative", Chunked("-1\r\n\r\n")},
        SmugglingCase{"ChunkBareLf", Chunked("1\na\r\n0\r\n\r\n")},
        SmugglingCase{"ChunkTooLongData", Chunked("1\r\nab\r\n0\r\n\r\n")},
        SmugglingCase{"ChunkWithoutEnd", Chunked("1\r\na0\r\n\r\n")},
        SmugglingCase{"ChunkLineEndless", Chunked(std::string(200, '0'))},
        SmugglingCase{"TrailerWithLength", Chunked("0\r\nContent-Length: 3\r\n\r\n")}),
    [](const auto& info) { return info.param.name; });

Task<void> ContinueCase(ByteStream* stream, std::string* first, std::string* second) {
  Status sent = co_await stream->WriteAll(
      AsBytes("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"));
  EXPECT_TRUE(sent);
  std::array<uint8_t, 4096> buffer;
  Result<size_t> got = co_await stream->ReadSome(buffer);
  *first = std::string(reinterpret_cast<const char*>(buffer.data()), got.value_or(0));
  sent = co_await stream->WriteAll(AsBytes("ok"));
  got = co_await stream->ReadSome(buffer);
  *second = std::string(reinterpret_cast<const char*>(buffer.data()), got.value_or(0));
}

TEST_P(HttpServerTest, TellsAWaitingClientToGoOn) {
  auto stream = Connect();
  std::string first;
  std::string second;
  Run(ContinueCase(stream.get(), &first, &second));
  EXPECT_EQ(first, "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_NE(second.find("POST / 2 ok"), std::string::npos);
}

Task<void> BytewiseCase(ByteStream* stream, std::string request, std::string* answer) {
  Executor executor = co_await asio::this_coro::executor;
  Signal tick(executor);
  for (char c : request) {
    Status sent = co_await stream->WriteAll(AsBytes(std::string_view(&c, 1)));
    EXPECT_TRUE(sent);
    co_await tick.WaitFor(std::chrono::milliseconds(0));
  }
  stream->EndWrite();
  std::array<uint8_t, 4096> buffer;
  for (;;) {
    Result<size_t> got = co_await stream->ReadSome(buffer);
    if (!got || *got == 0) break;
    answer->append(reinterpret_cast<const char*>(buffer.data()), *got);
  }
}

TEST_P(HttpServerTest, ReadsTheSameByteByByte) {
  auto stream = Connect();
  std::string answer;
  Run(BytewiseCase(stream.get(),
                   "POST /1 HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab"
                   "POST /2 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                   "1\r\na\r\n2\r\nbc\r\n0\r\n\r\nGET /3 HTTP/1.1\r\nHost: x\r\n\r\n",
                   &answer));
  EXPECT_NE(answer.find("POST /1 2 ab"), std::string::npos) << answer;
  EXPECT_NE(answer.find("POST /2 3 abc"), std::string::npos) << answer;
  EXPECT_NE(answer.find("GET /3 0 "), std::string::npos) << answer;
}

Task<void> SlowReaderCase(ByteStream* stream, size_t* bytes) {
  std::string requests;
  for (int i = 0; i < 8; ++i) requests += "GET /large HTTP/1.1\r\nHost: x\r\n\r\n";
  Status sent = co_await stream->WriteAll(AsBytes(requests));
  EXPECT_TRUE(sent);
  stream->EndWrite();
  std::array<uint8_t, 4096> buffer;
  for (;;) {
    Result<size_t> got = co_await stream->ReadSome(buffer);
    if (!got || *got == 0) break;
    *bytes += *got;
  }
}

TEST_P(HttpServerTest, ASlowReaderGetsEverything) {
  auto stream = Connect(1000);
  size_t bytes = 0;
  Run(SlowReaderCase(stream.get(), &bytes));
  EXPECT_GT(bytes, size_t{8} * (3 << 20));
}

Task<void> TimeoutCase(HttpServer* server, FakeClock* clock, ByteStream* half, ByteStream* idle,
                       std::string* half_answer, bool* idle_closed) {
  Status sent = co_await half->WriteAll(AsBytes("GET / HTTP/1.1\r\nHo"));
  EXPECT_TRUE(sent);
  Executor executor = co_await asio::this_coro::executor;
  Signal tick(executor);
  co_await tick.WaitFor(std::chrono::milliseconds(1));
  clock->AdvanceMs(9'000);
  server->Sweep();
  clock->AdvanceMs(2'000);
  server->Sweep();
  std::array<uint8_t, 4096> buffer;
  Result<size_t> got = co_await half->ReadSome(buffer);
  *half_answer = std::string(reinterpret_cast<const char*>(buffer.data()), got.value_or(0));
  clock->AdvanceMs(60'000);
  server->Sweep();
  got = co_await idle->ReadSome(buffer);
  *idle_closed = got.has_value() && *got == 0;
}

TEST_P(HttpServerTest, SlowHeadersGet408AndIdleConnectionsClose) {
  auto half = Connect();
  auto idle = Connect();
  std::string half_answer;
  bool idle_closed = false;
  Run(TimeoutCase(server.get(), &env.clock, half.get(), idle.get(), &half_answer, &idle_closed));
  EXPECT_TRUE(half_answer.starts_with("HTTP/1.1 408 ")) << half_answer;
  EXPECT_TRUE(idle_closed);
}

Task<void> DrainCase(HttpServer* server, EchoHandler* handler, ByteStream* stream,
                     std::string* answer) {
  Status sent = co_await stream->WriteAll(AsBytes("GET /later HTTP/1.1\r\nHost: x\r\n\r\n"));
  EXPECT_TRUE(sent);
  Executor executor = co_await asio::this_coro::executor;
  Signal tick(executor);
  while (handler->requests < 1) co_await tick.WaitFor(std::chrono::milliseconds(1));
  TaskGroup group(executor);
  group.Spawn(server->Shutdown(std::chrono::seconds(10)));
  co_await tick.WaitFor(std::chrono::milliseconds(5));
  handler->AnswerLater(0);
  std::array<uint8_t, 4096> buffer;
  for (;;) {
    Result<size_t> got = co_await stream->ReadSome(buffer);
    if (!got || *got == 0) break;
    answer->append(reinterpret_cast<const char*>(buffer.data()), *got);
  }
  co_await group.Wait();
}

TEST_P(HttpServerTest, ShutdownLetsRequestsInFlightEnd) {
  auto stream = Connect();
  std::string answer;
  Run(DrainCase(server.get(), &handler, stream.get(), &answer));
  EXPECT_NE(answer.find("GET /later"), std::string::npos);
  EXPECT_NE(answer.find("Connection: close"), std::string::npos);
}

TEST_P(HttpServerTest, AHandleMayOutliveItsConnection) {
  EXPECT_EQ(Talk("POST /later HTTP/1.1\r\nHost: x\r\nContent-Length: bad\r\n\r\n").substr(9, 3),
            "400");
  auto stream = Connect();
  Run([](ByteStream* s, EchoHandler* h) -> Task<void> {
    Status sent = co_await s->WriteAll(AsBytes("GET /later HTTP/1.1\r\nHost: x\r\n\r\n"));
    EXPECT_TRUE(sent);
    Executor executor = co_await asio::this_coro::executor;
    Signal tick(executor);
    while (h->later.empty()) co_await tick.WaitFor(std::chrono::milliseconds(1));
    s->Close();
  }(stream.get(), &handler));
  EXPECT_TRUE(handler.later[0].first.gone());
  handler.AnswerLater(0);
}

}  // namespace
}  // namespace nsl::net
