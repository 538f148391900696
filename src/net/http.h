// SPDX-License-Identifier: Apache-2.0
//
// What a handler of HTTP requests sees and says. No coroutine per request: the server calls
// Handle() with views into the connection's buffer, and the answer may be sent at once or later
// through the handle, from the same thread.
#pragma once

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/bytes.h"

namespace nsl::net {

struct HttpHeader {
  std::string_view name;
  std::string_view value;
};

struct HttpHead {
  // Upper case as sent, for example "GET".
  std::string_view method;
  // As sent, starting with '/', at most 8 KiB; path and query are its parts, not decoded.
  std::string_view target;
  std::string_view path;
  std::string_view query;
  std::span<const HttpHeader> headers;
  // None for a chunked body.
  std::optional<uint64_t> content_length;
  // Address of the client without port; empty for a unix socket.
  std::string_view client_address;

  // The value of the first header of this name (any case); empty when there is none.
  std::string_view Header(std::string_view name) const;
  size_t CountHeader(std::string_view name) const;
};

struct HttpRequest : HttpHead {
  ByteView body;
};

class HttpConnection;
void intrusive_ptr_add_ref(HttpConnection* connection);
void intrusive_ptr_release(HttpConnection* connection);

// The right and duty to answer one request, once. Dropping it unanswered sends 500. Answering a
// connection that is gone does nothing. Used on the server's thread alone; may outlive the server.
class HttpReply {
 public:
  HttpReply(boost::intrusive_ptr<HttpConnection> connection, uint64_t sequence)
      : connection_(std::move(connection)), sequence_(sequence) {}
  HttpReply(HttpReply&&) noexcept = default;
  HttpReply& operator=(HttpReply&& other) noexcept;
  ~HttpReply();

  // Content-Length and Connection are the server's. Header bytes that would break the framing (CR,
  // LF, NUL) turn the answer into a 500. The views are needed for the call alone.
  void Send(unsigned status, std::span<const HttpHeader> headers, ByteView body);
  void Send(unsigned status, std::initializer_list<HttpHeader> headers, ByteView body) {
    Send(status, std::span<const HttpHeader>(headers.begin(), headers.size()), body);
  }
  void Send(unsigned status, std::initializer_list<HttpHeader> headers, std::string_view body) {
    Send(status, headers, AsBytes(body));
  }
  // True when the client has gone and an answer would reach no one.
  bool gone() const;

 private:
  boost::intrusive_ptr<HttpConnection> connection_;
  uint64_t sequence_;
};

class HttpHandler {
 public:
  virtual ~HttpHandler() = default;
  // Called for a request with a body when its header is complete: how many bytes it may have. More
  // is 413, before any of it is read.
  virtual size_t BodyLimit(const HttpHead& head) = 0;
  // The views of `request` are valid during the call.
  virtual void Handle(HttpRequest& request, HttpReply reply) = 0;
};

}  // namespace nsl::net
