// SPDX-License-Identifier: Apache-2.0
#include "rpc/dispatcher.h"

#include "rpc/peer.h"

namespace nsl::rpc {
namespace {

// Answers when the coroutine ends without having done so: it was cancelled.
struct AnswerAtEnd {
  RawCall& call;
  ~AnswerAtEnd() {
    call.Fail(Error(Reason::kPlatformUnavailable, "the service stopped before it had an answer"));
  }
};

}  // namespace

void Dispatcher::OnMethod(uint16_t number, size_t max_request, size_t max_reply,
                          uint32_t deadline_ms, Start start) {
  auto answer = [this, deadline_ms, start = std::move(start)](RawCall&& call) mutable {
    Begin(std::move(call), start, deadline_ms);
  };
  handlers_.OnRaw(number, std::move(answer), max_request, max_reply);
}

void Dispatcher::Begin(RawCall call, Start& start, uint32_t deadline_ms) {
  CallContext context;
  context.deadline = call.deadline();
  if (context.deadline.never()) {
    context.deadline = Deadline::In(env_.clock, std::chrono::milliseconds(deadline_ms));
  }
  Result<ByteView> request = ParseCallHead(call.body(), context);
  if (!request) return call.Fail(request.error());
  Result<Task<Encoded>> callee = start(std::move(context), *request);
  if (!callee) return call.Fail(callee.error());
  // Shared with the cancellation, which is known to the connection before the coroutine runs. The
  // signal lives until the coroutine ends, and an ended call is not cancelled any more.
  auto signal = std::make_shared<asio::cancellation_signal*>(nullptr);
  call.OnCancel([signal] {
    if (*signal != nullptr) (*signal)->emit(asio::cancellation_type::terminal);
  });
  *signal = group_.SpawnWithSignal(Answer(std::move(call), std::move(*callee)));
}

Task<void> Dispatcher::Answer(RawCall call, Task<Encoded> callee) {
  AnswerAtEnd answer_at_end{call};
  Encoded reply = co_await std::move(callee);
  if (reply) {
    call.Reply(*reply);
  } else {
    call.Fail(reply.error());
  }
}

Task<void> Dispatcher::Shutdown() {
  group_.Close();
  co_await group_.Wait();
}

}  // namespace nsl::rpc
