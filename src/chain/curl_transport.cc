// SPDX-License-Identifier: Apache-2.0
#include "chain/curl_transport.h"

#include "net/signal.h"

namespace nsl::chain {

Task<Result<Bytes>> CurlTransport::Post(std::string url, std::string body,
                                        std::chrono::milliseconds timeout, size_t max_bytes) {
  net::HttpFetch fetch;
  fetch.url = std::move(url);
  fetch.method = "POST";
  fetch.headers = {{"content-type", "application/json"}};
  fetch.body = ToBytes(body);
  fetch.timeout = timeout;
  fetch.max_bytes = max_bytes;
  fetch.allow_private = true;
  Result<net::HttpAnswer> answer = co_await client_.Fetch(std::move(fetch));
  if (!answer) co_return std::unexpected(std::move(answer.error()));
  co_return std::move(answer->body);
}

Task<void> CurlTransport::Sleep(std::chrono::milliseconds time) {
  Executor executor = co_await asio::this_coro::executor;
  net::Signal never(executor);
  co_await never.WaitFor(time);
}

}  // namespace nsl::chain
