// SPDX-License-Identifier: Apache-2.0
#include "account/client/access_cache.h"

#include <algorithm>

#include "crypto/hash.h"
#include "rpc/refusal.h"

namespace nsl::account {
namespace {

constexpr std::chrono::milliseconds kMaxTtl{5'000};
constexpr std::chrono::milliseconds kRefusalTtl{1'000};

// What the answer is about: the credential, of a signed request together with what it signs.
std::string SubjectOf(const CallContext& context) {
  std::string out = context.credential;
  if (!context.signed_http) return out;
  const rpc::SignedHttp& http = *context.signed_http;
  out += '\n';
  out += AsText(crypto::Sha256(
      {AsBytes(http.method), AsBytes("\n"), AsBytes(http.target), AsBytes("\n"), http.body_hash}));
  return out;
}

}  // namespace

// Ends the waiting of the others also when the one that asks is cancelled.
class AccessCache::AskingGuard {
 public:
  AskingGuard(AccessCache& cache, std::string credential)
      : cache_(cache),
        credential_(std::move(credential)),
        asking_(std::make_shared<Asking>(cache.executor_)) {
    cache_.asking_[credential_] = asking_;
  }
  ~AskingGuard() { End(); }
  AskingGuard(const AskingGuard&) = delete;
  AskingGuard& operator=(const AskingGuard&) = delete;

  void End() {
    if (!asking_) return;
    auto it = cache_.asking_.find(credential_);
    if (it != cache_.asking_.end() && it->second == asking_) cache_.asking_.erase(it);
    asking_->done.Notify();
    asking_.reset();
  }

 private:
  AccessCache& cache_;
  std::string credential_;
  std::shared_ptr<Asking> asking_;
};

const AccessCache::Entry* AccessCache::Fresh(const std::string& credential) const {
  auto it = entries_.find(credential);
  return it != entries_.end() && it->second.expires > env_.clock.Mono() ? &it->second : nullptr;
}

std::shared_ptr<const Principal> AccessCache::Find(const std::string& credential) const {
  const Entry* entry = Fresh(credential);
  return entry ? entry->principal : nullptr;
}

Task<Result<std::shared_ptr<const Principal>>> AccessCache::Authenticate(CallContext context) {
  using Reply = Result<std::shared_ptr<const Principal>>;
  if (context.credential.empty() || context.credential.size() > kMaxCredential) {
    co_return rpc::InvalidCredential();
  }
  std::string credential = SubjectOf(context);
  for (;;) {
    if (const Entry* entry = Fresh(credential)) {
      co_return entry->principal ? Reply(entry->principal) : Fail(*entry->refusal);
    }
    auto other = asking_.find(credential);
    if (other == asking_.end()) break;
    // shared_ptr: the one that asks may end before this one wakes.
    std::shared_ptr<Asking> asking = other->second;
    if (context.deadline.Passed(env_.clock)) {
      co_return Fail(Reason::kPlatformDeadline, "the vault did not answer in time");
    }
    auto left = std::chrono::milliseconds(context.deadline.RemainingMs(env_.clock) + 1);
    co_await asking->done.WaitFor(std::min(left, kMaxTtl));
    // An answer that was not kept (the vault is away) is not asked for again by each of them.
    if (!Fresh(credential) && !asking_.contains(credential)) break;
  }
  AskingGuard guard(*this, credential);
  MonoTime sent = env_.clock.Mono();
  auto reply = co_await vault_.Authenticate(std::move(context), CredentialRef{});
  guard.End();
  Entry entry;
  if (!reply) {
    if (reply.error().reason == Reason::kAuthInvalid) {
      entry.refusal = reply.error();
      entry.expires = sent + kRefusalTtl;
      Keep(credential, std::move(entry));
    }
    co_return std::unexpected(std::move(reply.error()));
  }
  entry.expires = sent + std::min(std::chrono::milliseconds(reply->ttl_ms), kMaxTtl);
  entry.principal = std::make_shared<const Principal>(std::move(*reply));
  auto principal = entry.principal;
  Keep(credential, std::move(entry));
  co_return principal;
}

void AccessCache::Keep(const std::string& credential, Entry entry) {
  Drop(credential);
  while (entries_.size() >= max_entries_ && !order_.empty()) Drop(std::string(order_.front()));
  order_.push_back(credential);
  entry.order = std::prev(order_.end());
  entries_.emplace(credential, std::move(entry));
}

void AccessCache::Drop(const std::string& credential) {
  auto it = entries_.find(credential);
  if (it == entries_.end()) return;
  order_.erase(it->second.order);
  entries_.erase(it);
}

void AccessCache::Clear() {
  entries_.clear();
  order_.clear();
}

Status Permit(const Principal& principal, std::string_view project_id, std::string_view scope) {
  auto it = std::find_if(principal.memberships.begin(), principal.memberships.end(),
                         [&](const Membership& m) { return m.project_id == project_id; });
  if (it == principal.memberships.end()) {
    return Fail(Reason::kNotFound, "no such project");
  }
  if (std::find(it->scopes.begin(), it->scopes.end(), scope) == it->scopes.end()) {
    return Fail(Reason::kAuthForbidden,
                "this needs the scope " + std::string(scope) + ", which the credential lacks");
  }
  return {};
}

}  // namespace nsl::account
