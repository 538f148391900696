// SPDX-License-Identifier: Apache-2.0
//
// The profile: which system this command line talks to, the root it trusts, its tokens and the
// session key of its login.
//
// $NSL_HOME/config.json or ~/.config/nsl/config.json, mode 0600, replaced atomically. A file that
// others can read is refused: it holds tokens. NSL_API and NSL_TOKEN override it without changing
// it. One thread; two processes are kept apart by ProfileLock.
#pragma once

#include <boost/describe.hpp>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "cli_error.h"

namespace nsl::cli {

struct Profile {
  // http://host:port or https://…, no slash at the end.
  std::string api;
  // DER of the attestation root of that system, with its SHA-256 for people; empty: nothing pinned.
  Bytes root_der;
  std::string root_sha256;
  // RPC address of the private chain of `nsl dev`, for `nsl wallet fund`; empty for other systems.
  std::string chain;
  // True for the root of a simulated security module.
  bool simulated = false;
  std::string name_space;
  std::string email;
  std::string account_id;
  // Used by verbs that need a project when --project is not given.
  std::string project;
  std::string access_token;
  // Unix milliseconds.
  int64_t access_expires_ms = 0;
  std::string refresh_token;
  // The session key that signs changes: P-256 scalar, made by this program at login, never sent.
  Bytes session_key;
  // What the vault said that signatures are made for.
  std::string session_key_id;
  std::string audience;
  uint32_t magic = 0;
  static constexpr std::string_view kDefaulted[] = {
      "api",          "root_der",          "root_sha256",
      "chain",        "simulated",         "name_space",
      "email",        "account_id",        "project",
      "access_token", "access_expires_ms", "refresh_token",
      "session_key",  "session_key_id",    "audience",
      "magic"};
};
BOOST_DESCRIBE_STRUCT(Profile, (),
                      (api, root_der, root_sha256, chain, simulated, name_space, email, account_id,
                       project, access_token, access_expires_ms, refresh_token, session_key,
                       session_key_id, audience, magic))

// The folder of the profile: $NSL_HOME, $XDG_CONFIG_HOME/nsl or ~/.config/nsl.
std::string ProfileFolder();
std::string ProfilePath();
// An absent file gives an empty profile. cli.config names what is wrong with the file.
CliResult<Profile> LoadProfile();
CliStatus SaveProfile(const Profile& profile);
// Forgets the login, keeps system and root.
void ForgetLogin(Profile& profile);

// Held while tokens are rotated: a refresh token that is used twice ends its login.
class ProfileLock {
 public:
  static CliResult<ProfileLock> Take();
  ProfileLock(ProfileLock&& other) noexcept;
  ProfileLock& operator=(ProfileLock&&) = delete;
  ~ProfileLock();

 private:
  explicit ProfileLock(int fd) : fd_(fd) {}
  int fd_;
};

// Writes a file through a temporary one beside it, then renames. cli.file on failure.
CliStatus WriteFileAtomic(const std::string& path, std::string_view content, unsigned mode);
// cli.file when it cannot be read or is larger than `limit`.
CliResult<std::string> ReadFileLimited(const std::string& path, size_t limit);

}  // namespace nsl::cli
