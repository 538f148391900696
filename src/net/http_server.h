// SPDX-License-Identifier: Apache-2.0
//
// HTTP/1.1 server (RFC 9112): keep-alive, pipelining with answers in the order of requests, chunked
// request bodies, Expect: 100-continue, HEAD.
//
// Guarantee: a message whose framing two parsers could read differently is refused with 400 and the
// connection closed; each connection's memory is bounded by the limits below; a client that does
// not read stops being read from. One reader coroutine per connection, no coroutine and in the
// steady state no allocation per request, one write per connection and wake-up. One server per
// thread.
#pragma once

#include <chrono>
#include <memory>

#include "base/env.h"
#include "base/task_group.h"
#include "net/byte_stream.h"
#include "net/http.h"

namespace nsl::net {

struct HttpLimits {
  // Start line and headers together (431), request target (414).
  size_t header_bytes = 16 * 1024;
  size_t target_bytes = 8 * 1024;
  size_t headers = 100;
  // From the first byte of a request to the end of its header (408).
  std::chrono::milliseconds header_read{10'000};
  // Without a byte from the client while a request is awaited or its body is read.
  std::chrono::milliseconds idle{60'000};
  // From the header to the end of the body.
  std::chrono::milliseconds body_read{600'000};
  size_t connections = 20'000;
  // Requests of one connection that wait for their answers.
  size_t pipeline = 32;
  // Answer bytes that may wait for a slow reader before its requests are no longer read.
  size_t output_bytes = 1 << 20;
};

class HttpServer {
 public:
  // The handler outlives the server.
  HttpServer(Env env, Executor executor, HttpHandler& handler, HttpLimits limits = {});
  // After Shutdown() has returned, or before the first Listen().
  ~HttpServer();

  // Serves what the listener accepts. May be called for several listeners.
  void Listen(std::unique_ptr<Listener> listener);
  // Serves one connection that was accepted elsewhere; closes it when there are too many.
  void Adopt(std::unique_ptr<ByteStream> stream);
  // Stops accepting, closes idle connections, lets requests in flight end; cuts what is left when
  // the time is over.
  Task<void> Shutdown(std::chrono::milliseconds grace);
  // Closes what has been silent for too long; the server's own timer calls it every second.
  void Sweep();
  size_t connections() const;

  class Impl;

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace nsl::net
