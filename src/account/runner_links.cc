// SPDX-License-Identifier: Apache-2.0
#include "account/runner_links.h"

#include <algorithm>

namespace nsl::account {

Task<void> RunnerLinks::Shutdown() {
  group_.Close();
  co_await group_.Wait();
}

uint64_t RunnerLinks::Add(crypto::P256PublicKey signing_key,
                          std::shared_ptr<RevocationApi> revocation) {
  links_.push_back({++last_id_, std::move(signing_key), std::move(revocation)});
  return last_id_;
}

void RunnerLinks::Remove(uint64_t link) {
  std::erase_if(links_, [&](const Link& l) { return l.id == link; });
}

bool RunnerLinks::Signed(ByteView message, ByteView signature) const {
  return std::any_of(links_.begin(), links_.end(),
                     [&](const Link& l) { return l.key.Verify(message, signature); });
}

Task<void> RunnerLinks::Revoke(RevokeRequest request) {
  // shared_ptr: a runner may answer after this has stopped waiting.
  auto pending = std::make_shared<Pending>(executor_);
  Deadline deadline = Deadline::In(env_.clock, kRevokeWait);
  for (const Link& link : links_) {
    CallContext context;
    context.deadline = deadline;
    if (group_.Spawn(Tell(link.revocation, std::move(context), request, pending))) {
      ++pending->open;
    }
  }
  while (pending->open > 0 && !deadline.Passed(env_.clock)) {
    auto left = std::chrono::milliseconds(deadline.RemainingMs(env_.clock) + 1);
    bool told = co_await pending->done.WaitFor(left);
    if (!told) break;
  }
}

Task<void> RunnerLinks::Tell(std::shared_ptr<RevocationApi> runner, CallContext context,
                             RevokeRequest request, std::shared_ptr<Pending> pending) {
  co_await asio::this_coro::throw_if_cancelled(false);
  auto answer = co_await runner->Revoke(std::move(context), std::move(request));
  (void)answer;
  --pending->open;
  pending->done.Notify();
}

}  // namespace nsl::account
