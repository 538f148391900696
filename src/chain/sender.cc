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
  auto followed = std::make_shared<Submission>(std::move(submission));
  followed_[followed->id] = followed;
  gauge_.Set(static_cast<int64_t>(followed_.size()));
  group_.Spawn(Follow(std::move(followed)));
  return {};
}

void TransactionSender::SetRival(const std::string& id, Rival rival) {
  auto found = followed_.find(id);
  if (found != followed_.end()) found->second->rival = std::move(rival);
}

Task<void> TransactionSender::Shutdown() {
  group_.Close();
  co_await group_.Wait();
}

Task<void> TransactionSender::Follow(std::shared_ptr<Submission> submission) {
  Progress progress;
  MonoTime began = env_.clock.Mono();
  while (!group_.closed()) {
    // Looked for first: after a restart it may have landed already.
    bool ended = co_await Look(submission);
    if (ended) break;
    if (Due(*submission, progress)) co_await HandIn(submission, &progress);
    // One that takes long need not be looked for so often.
    auto passed = std::chrono::duration_cast<std::chrono::milliseconds>(env_.clock.Mono() - began);
    co_await transport_.Sleep(std::clamp(passed / 20, config_.poll, 10 * config_.poll));
  }
  followed_.erase(submission->id);
  gauge_.Set(static_cast<int64_t>(followed_.size()));
}

bool TransactionSender::Due(const Submission& submission, const Progress& progress) const {
  return !progress.ever || progress.rival != submission.rival.has_value() ||
         env_.clock.Mono() - progress.handed_in >= config_.again;
}

Task<void> TransactionSender::HandIn(std::shared_ptr<Submission> submission, Progress* progress) {
  progress->rival = submission->rival.has_value();
  Bytes raw = progress->rival ? submission->rival->raw : submission->raw;
  std::vector<NodeVerdict> verdicts =
      co_await chain_.Broadcast(std::move(raw), Deadline::In(env_.clock, config_.deadline));
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

Task<Result<Standing>> TransactionSender::StandingOf(std::string id, std::string hash) {
  Result<Standing> standing =
      co_await chain_.Find(std::move(hash), Deadline::In(env_.clock, config_.deadline));
  if (!standing) {
    env_.log.Warn("transaction_not_judged",
                  {{"transaction", id}, {"detail", standing.error().detail}});
  }
  co_return standing;
}

Task<bool> TransactionSender::EndLanded(std::shared_ptr<Submission> submission,
                                        LandedTransaction landed) {
  SenderStep step;
  step.kind = SenderStep::Kind::kLanded;
  bool none_asked = submission->transfer.contract.empty();
  bool halted = landed.vm_state == "HALT";
  bool seen = std::any_of(landed.transfers.begin(), landed.transfers.end(),
                          [&](const auto& t) { return Same(t, submission->transfer); });
  step.succeeded = halted && (none_asked || seen);
  if (halted && !step.succeeded) {
    step.detail = "the transaction ended in HALT, but the transfer is not among its events";
  }
  step.landed = std::move(landed);
  co_await Tell(submission->id, std::move(step));
  co_return true;
}

Task<bool> TransactionSender::Look(std::shared_ptr<Submission> submission) {
  Result<Standing> standing = co_await StandingOf(submission->id, submission->hash);
  if (!standing) co_return false;
  if (standing->landed) {
    bool ended = co_await EndLanded(submission, std::move(*standing->landed));
    co_return ended;
  }
  auto gone = [&](const Standing& s) {
    return s.unknown > 0 && !s.incomplete &&
           s.height >= submission->valid_until_block + kExpiryMargin;
  };
  bool passed = gone(*standing);
  SenderStep step;
  if (submission->rival) {
    Result<Standing> rival = co_await StandingOf(submission->id, submission->rival->hash);
    if (!rival) co_return false;
    if (rival->landed) {
      step.kind = SenderStep::Kind::kCancelled;
      step.landed = std::move(rival->landed);
      co_await Tell(submission->id, std::move(step));
      co_return true;
    }
    passed = passed && gone(*rival);
  }
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
