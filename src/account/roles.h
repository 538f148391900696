// SPDX-License-Identifier: Apache-2.0
//
// Roles and what each may do: one constexpr table. Decided on stored data at each check, never on
// what a token says.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nsl::account {

enum class Role : uint8_t { kViewer, kOperator, kDeveloper, kAdmin, kOwner };

struct ScopeRow {
  std::string_view scope;
  // The lowest role that has it; higher roles have it too.
  Role from;
};

inline constexpr std::array kScopes = {
    ScopeRow{"project:read", Role::kViewer},      ScopeRow{"functions:read", Role::kViewer},
    ScopeRow{"runs:read", Role::kViewer},         ScopeRow{"kv:read", Role::kViewer},
    ScopeRow{"usage:read", Role::kViewer},        ScopeRow{"triggers:read", Role::kViewer},
    ScopeRow{"wallets:read", Role::kViewer},      ScopeRow{"secrets:read", Role::kViewer},
    ScopeRow{"keys:read", Role::kViewer},         ScopeRow{"members:read", Role::kViewer},
    ScopeRow{"chain:read", Role::kViewer},        ScopeRow{"functions:invoke", Role::kOperator},
    ScopeRow{"runs:write", Role::kOperator},      ScopeRow{"triggers:operate", Role::kOperator},
    ScopeRow{"alerts:write", Role::kOperator},    ScopeRow{"functions:write", Role::kDeveloper},
    ScopeRow{"kv:write", Role::kDeveloper},       ScopeRow{"secrets:write", Role::kDeveloper},
    ScopeRow{"triggers:write", Role::kDeveloper}, ScopeRow{"feeds:write", Role::kDeveloper},
    ScopeRow{"wallets:write", Role::kDeveloper},  ScopeRow{"wallets:send", Role::kDeveloper},
    ScopeRow{"keys:write", Role::kAdmin},         ScopeRow{"members:write", Role::kAdmin},
    ScopeRow{"policies:write", Role::kAdmin},     ScopeRow{"project:write", Role::kAdmin},
    ScopeRow{"project:delete", Role::kOwner},     ScopeRow{"owners:write", Role::kOwner},
    ScopeRow{"wallets:export", Role::kOwner},     ScopeRow{"balance:withdraw", Role::kOwner},
};

// An API key can carry the scopes of a developer at most.
inline constexpr Role kKeyCeiling = Role::kDeveloper;

constexpr std::optional<Role> LowestRole(std::string_view scope) {
  for (const ScopeRow& row : kScopes) {
    if (row.scope == scope) return row.from;
  }
  return std::nullopt;
}
constexpr bool RoleHas(Role role, std::string_view scope) {
  auto from = LowestRole(scope);
  return from && role >= *from;
}

constexpr std::string_view TextOf(Role role) {
  constexpr std::array<std::string_view, 5> kNames = {"viewer", "operator", "developer", "admin",
                                                      "owner"};
  return kNames[static_cast<size_t>(role)];
}
constexpr std::optional<Role> RoleFromText(std::string_view text) {
  for (uint8_t i = 0; i < 5; ++i) {
    if (TextOf(static_cast<Role>(i)) == text) return static_cast<Role>(i);
  }
  return std::nullopt;
}
inline std::vector<std::string> ScopesOf(Role role) {
  std::vector<std::string> out;
  for (const ScopeRow& row : kScopes) {
    if (role >= row.from) out.emplace_back(row.scope);
  }
  return out;
}

}  // namespace nsl::account
