// SPDX-License-Identifier: Apache-2.0
//
// How a project row begins, for registration and for projects.create alike.
#pragma once

#include <string>

#include "account/context.h"

namespace nsl::account {

inline constexpr size_t kProjectSecretBytes = 32;

inline ProjectRow NewProject(Shared& shared, const std::string& owner, std::string name,
                             std::string network) {
  ProjectRow project;
  project.id = shared.ids.Make(kProjectId);
  project.name = std::move(name);
  project.network = std::move(network);
  project.created_ms = shared.env.clock.NowMs();
  project.secret = shared.env.random.Draw(kProjectSecretBytes);
  project.members[owner] = TextOf(Role::kOwner);
  return project;
}

}  // namespace nsl::account
