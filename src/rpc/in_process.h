// SPDX-License-Identifier: Apache-2.0
//
// The in-process carrier: a virtual call with the deadline semantics of the others.
//
// Guarantee: the caller has its answer by the deadline even when the callee goes on; the callee is
// cancelled at the deadline and when the caller is. The callee runs in the carrier's TaskGroup, so
// closing that waits for it. One thread.
#pragma once

#include <memory>
#include <optional>

#include "base/deadline.h"
#include "base/task_group.h"
#include "net/signal.h"

namespace nsl::rpc {

class InProcess {
 public:
  InProcess(const Clock& clock, TaskGroup& group) : clock_(clock), group_(group) {}

  template <class Reply>
  Task<Result<Reply>> Run(Deadline deadline, Task<Result<Reply>> callee) {
    // Shared: the callee may outlive the caller's interest in it.
    auto state = std::make_shared<State<Reply>>(group_.executor());
    state->cancel = group_.SpawnWithSignal(Finish(state, std::move(callee)));
    CancelAtEnd cancel_at_end{*state};
    Status waited = co_await Wait(clock_, *state, deadline);
    if (!waited) co_return std::unexpected(std::move(waited.error()));
    if (!state->reply) co_return Stopped();
    co_return std::move(*state->reply);
  }

 private:
  struct StateBase {
    explicit StateBase(Executor executor) : changed(executor) {}
    net::Signal changed;
    bool done = false;
    // Null when the callee has ended or never started.
    asio::cancellation_signal* cancel = nullptr;
  };
  template <class Reply>
  struct State : StateBase {
    using StateBase::StateBase;
    std::optional<Result<Reply>> reply;
  };
  // Whatever ends the caller's wait, also its own cancellation, ends the callee.
  struct CancelAtEnd {
    StateBase& state;
    ~CancelAtEnd();
  };
  struct DoneAtEnd {
    StateBase& state;
    ~DoneAtEnd();
  };

  template <class Reply>
  static Task<void> Finish(std::shared_ptr<State<Reply>> state, Task<Result<Reply>> callee) {
    DoneAtEnd done_at_end{*state};
    Result<Reply> reply = co_await std::move(callee);
    state->reply = std::move(reply);
  }
  static std::unexpected<Error> Stopped();
  // Returns when the callee is done; platform.deadline, platform.cancelled when the caller may not
  // wait longer.
  static Task<Status> Wait(const Clock& clock, StateBase& state, Deadline deadline);

  const Clock& clock_;
  TaskGroup& group_;
};

}  // namespace nsl::rpc
