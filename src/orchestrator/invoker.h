// SPDX-License-Identifier: Apache-2.0
//
// Invoker: the way of the gateway to a run. No coroutine: the answer comes through a callback,
// maybe before Invoke returns, exactly once. One thread.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "rpc/callback.h"
#include "storage/api.h"

namespace nsl::orchestrator {

// When the run has not ended after `time`, it gets a durable row and the outcome says `running`; it
// goes on.
struct WaitInput {
  std::chrono::milliseconds time{};
  // That of the function.
  std::string project_id;
  // What is stored in one transaction with the row, for example that a key stands for this run.
  // Called after Invoke has returned, at most once; may be empty.
  std::function<storage::Statement(std::string_view run_id)> beside;
};

// Views are needed during the call alone.
struct InvokeInput {
  std::string_view credential;
  std::string_view function_id;
  std::string_view alias;
  std::string_view request_id;
  std::string_view traceparent;
  bool keep = false;
  ByteView payload;
  // Null: the caller waits for the end. Moved from by Invoke.
  WaitInput* wait = nullptr;
};

// Valid during the callback.
struct InvokeOutcome {
  // Empty when the call was refused before it became a run.
  std::string_view run_id;
  std::string_view request_id;
  std::string_view traceparent;
  std::string_view function_id;
  // The run goes on; its row is durable. Neither error nor result.
  bool running = false;
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
