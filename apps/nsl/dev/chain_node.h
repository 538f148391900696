// SPDX-License-Identifier: Apache-2.0
//
// A private Neo N3 chain of one neo-go consensus node with 100 ms blocks.
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

// Writes protocol.yml and the wallet into `folder`. `persistent`: the chain survives a restart.
CliStatus WriteChainConfig(const std::string& folder, uint16_t rpc_port, bool persistent);
// The public test key, from the wallet file above.
CliResult<crypto::P256PrivateKey> GenesisKey();
// True when the node answers with the private magic.
bool ChainAnswers(uint16_t rpc_port);

}  // namespace nsl::cli
