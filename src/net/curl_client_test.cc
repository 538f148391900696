// SPDX-License-Identifier: Apache-2.0
#include "net/curl_client.h"

#include "net/http_server.h"
#include "net/net_test_util.h"
#include "net/tcp.h"

namespace nsl::net {
namespace {

class Origin final : public HttpHandler {
 public:
  size_t BodyLimit(const HttpHead&) override { return 1 << 20; }
  void Handle(HttpRequest& request, HttpReply reply) override {
    ++requests;
    if (request.path == "/redirect") {
      return reply.Send(302, {{"Location", redirect_to}}, std::string_view());
    }
    if (request.path == "/large")
      return reply.Send(200, {}, std::string_view(std::string(5'000, 'x')));
    std::string body = std::string(request.method) + " " + std::string(request.Header("x-a")) +
                       " " + std::string(AsText(request.body));
    reply.Send(201, {{"X-B", "c"}}, std::string_view(body));
  }
  std::string redirect_to;
  int requests = 0;
};

class CurlClientTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto listener = ListenTcp(context.get_executor(), "127.0.0.1", 0);
    ASSERT_TRUE(listener);
    base = "http://" + (*listener)->address();
    server = std::make_unique<HttpServer>(env.env, context.get_executor(), origin);
    server->Listen(std::move(*listener));
  }
  Result<HttpAnswer> Fetch(HttpFetch fetch) {
    Result<HttpAnswer> answer = Fail(Reason::kPlatformInternal, "not fetched");
    RunTask(context, Once(std::move(fetch), &answer));
    return answer;
  }
  Task<void> Once(HttpFetch fetch, Result<HttpAnswer>* answer) {
    *answer = co_await client.Fetch(std::move(fetch));
    co_await server->Shutdown(std::chrono::milliseconds(0));
  }

  asio::io_context context;
  TestEnv env;
  Origin origin;
  std::unique_ptr<HttpServer> server;
  CurlClient client;
  std::string base;
};

TEST_F(CurlClientTest, SendsAndReceives) {
  auto answer = Fetch({.url = base + "/x",
                       .method = "PUT",
                       .headers = {{"X-A", "1"}},
                       .body = ToBytes("body"),
                       .allow_private = true});
  ASSERT_TRUE(answer) << answer.error().ToString();
  EXPECT_EQ(answer->status, 201U);
  EXPECT_EQ(answer->Header("x-b"), "c");
  EXPECT_EQ(AsText(answer->body), "PUT 1 body");
}

TEST_F(CurlClientTest, PrivateAddressesAreRefusedBeforeAByteLeaves) {
  auto answer = Fetch({.url = base + "/x"});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().reason, Reason::kRequestInvalid) << answer.error().ToString();
  EXPECT_EQ(origin.requests, 0);
}

TEST_F(CurlClientTest, NamesAndOddFormsOfLoopbackAreRefused) {
  std::string port = base.substr(base.rfind(':'));
  for (std::string host :
       {"localhost", "127.1", "0x7f000001", "2130706433", "[::ffff:127.0.0.1]"}) {
    CurlClient other;
    asio::io_context one;
    Result<HttpAnswer> answer = Fail(Reason::kPlatformInternal);
    RunTask(one, [](CurlClient* c, std::string url, Result<HttpAnswer>* out) -> Task<void> {
      *out = co_await c->Fetch({.url = std::move(url)});
    }(&other, "http://" + host + port + "/x", &answer));
    ASSERT_FALSE(answer) << host;
    EXPECT_EQ(answer.error().reason, Reason::kRequestInvalid) << host;
  }
  EXPECT_EQ(origin.requests, 0);
  RunTask(context, server->Shutdown(std::chrono::milliseconds(0)));
}

TEST_F(CurlClientTest, OtherProtocolsAreRefused) {
  for (std::string url : {"file:///etc/passwd", "gopher://x/", "ftp://x/", "dict://x/"}) {
    CurlClient other;
    asio::io_context one;
    Result<HttpAnswer> answer = Fail(Reason::kPlatformInternal);
    RunTask(one, [](CurlClient* c, std::string u, Result<HttpAnswer>* out) -> Task<void> {
      *out = co_await c->Fetch({.url = std::move(u), .allow_private = true});
    }(&other, url, &answer));
    ASSERT_FALSE(answer) << url;
    EXPECT_EQ(answer.error().reason, Reason::kRequestInvalid) << answer.error().ToString();
  }
  RunTask(context, server->Shutdown(std::chrono::milliseconds(0)));
}

TEST_F(CurlClientTest, AnswersAboveTheLimitAreCutOff) {
  auto answer = Fetch({.url = base + "/large", .max_bytes = 4'999, .allow_private = true});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().reason, Reason::kRequestTooLarge);
}

TEST_F(CurlClientTest, RedirectsAreFollowedOnlyWhenAsked) {
  origin.redirect_to = base + "/there";
  auto answer = Fetch({.url = base + "/redirect", .allow_private = true});
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 302U);
}

TEST_F(CurlClientTest, FollowsARedirectToAnAllowedPlace) {
  origin.redirect_to = base + "/there";
  auto answer = Fetch({.url = base + "/redirect", .follow = true, .allow_private = true});
  ASSERT_TRUE(answer) << answer.error().ToString();
  EXPECT_EQ(answer->status, 201U);
}

TEST_F(CurlClientTest, HeadersThatWouldSplitTheRequestAreRefused) {
  auto answer = Fetch({.url = base + "/x", .headers = {{"X", "a\r\nY: b"}}, .allow_private = true});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().reason, Reason::kRequestInvalid);
}

}  // namespace
}  // namespace nsl::net
