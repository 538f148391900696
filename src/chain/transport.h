// SPDX-License-Identifier: Apache-2.0
//
// How the node pool reaches a node and waits, handed in: libcurl in the host, a script in tests.
#pragma once

#include <chrono>
#include <string>

#include "base/bytes.h"
#include "base/task.h"

namespace nsl::chain {

struct NodeTransport {
  virtual ~NodeTransport() = default;
  // Posts a JSON body. The body of the answer whatever its HTTP status: nodes and proxies differ.
  virtual Task<Result<Bytes>> Post(std::string url, std::string body,
                                   std::chrono::milliseconds timeout, size_t max_bytes) = 0;
  // Ends early when the coroutine is cancelled.
  virtual Task<void> Sleep(std::chrono::milliseconds time) = 0;
};

}  // namespace nsl::chain
