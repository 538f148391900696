// SPDX-License-Identifier: Apache-2.0
//
// What the parts of the account room share. Borrowed; the service owns it.
#pragma once

#include <string>

#include "account/authority.h"
#include "account/directory.h"
#include "account/runner_links.h"
#include "base/env.h"
#include "base/ids.h"
#include "crypto/ecdsa.h"

namespace nsl::account {

struct Shared {
  Env env;
  Directory& directory;
  Authority& authority;
  RunnerLinks& runners;
  const crypto::P256PrivateKey& signing_key;
  IdMaker& ids;
  // Network of an account's first project.
  std::string network;
};

inline constexpr size_t kMaxProjectsPerAccount = 20;
inline constexpr size_t kMaxKeysPerProject = 50;
inline constexpr size_t kMaxLoginsPerAccount = 50;
inline constexpr uint32_t kMaxFunctionsPerProject = 200;
// Versions that no alias names; the oldest go first.
inline constexpr size_t kMaxUnaliasedVersions = 50;
inline constexpr size_t kMaxAliases = 20;
// Of leases and of the host's cache.
inline constexpr uint32_t kLeaseMs = 5'000;

}  // namespace nsl::account
