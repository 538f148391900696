// SPDX-License-Identifier: Apache-2.0
//
// One request of CurlClient: its libcurl handle and what has come so far. Lives on the client's
// thread from the moment it is handed over.
#pragma once

#include <curl/curl.h>

#include <functional>
#include <string>

#include "net/curl_client.h"

namespace nsl::net {

class CurlTransfer {
 public:
  using Done = std::function<void(Result<HttpAnswer>)>;
  CurlTransfer(HttpFetch fetch, Done done) : fetch_(std::move(fetch)), done_(std::move(done)) {}
  ~CurlTransfer();
  CurlTransfer(const CurlTransfer&) = delete;
  CurlTransfer& operator=(const CurlTransfer&) = delete;

  // request.invalid when the request cannot be sent as it is.
  Status Prepare();
  CURL* handle() const { return easy_; }
  // Called once, with libcurl's verdict; `cancelled` when the client ends first.
  void Finish(CURLcode code);
  void Cancel();

 private:
  Status SetHeaders();
  Status SetMethod();
  Result<HttpAnswer> Verdict(CURLcode code);
  static size_t OnBody(char* data, size_t size, size_t count, void* self);
  static size_t OnHeader(char* data, size_t size, size_t count, void* self);
  static curl_socket_t OnOpen(void* self, curlsocktype purpose, curl_sockaddr* address);

  HttpFetch fetch_;
  Done done_;
  CURL* easy_ = nullptr;
  curl_slist* headers_ = nullptr;
  HttpAnswer answer_;
  size_t header_bytes_ = 0;
  bool too_large_ = false;
  std::string refused_address_;
  char error_[CURL_ERROR_SIZE] = {};
};

}  // namespace nsl::net
