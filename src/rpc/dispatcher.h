// SPDX-License-Identifier: Apache-2.0
//
// The callee's side of services: Bind(api) answers every row of Api::kMethods.
//
// Guarantee: each call runs as one coroutine of the dispatcher's TaskGroup with the inherited
// deadline in its context; at the deadline, a cancel or the end of the connection it is cancelled.
// One thread.
#pragma once

#include "base/codec.h"
#include "base/env.h"
#include "base/task_group.h"
#include "rpc/handlers.h"
#include "rpc/method.h"
#include "rpc/wire.h"

namespace nsl::rpc {

class Dispatcher {
 public:
  Dispatcher(Env env, Executor executor, Handlers& handlers)
      : env_(env), handlers_(handlers), group_(executor) {}

  // The implementation outlives the dispatcher.
  template <class Api>
  void Bind(Api& api) {
    std::apply([&](const auto&... rows) { (BindRow(api, rows), ...); }, Api::kMethods);
  }
  // Cancels what runs and waits for it.
  Task<void> Shutdown();
  size_t running() const { return group_.size(); }

 private:
  using Encoded = Result<Bytes>;

  template <class Api, class Row>
  void BindRow(Api& api, const Row& row) {
    using Request = typename Row::Request;
    OnMethod(row.number, row.max_request_bytes, row.max_reply_bytes, row.deadline_ms,
             [&api](CallContext context, ByteView body) -> Result<Task<Encoded>> {
               Result<Request> request = FromCbor<Request>(body);
               if (!request) return std::unexpected(std::move(request.error()));
               return Encode<typename Row::Reply>(
                   (api.*Row::kPointer)(std::move(context), std::move(*request)));
             });
  }
  template <class Reply>
  static Task<Encoded> Encode(Task<Result<Reply>> callee) {
    Result<Reply> reply = co_await std::move(callee);
    if (!reply) co_return std::unexpected(std::move(reply.error()));
    co_return ToCbor(*reply);
  }

  using Start = Callback<Result<Task<Encoded>>(CallContext, ByteView)>;
  void OnMethod(uint16_t number, size_t max_request, size_t max_reply, uint32_t deadline_ms,
                Start start);
  void Begin(RawCall call, Start& start, uint32_t deadline_ms);
  static Task<void> Answer(RawCall call, Task<Encoded> callee);

  Env env_;
  Handlers& handlers_;
  TaskGroup group_;
};

}  // namespace nsl::rpc
