// SPDX-License-Identifier: Apache-2.0
//
// HTTP(S) client of the untrusted programs, over libcurl on its own thread. Not for enclaves: the
// target is nsl_net_curl.
//
// Guarantee: http and https alone; the address that is really connected to is judged by the address
// guard, after name resolution and for every redirect; answers are cut off at max_bytes after
// decoding. At most kMaxInFlight at once, more is quota.busy. Fetch may be awaited on any
// io_context and returns there.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/task.h"

namespace nsl::net {

struct HttpFetch {
  std::string url;
  std::string method = "GET";
  std::vector<std::pair<std::string, std::string>> headers = {};
  Bytes body = {};
  std::chrono::milliseconds timeout{10'000};
  size_t max_bytes = 1 << 20;
  // At most 3 redirects, of GET and HEAD.
  bool follow = false;
  // Loopback and private targets, for nodes and providers that the operator configured.
  bool allow_private = false;
};

struct HttpAnswer {
  unsigned status = 0;
  // Names in lower case, in the order they came.
  std::vector<std::pair<std::string, std::string>> headers;
  Bytes body;
  // The value of the first header of this lower-case name; empty when there is none.
  std::string_view Header(std::string_view name) const;
};

class CurlClient {
 public:
  static constexpr size_t kMaxInFlight = 256;
  CurlClient();
  // Ends what is in flight with platform.cancelled.
  ~CurlClient();
  CurlClient(const CurlClient&) = delete;
  CurlClient& operator=(const CurlClient&) = delete;

  // upstream.failed when no answer came, platform.deadline when it was late, request.invalid for a
  // URL or an address that is not allowed, request.too_large above max_bytes.
  Task<Result<HttpAnswer>> Fetch(HttpFetch fetch);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace nsl::net
