// SPDX-License-Identifier: Apache-2.0
//
// A private Neo N3 chain of one neo-go consensus node.
//
// The wallet holds the public test key of neo-go's own single-node network: its 1-of-1 multisig
// NfgHwwTi3wHAS8aFAN243C5vGbkYDpqLHP owns the funds of the genesis block. Never for a public
// network.
#pragma once

#include <string>

#include "../cli_error.h"
#include "crypto/ecdsa.h"

namespace nsl::cli {

inline constexpr uint32_t kPrivateMagic = 42;
inline constexpr const char* kGenesisAddress = "NfgHwwTi3wHAS8aFAN243C5vGbkYDpqLHP";

struct ChainOptions {
  // The chain survives a restart.
  bool persistent = true;
  // Between two blocks; of a new chain.
  uint32_t block_ms = 100;
};

// Writes protocol.yml and the wallet into `folder`.
CliStatus WriteChainConfig(const std::string& folder, uint16_t rpc_port,
                           const ChainOptions& options);
// The public test key, from the wallet file above.
CliResult<crypto::P256PrivateKey> GenesisKey();
// True when the node answers with the private magic.
bool ChainAnswers(uint16_t rpc_port);

}  // namespace nsl::cli
