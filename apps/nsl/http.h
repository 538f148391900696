// SPDX-License-Identifier: Apache-2.0
//
// A blocking HTTP client of one connection, over libcurl.
//
// http and https alone, no redirects, answers of at most 32 MiB, TLS verified. Loopback addresses
// never go through a proxy. cli.offline when nothing answers. One thread.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "cli_error.h"

namespace nsl::cli {

struct HttpRequest {
  std::string method = "GET";
  std::string url = {};
  // "Name: value"
  std::vector<std::string> headers = {};
  std::string body = {};
  long timeout_ms = 30'000;
};

struct HttpResponse {
  int status = 0;
  // Names in lower case.
  std::map<std::string, std::string> headers;
  std::string body;

  std::string Header(const std::string& name) const {
    auto found = headers.find(name);
    return found == headers.end() ? std::string() : found->second;
  }
};

class HttpClient {
 public:
  HttpClient();
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  CliResult<HttpResponse> Send(const HttpRequest& request);

 private:
  struct Handle;
  std::unique_ptr<Handle> handle_;
};

// Percent-encoding of one path segment or query value (RFC 3986 §2.3).
std::string UrlEncode(std::string_view text);

}  // namespace nsl::cli
