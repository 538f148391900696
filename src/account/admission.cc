// SPDX-License-Identifier: Apache-2.0
#include "account/admission.h"

#include "crypto/kdf.h"

namespace nsl::account {

// Counts the questions about one function that are being answered.
class Admission::Turn {
 public:
  Turn(std::unordered_map<std::string, size_t>& waiting, const std::string& function_id)
      : waiting_(waiting), function_id_(function_id) {
    taken_ = ++waiting_[function_id_] <= kMaxPerFunction;
  }
  ~Turn() {
    auto it = waiting_.find(function_id_);
    if (--it->second == 0) waiting_.erase(it);
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  bool taken() const { return taken_; }

 private:
  std::unordered_map<std::string, size_t>& waiting_;
  std::string function_id_;
  bool taken_ = false;
};

Bytes ProjectKey(const ProjectRow& project) {
  std::string info = "nsl/project-key/1|" + std::to_string(project.epoch);
  return ToBytes(crypto::HkdfSha256(project.secret, {}, AsBytes(info), 32).view());
}

Task<Result<AdmitReply>> Admission::Admit(CallContext, AdmitRequest request) {
  if (!IsId(kFunctionId, request.function_id)) {
    // No row can exist for it; the credential is still worth an answer.
    request.function_id.clear();
  }
  Turn turn(waiting_, request.function_id);
  if (!turn.taken()) {
    co_return Fail(Reason::kQuotaBusy, "too many admissions of this function at once; try again");
  }
  auto reply = co_await Answer(std::move(request));
  co_return reply;
}

Task<Result<AdmitReply>> Admission::Answer(AdmitRequest request) {
  AdmitReply reply;
  reply.ttl_ms = kLeaseMs;
  if (!request.credential.empty()) {
    Status rights = co_await AddRights(std::move(request.credential), reply);
    if (!rights) co_return std::unexpected(std::move(rights.error()));
  }
  if (!request.function_id.empty()) {
    Status route = co_await AddRoute(std::move(request.function_id), reply);
    if (!route) co_return std::unexpected(std::move(route.error()));
  }
  co_return reply;
}

Task<Status> Admission::AddRights(std::string credential, AdmitReply& reply) {
  auto caller = co_await shared_.authority.Check(std::move(credential));
  if (!caller) {
    // Not valid is an answer, everything else is a failure to answer.
    if (caller.error().reason == Reason::kAuthInvalid) co_return Status();
    co_return std::unexpected(std::move(caller.error()));
  }
  reply.principal_id = caller->id;
  for (const Membership& m : caller->memberships) {
    reply.rights.push_back({m.project_id, HasScope(*caller, m.project_id, "functions:invoke"),
                            HasScope(*caller, m.project_id, "runs:read")});
  }
  co_return Status();
}

Task<Status> Admission::AddRoute(std::string function_id, AdmitReply& reply) {
  auto function = co_await shared_.directory.Find<FunctionRow>(std::move(function_id));
  if (!function) co_return std::unexpected(std::move(function.error()));
  if (!*function) co_return Status();
  const FunctionRow& row = (*function)->row;
  auto project = co_await shared_.directory.Find<ProjectRow>(row.project_id);
  if (!project) co_return std::unexpected(std::move(project.error()));
  if (!*project) co_return Status();
  for (const VersionEntry& v : row.versions) {
    auto grant = co_await shared_.directory.Find<GrantRow>(v.version_id);
    if (!grant) co_return std::unexpected(std::move(grant.error()));
    // A deploy that landed in between took it out; the next question sees the new row.
    if (!*grant) continue;
    RouteVersion version{std::move((*grant)->row.grant), {}};
    for (const auto& [name, id] : row.aliases) {
      if (id == v.version_id) version.aliases.push_back(name);
    }
    reply.versions.push_back(std::move(version));
  }
  reply.project_id = row.project_id;
  reply.public_logs = (*project)->row.public_logs;
  reply.route_sequence = row.sequence;
  reply.epoch = (*project)->row.epoch;
  reply.project_key = ProjectKey((*project)->row);
  co_return Status();
}

}  // namespace nsl::account
