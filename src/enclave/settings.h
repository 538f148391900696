// SPDX-License-Identifier: Apache-2.0
//
// The trusted settings of an installation: the one file that both enclave programs are given, and
// whose hash stands in PCR16 and in every attestation document, so that a host which changes a
// setting changes what clients see. Anything that is not in this file is a hint of the host.
#pragma once

#include <boost/describe.hpp>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace nsl::enclave {

struct TrustedSettings {
  // Part of the associated data of every sealed record, for example "dev".
  std::string environment;
  // Network of the first project of an account, for example "private".
  std::string network;
  uint32_t magic = 0;
  // Expected uid of each program on this machine; -1 = do not check.
  int64_t host_uid = -1;
  int64_t vault_uid = -1;
  int64_t runner_uid = -1;
  // PCR0 of the peer programs that a release program accepts. Empty: none is accepted; a -dev
  // program accepts any program that its simulated root vouches for.
  std::vector<Bytes> vault_pcr0;
  std::vector<Bytes> runner_pcr0;
  static constexpr std::string_view kDefaulted[] = {"host_uid", "vault_uid", "runner_uid",
                                                    "vault_pcr0", "runner_pcr0"};
};
BOOST_DESCRIBE_STRUCT(TrustedSettings, (),
                      (environment, network, magic, host_uid, vault_uid, runner_uid, vault_pcr0,
                       runner_pcr0))

// platform.config for a missing, oversized (64 KiB) or malformed file; names the file and the
// field.
Result<TrustedSettings> ReadSettings(const std::string& path);
// Replaces the file atomically, mode 0640.
Status WriteSettings(const std::string& path, const TrustedSettings& settings);
// SHA-256 of the deterministic CBOR: the config_hash of AttestedKeys.
Hash256 SettingsHash(const TrustedSettings& settings);

}  // namespace nsl::enclave
