// SPDX-License-Identifier: Apache-2.0
//
// AccessCache: who a credential is, as the vault said at most 5 s ago. The host uses it to route
// and to refuse early; what runs is decided by the enclaves themselves.
//
// Guarantee: an answer is at most min(ttl, 5 s) old, counted from sending the question; several
// callers with one unknown credential cause one question; at most 100,000 answers are kept, the
// oldest go first. Refusals are kept for 1 s. The answer about a signed request is that of this one
// request. One thread.
#pragma once

#include <list>
#include <memory>
#include <string>
#include <unordered_map>

#include "account/api.h"
#include "base/env.h"
#include "net/signal.h"

namespace nsl::account {

class AccessCache {
 public:
  static constexpr size_t kMaxEntries = 100'000;
  static constexpr size_t kMaxCredential = 8'192;

  AccessCache(Env env, Executor executor, AccountApi& vault, size_t max_entries = kMaxEntries)
      : env_(env), executor_(executor), vault_(vault), max_entries_(max_entries) {}

  // auth.invalid for an empty or refused credential; the vault's errors otherwise.
  Task<Result<std::shared_ptr<const Principal>>> Authenticate(CallContext context);
  // The cached answer without asking: null when there is none that is fresh.
  std::shared_ptr<const Principal> Find(const std::string& credential) const;
  void Clear();
  size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    std::shared_ptr<const Principal> principal;
    std::optional<Error> refusal;
    MonoTime expires;
    std::list<std::string>::iterator order;
  };
  struct Asking {
    explicit Asking(Executor executor) : done(executor) {}
    net::Signal done;
  };
  class AskingGuard;
  const Entry* Fresh(const std::string& credential) const;
  void Keep(const std::string& credential, Entry entry);
  void Drop(const std::string& credential);

  Env env_;
  Executor executor_;
  AccountApi& vault_;
  size_t max_entries_;
  std::unordered_map<std::string, Entry> entries_;
  // Oldest first.
  std::list<std::string> order_;
  std::unordered_map<std::string, std::shared_ptr<Asking>> asking_;
};

// not_found when the principal is no member of the project, auth.forbidden without the scope.
Status Permit(const Principal& principal, std::string_view project_id, std::string_view scope);

}  // namespace nsl::account
