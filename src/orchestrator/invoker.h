// SPDX-License-Identifier: Apache-2.0
//
// Invoker: the way of the gateway to a run. No coroutine: the answer comes through a callback,
// maybe before Invoke returns, exactly once. One thread.
#pragma once

#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "rpc/callback.h"

namespace nsl::orchestrator {

// Views are needed during the call alone.
struct InvokeInput {
  std::string_view credential;
  std::string_view function_id;
  std::string_view alias;
  std::string_view request_id;
  std::string_view traceparent;
  bool keep = false;
  ByteView payload;
};

// Valid during the callback.
struct InvokeOutcome {
  // Empty when the call was refused before it became a run.
  std::string_view run_id;
  std::string_view request_id;
  std::string_view traceparent;
  std::string_view function_id;
  // Null: `result` is the JSON text of the answer.
  const Error* error = nullptr;
  ByteView result;
};
using InvokeDone = rpc::Callback<void(const InvokeOutcome&)>;

struct Invoker {
  virtual ~Invoker() = default;
  virtual void Invoke(const InvokeInput& input, InvokeDone done) = 0;
};

}  // namespace nsl::orchestrator
