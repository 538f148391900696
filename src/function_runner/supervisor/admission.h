// SPDX-License-Identifier: Apache-2.0
//
// Admission: the leases that let a call run without asking the vault (architecture §1, rule 3).
//
// A credential lease says who a credential is and what it may do; a route lease says which versions
// of a function are granted and which alias names which. Both end 5 s after the request for them
// was sent, on the monotonic clock; a revocation drops them at once. So the hot path costs one hash
// and two lookups, and a removed right ends within 5 s. One thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "account/api.h"
#include "base/clock.h"

namespace nsl::function_runner {

// A version that the vault granted, decoded once.
struct GrantedVersion {
  std::string version_id;
  account::BuildRecord record;
  // As the grant says it.
  std::string authorised_by;
  std::vector<std::string> aliases;
};

struct CredentialLease {
  std::string principal_id;
  std::vector<account::ProjectRight> rights;
  MonoTime expires;
  bool renewing = false;

  // Null when the principal is no member of the project.
  const account::ProjectRight* RightIn(std::string_view project_id) const;
};

struct RouteLease {
  std::string project_id;
  bool public_logs = false;
  uint64_t sequence = 0;
  // shared_ptr: a run keeps the version it was admitted to while leases are replaced.
  std::vector<std::shared_ptr<const GrantedVersion>> versions;
  Bytes project_key;
  MonoTime expires;
  bool renewing = false;

  // alias "" = prod; a ver_… id names the version itself.
  std::shared_ptr<const GrantedVersion> Pick(std::string_view alias) const;
};

class Admission {
 public:
  struct Found {
    CredentialLease* credential = nullptr;
    RouteLease* route = nullptr;
  };

  // Pointers hold until the next Store or Drop; expired leases are not found.
  Found Find(const Hash256& credential_hash, std::string_view function_id, MonoTime now);
  // What the vault answered to a request sent at sent_at. Grants that do not decode are refused.
  Status Store(const Hash256& credential_hash, std::string_view function_id,
               const account::AdmitReply& reply, MonoTime sent_at);
  void DropPrincipal(std::string_view principal_id);
  void DropFunction(std::string_view function_id);
  void DropAll();
  // Forgets what expired; called once a second.
  void Sweep(MonoTime now);
  size_t size() const { return credentials_.size() + routes_.size(); }

 private:
  struct HashOfHash {
    size_t operator()(const Hash256& h) const;
  };
  struct TextHash {
    using is_transparent = void;
    size_t operator()(std::string_view s) const { return std::hash<std::string_view>{}(s); }
  };
  std::unordered_map<Hash256, CredentialLease, HashOfHash> credentials_;
  std::unordered_map<std::string, RouteLease, TextHash, std::equal_to<>> routes_;
};

}  // namespace nsl::function_runner
