// SPDX-License-Identifier: Apache-2.0
#include "rpc/in_process.h"

#include <algorithm>

namespace nsl::rpc {
namespace {

// Without a deadline the wait is only looked at again so often.
constexpr int64_t kLongWaitMs = 60'000;

}  // namespace

InProcess::CancelAtEnd::~CancelAtEnd() {
  if (state.cancel != nullptr) state.cancel->emit(asio::cancellation_type::terminal);
}

InProcess::DoneAtEnd::~DoneAtEnd() {
  state.cancel = nullptr;
  state.done = true;
  state.changed.Notify();
}

std::unexpected<Error> InProcess::Stopped() {
  return Fail(Reason::kPlatformUnavailable, "the service has been stopped");
}

Task<Status> InProcess::Wait(const Clock& clock, StateBase& state, Deadline deadline) {
  // Refused by a closed group: there is nothing to wait for.
  if (state.cancel == nullptr) co_return Status();
  while (!state.done) {
    int64_t left = std::min(deadline.RemainingMs(clock), kLongWaitMs);
    if (left == 0)
      co_return Fail(Reason::kPlatformDeadline, "no answer by the deadline of the call");
    co_await state.changed.WaitFor(std::chrono::milliseconds(left));
    asio::cancellation_state cancelled = co_await asio::this_coro::cancellation_state;
    if (cancelled.cancelled() != asio::cancellation_type::none) {
      co_return Fail(Reason::kPlatformCancelled, "the caller gave the call up");
    }
  }
  co_return Status();
}

}  // namespace nsl::rpc
