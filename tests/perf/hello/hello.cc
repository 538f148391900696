// SPDX-License-Identifier: Apache-2.0
//
// nsl-bench-hello PORT: the product's HTTP server with a handler that builds a small JSON answer
// for each request. tests/perf/hello/run.sh measures it against nginx.
#include <boost/asio/signal_set.hpp>
#include <cstdio>
#include <cstdlib>

#include "bench_env.h"
#include "net/http_server.h"
#include "net/tcp.h"

namespace nsl::bench {
namespace {

class Hello final : public net::HttpHandler {
 public:
  size_t BodyLimit(const net::HttpHead&) override { return 1 << 20; }
  void Handle(net::HttpRequest& request, net::HttpReply reply) override {
    ++requests_;
    char body[128];
    int n = std::snprintf(body, sizeof body, R"({"message":"hello","path":"%.*s","n":%llu})",
                          static_cast<int>(std::min<size_t>(request.path.size(), 32)),
                          request.path.data(), static_cast<unsigned long long>(requests_));
    reply.Send(200, {{"Content-Type", "application/json"}},
               std::string_view(body, static_cast<size_t>(n)));
  }
  unsigned long long requests() const { return requests_; }

 private:
  unsigned long long requests_ = 0;
};

int Main(uint16_t port) {
  asio::io_context context(1);
  RealEnv real;
  Hello hello;
  net::HttpServer server(real.env, context.get_executor(), hello);
  auto listener = net::ListenTcp(context.get_executor(), "127.0.0.1", port);
  if (!listener) {
    std::fprintf(stderr, "%s\n", listener.error().ToString().c_str());
    return 1;
  }
  server.Listen(std::move(*listener));
  TaskGroup group(context.get_executor());
  asio::signal_set signals(context, SIGINT, SIGTERM);
  signals.async_wait([&](boost::system::error_code, int) {
    group.Spawn(server.Shutdown(std::chrono::milliseconds(0)));
  });
  context.run();
  std::printf("requests %llu cpu_us_per_request %.2f\n", hello.requests(),
              CpuMicros() / static_cast<double>(std::max(1ULL, hello.requests())));
  return 0;
}

}  // namespace
}  // namespace nsl::bench

int main(int argc, char** argv) {
  return nsl::bench::Main(argc > 1 ? static_cast<uint16_t>(std::atoi(argv[1])) : 8099);
}
