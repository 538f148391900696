// SPDX-License-Identifier: Apache-2.0
//
// The pure rules of grants: what a build record must look like, what an alias may name, which
// versions are kept.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "account/client/signed_forms.h"
#include "account/rows.h"
#include "base/result.h"

namespace nsl::account {

inline constexpr std::string_view kProdAlias = "prod";
inline constexpr size_t kMaxBuildRecord = 64u << 10;

Status CheckRecord(const BuildRecord& record);
// grant.invalid unless the record is of the function, project and code that were signed for.
Status CheckSignedFor(const SignedDeploy& deploy, const BuildRecord& record);
// The version that was built from the same code by the same toolchain and release; null if none.
const VersionEntry* FindSame(const FunctionRow& row, const BuildRecord& record);
// not_found for a version of another function.
Status ApplyAlias(FunctionRow& row, const SetAliasRequest& request);
// Takes out the oldest versions that no alias names, above the limit; their ids.
std::vector<std::string> TakeSurplusVersions(FunctionRow& row);

}  // namespace nsl::account
