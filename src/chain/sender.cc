// SPDX-License-Identifier: Apache-2.0
#include "chain/sender.h"

#include <algorithm>

namespace nsl::chain {
namespace {

bool Same(const LoggedTransfer& a, const LoggedTransfer& b) {
  return a.contract == b.contract && a.from == b.from && a.to == b.to && a.amount == b.amount;
}

}  // namespace

TransactionSender::TransactionSender(Env env, Executor executor, SubmitApi& chain,
                                     NodeTransport& transport, SenderConfig config)
    : env_(env),
      chain_(chain),
      transport_(transport),
      config_(config),
      gauge_(env.metrics.GetGauge("nsl_chain_followed_transactions",
                                  "Transactions on their way to a block")),
      group_(executor) {}

Status TransactionSender::Track(Submission submission) {
  NSL_CHECK(journal_ != nullptr);
  if (followed_.contains(submission.id)) return {};
  if (full()) {
    return Fail(Reason::kQuotaBusy, "more than " + std::to_string(kMaxFollowed) +
                                        " transactions are on their way; try again");
  }
  followed_[submission.id] = true;
  gauge_.Set(static_cast<int64_t>(followed_.size()));
  group_.Spawn(Follow(std::make_shared<const Submission>(std::move(submission))));
  return {};
}

Task<void> TransactionSender::Shutdown() {
  group_.Close();
  co_await group_.Wait();
}

Task<void> TransactionSender::Follow(std::shared_ptr<const Submission> submission) {
  Progress progress;
  MonoTime began = env_.clock.Mono();
  while (!group_.closed()) {
    // Looked for first: after a restart it may have landed already.
    bool ended = co_await Look(submission);
    if (ended) break;
    if (!progress.ever || env_.clock.Mono() - progress.handed_in >= config_.again) {
      co_await HandIn(submission, &progress);
    }
    // One that takes long need not be looked for so often.
    auto passed = std::chrono::duration_cast<std::chrono::milliseconds>(env_.clock.Mono() - began);
    co_await transport_.Sleep(std::clamp(passed / 20, config_.poll, 10 * config_.poll));
  }
  followed_.erase(submission->id);
  gauge_.Set(static_cast<int64_t>(followed_.size()));
}

Task<void> TransactionSender::HandIn(std::shared_ptr<const Submission> submission,
                                     Progress* progress) {
  std::vector<NodeVerdict> verdicts =
      co_await chain_.Broadcast(submission->raw, Deadline::In(env_.clock, config_.deadline));
  progress->ever = true;
  progress->handed_in = env_.clock.Mono();
  bool taken =
      std::any_of(verdicts.begin(), verdicts.end(), [](const NodeVerdict& v) { return v.taken; });
  if (taken) {
    if (!progress->taken) co_await Tell(submission->id, {});
    progress->taken = true;
    co_return;
  }
  SenderStep refused;
  refused.kind = SenderStep::Kind::kRefused;
  refused.detail = verdicts.empty() ? "no node can be reached" : "";
  for (const NodeVerdict& verdict : verdicts) {
    refused.detail += (refused.detail.empty() ? "" : "; ") + verdict.url + ": " + verdict.detail;
  }
  if (refused.detail == progress->refusal) co_return;
  progress->refusal = refused.detail;
  co_await Tell(submission->id, std::move(refused));
}

Task<bool> TransactionSender::Look(std::shared_ptr<const Submission> submission) {
  Result<Standing> standing =
      co_await chain_.Find(submission->hash, Deadline::In(env_.clock, config_.deadline));
  if (!standing) {
    env_.log.Warn("transaction_not_judged",
                  {{"transaction", submission->id}, {"detail", standing.error().detail}});
    co_return false;
  }
  SenderStep step;
  if (standing->landed) {
    step.kind = SenderStep::Kind::kLanded;
    const auto& seen = standing->landed->transfers;
    bool none_asked = submission->transfer.contract.empty();
    step.succeeded = standing->landed->vm_state == "HALT" &&
                     (none_asked || std::any_of(seen.begin(), seen.end(), [&](const auto& t) {
                        return Same(t, submission->transfer);
                      }));
    if (standing->landed->vm_state == "HALT" && !step.succeeded) {
      step.detail = "the transaction ended in HALT, but the transfer is not among its events";
    }
    step.landed = std::move(standing->landed);
    co_await Tell(submission->id, std::move(step));
    co_return true;
  }
  bool passed = standing->unknown > 0 && !standing->incomplete &&
                standing->height >= submission->valid_until_block + kExpiryMargin;
  if (!passed) co_return false;
  step.kind = SenderStep::Kind::kExpired;
  step.detail = "block " + std::to_string(submission->valid_until_block) +
                " has passed and no node knows the transaction; it can never land";
  co_await Tell(submission->id, std::move(step));
  co_return true;
}

Task<void> TransactionSender::Tell(std::string id, SenderStep step) {
  while (!group_.closed()) {
    Status kept = co_await journal_->Note(id, step);
    if (kept) co_return;
    env_.log.Warn("step_not_kept", {{"transaction", id}, {"detail", kept.error().detail}});
    co_await transport_.Sleep(config_.again);
  }
}

}  // namespace nsl::chain
