// SPDX-License-Identifier: Apache-2.0
//
// NodeTransport over libcurl, for the host alone. Private addresses are allowed: the operator chose
// the nodes. One thread: that of the awaiting executor.
#pragma once

#include "chain/transport.h"
#include "net/curl_client.h"

namespace nsl::chain {

class CurlTransport final : public NodeTransport {
 public:
  // Borrowed.
  explicit CurlTransport(net::CurlClient& client) : client_(client) {}
  Task<Result<Bytes>> Post(std::string url, std::string body, std::chrono::milliseconds timeout,
                           size_t max_bytes) override;
  Task<void> Sleep(std::chrono::milliseconds time) override;

 private:
  net::CurlClient& client_;
};

}  // namespace nsl::chain
