// SPDX-License-Identifier: Apache-2.0
//
// What the account room keeps in the sealed store: one struct and one table per kind. Names of
// members are part of the stored form.
#pragma once

#include <boost/describe.hpp>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "account/api.h"

namespace nsl::account {

// Key: HMAC of the normalised address, so that the host's table holds no addresses.
struct EmailRow {
  static constexpr std::string_view kTable = "email";
  std::string account_id;
};
BOOST_DESCRIBE_STRUCT(EmailRow, (), (account_id))

// Key: account id.
struct AccountRow {
  static constexpr std::string_view kTable = "account";
  std::string id;
  std::string email;
  Bytes salt;
  Bytes password_hash;
  int64_t created_ms = 0;
  bool active = true;
  std::vector<std::string> projects;
};
BOOST_DESCRIBE_STRUCT(AccountRow, (),
                      (id, email, salt, password_hash, created_ms, active, projects))

// Key: account id, "/", login id.
struct LoginRow {
  static constexpr std::string_view kTable = "login";
  std::string id;
  std::string account_id;
  // Refresh token g of this login is HMAC(secret, g): any older one is recognised.
  Bytes secret;
  uint64_t generation = 0;
  int64_t created_ms = 0;
  int64_t used_ms = 0;
  // P-256, compressed; came inside the sealed login. Empty: this login signs nothing.
  Bytes session_key;
  static constexpr std::string_view kDefaulted[] = {"session_key"};
};
BOOST_DESCRIBE_STRUCT(LoginRow, (),
                      (id, account_id, secret, generation, created_ms, used_ms, session_key))

// Key: project id.
struct ProjectRow {
  static constexpr std::string_view kTable = "project";
  std::string id;
  std::string name;
  std::string network;
  bool public_logs = false;
  int64_t created_ms = 0;
  int64_t revision = 1;
  uint64_t epoch = 1;
  // Random; the key that the runner gets is derived from it.
  Bytes secret;
  // Account id to role.
  std::map<std::string, std::string> members;
  std::vector<std::string> key_ids;
  uint32_t functions = 0;
};
BOOST_DESCRIBE_STRUCT(ProjectRow, (),
                      (id, name, network, public_logs, created_ms, revision, epoch, secret, members,
                       key_ids, functions))

// Key: key id.
struct KeyRow {
  static constexpr std::string_view kTable = "apikey";
  std::string id;
  std::string project_id;
  std::string account_id;
  std::string name;
  std::vector<std::string> scopes;
  int64_t created_ms = 0;
  std::optional<int64_t> expires_ms;
  Bytes secret_hash;
};
BOOST_DESCRIBE_STRUCT(KeyRow, (),
                      (id, project_id, account_id, name, scopes, created_ms, expires_ms,
                       secret_hash))

struct VersionEntry {
  std::string version_id;
  Bytes code_hash;
  std::string toolchain;
  std::string release;
};
BOOST_DESCRIBE_STRUCT(VersionEntry, (), (version_id, code_hash, toolchain, release))

// Key: function id. The binding to a project is made at the first grant.
struct FunctionRow {
  static constexpr std::string_view kTable = "function";
  std::string id;
  std::string project_id;
  uint64_t sequence = 0;
  std::map<std::string, std::string> aliases;
  // Oldest first.
  std::vector<VersionEntry> versions;
};
BOOST_DESCRIBE_STRUCT(FunctionRow, (), (id, project_id, sequence, aliases, versions))

// Key: version id.
struct GrantRow {
  static constexpr std::string_view kTable = "grant";
  std::string function_id;
  SignedGrant grant;
};
BOOST_DESCRIBE_STRUCT(GrantRow, (), (function_id, grant))

}  // namespace nsl::account
