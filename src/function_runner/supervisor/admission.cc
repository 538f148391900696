// SPDX-License-Identifier: Apache-2.0
#include "function_runner/supervisor/admission.h"

#include <algorithm>
#include <cstring>

#include "base/codec.h"

namespace nsl::function_runner {
namespace {

// A flood of invalid credentials must not fill the enclave's memory.
constexpr size_t kMaxCredentials = 100'000;
constexpr size_t kMaxRoutes = 20'000;
constexpr uint32_t kMaxLeaseMs = 5'000;

Result<std::shared_ptr<const GrantedVersion>> Decode(const account::RouteVersion& route) {
  NSL_TRY(auto grant, FromCbor<account::Grant>(route.grant.grant));
  if (grant.tag != "nsl/grant/1") return Fail(Reason::kGrantInvalid, "not a grant");
  NSL_TRY(auto record, FromCbor<account::BuildRecord>(grant.build_record));
  auto version = std::make_shared<GrantedVersion>();
  version->version_id = std::move(grant.version_id);
  version->record = std::move(record);
  version->authorised_by = std::move(grant.authorised_by);
  version->aliases = route.aliases;
  return version;
}

}  // namespace

const account::ProjectRight* CredentialLease::RightIn(std::string_view project_id) const {
  for (const account::ProjectRight& right : rights) {
    if (right.project_id == project_id) return &right;
  }
  return nullptr;
}

std::shared_ptr<const GrantedVersion> RouteLease::Pick(std::string_view alias) const {
  if (alias.empty()) alias = "prod";
  for (const auto& version : versions) {
    if (version->version_id == alias) return version;
    for (const std::string& name : version->aliases) {
      if (name == alias) return version;
    }
  }
  return nullptr;
}

size_t Admission::HashOfHash::operator()(const Hash256& h) const {
  size_t v;
  std::memcpy(&v, h.data(), sizeof v);
  return v;
}

Admission::Found Admission::Find(const Hash256& credential_hash, std::string_view function_id,
                                 MonoTime now) {
  Found found;
  if (auto it = credentials_.find(credential_hash);
      it != credentials_.end() && it->second.expires > now) {
    found.credential = &it->second;
  }
  if (auto it = routes_.find(function_id); it != routes_.end() && it->second.expires > now) {
    found.route = &it->second;
  }
  return found;
}

Status Admission::Store(const Hash256& credential_hash, std::string_view function_id,
                        const account::AdmitReply& reply, MonoTime sent_at) {
  auto expires = sent_at + std::chrono::milliseconds(std::min(reply.ttl_ms, kMaxLeaseMs));
  RouteLease route;
  for (const account::RouteVersion& v : reply.versions) {
    NSL_TRY(auto version, Decode(v));
    if (version->record.project_id != reply.project_id ||
        version->record.function_id != function_id) {
      return Fail(Reason::kGrantInvalid, "a grant names another project or function");
    }
    route.versions.push_back(std::move(version));
  }
  if (credentials_.size() >= kMaxCredentials || routes_.size() >= kMaxRoutes) DropAll();
  credentials_[credential_hash] = CredentialLease{reply.principal_id, reply.rights, expires, false};
  route.project_id = reply.project_id;
  route.public_logs = reply.public_logs;
  route.sequence = reply.route_sequence;
  route.project_key = reply.project_key;
  route.expires = expires;
  routes_.insert_or_assign(std::string(function_id), std::move(route));
  return {};
}

void Admission::DropPrincipal(std::string_view principal_id) {
  std::erase_if(credentials_,
                [&](const auto& entry) { return entry.second.principal_id == principal_id; });
}

void Admission::DropFunction(std::string_view function_id) {
  if (auto it = routes_.find(function_id); it != routes_.end()) routes_.erase(it);
}

void Admission::DropAll() {
  credentials_.clear();
  routes_.clear();
}

void Admission::Sweep(MonoTime now) {
  std::erase_if(credentials_, [&](const auto& entry) { return entry.second.expires <= now; });
  std::erase_if(routes_, [&](const auto& entry) { return entry.second.expires <= now; });
}

}  // namespace nsl::function_runner
