// SPDX-License-Identifier: Apache-2.0
#include "account/grant_rules.h"

#include <algorithm>

#include "account/context.h"
#include "account/grants.h"

namespace nsl::account {
namespace {

constexpr size_t kMaxArtefacts = 16;
constexpr size_t kHashBytes = 32;

bool IsAliasName(std::string_view name) {
  return !name.empty() && name.size() <= 32 && name.front() >= 'a' && name.front() <= 'z' &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
         });
}

bool IsAliased(const FunctionRow& row, const std::string& version_id) {
  return std::any_of(row.aliases.begin(), row.aliases.end(),
                     [&](const auto& alias) { return alias.second == version_id; });
}

}  // namespace

Status CheckRecord(const BuildRecord& record) {
  bool good =
      record.tag == kBuildTag && IsId(kProjectId, record.project_id) &&
      IsId(kFunctionId, record.function_id) && record.code_hash.size() == kHashBytes &&
      !record.artefacts.empty() && record.artefacts.size() <= kMaxArtefacts &&
      (record.access == "owner" || record.access == "members" || record.access == "public") &&
      std::all_of(record.artefacts.begin(), record.artefacts.end(), [](const auto& a) {
        return a.second.size() == kHashBytes && !a.first.empty() && a.first.size() <= 256;
      });
  if (good) return {};
  return Fail(Reason::kGrantInvalid, "the build record is not complete");
}

const VersionEntry* FindSame(const FunctionRow& row, const BuildRecord& record) {
  auto it = std::find_if(row.versions.begin(), row.versions.end(), [&](const VersionEntry& v) {
    return v.code_hash == record.code_hash && v.toolchain == record.toolchain &&
           v.release == record.release;
  });
  return it == row.versions.end() ? nullptr : &*it;
}

Status CheckSignedFor(const SignedDeploy& deploy, const BuildRecord& record) {
  if (deploy.function == record.function_id && deploy.project == record.project_id &&
      deploy.code_hash == "0x" + ToHex(record.code_hash)) {
    return {};
  }
  return Fail(Reason::kGrantInvalid,
              "the build is of another function, project or code than was signed for");
}

Status ApplyAlias(FunctionRow& row, const SetAliasRequest& request) {
  if (!IsAliasName(request.name) || request.name.starts_with("ver_")) {
    return Fail(Error(Reason::kRequestInvalid, "the alias is not valid")
                    .WithField("/name", "1 to 32 characters of a-z 0-9 - _, first a letter"));
  }
  bool known = std::any_of(row.versions.begin(), row.versions.end(), [&](const VersionEntry& v) {
    return v.version_id == request.version_id;
  });
  if (!known) return Fail(Reason::kNotFound, "no such version of this function");
  if (!row.aliases.contains(request.name) && row.aliases.size() >= kMaxAliases) {
    return Fail(Reason::kQuotaItems, "a function has at most 20 aliases");
  }
  row.aliases[request.name] = request.version_id;
  ++row.sequence;
  return {};
}

std::vector<std::string> TakeSurplusVersions(FunctionRow& row) {
  std::vector<std::string> out;
  auto unaliased = static_cast<size_t>(
      std::count_if(row.versions.begin(), row.versions.end(),
                    [&](const VersionEntry& v) { return !IsAliased(row, v.version_id); }));
  std::erase_if(row.versions, [&](const VersionEntry& v) {
    if (unaliased <= kMaxUnaliasedVersions || IsAliased(row, v.version_id)) return false;
    --unaliased;
    out.push_back(v.version_id);
    return true;
  });
  return out;
}

}  // namespace nsl::account
