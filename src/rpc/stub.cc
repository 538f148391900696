// SPDX-License-Identifier: Apache-2.0
#include "rpc/stub.h"

namespace nsl::rpc {

CallContext WithRowDeadline(CallContext context, const Clock& clock, uint32_t deadline_ms) {
  if (context.deadline.never()) {
    context.deadline = Deadline::In(clock, std::chrono::milliseconds(deadline_ms));
  }
  return context;
}

Task<Result<Bytes>> CallThrough(PeerSource* source, uint16_t method, Deadline deadline, Bytes body,
                                CallOptions options) {
  for (bool again = options.idempotent;; again = false) {
    PeerPtr peer(source->Current());
    if (!peer) co_return Fail(Reason::kPlatformUnavailable, "the service is not connected");
    Result<Bytes> answer = co_await peer->CallBytes(method, deadline, body, options);
    // Once more, when the connection broke and another one has taken its place.
    bool broke = !answer && answer.error().reason == Reason::kPlatformUnavailable && peer->closed();
    Peer* other = source->Current();
    if (!broke || !again || other == nullptr || other == peer.get()) co_return answer;
  }
}

}  // namespace nsl::rpc
