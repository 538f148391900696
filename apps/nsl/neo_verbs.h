// SPDX-License-Identifier: Apache-2.0
//
// The groups of `nsl neo`, each declared in the file that implements it.
#pragma once

#include "cli.h"

namespace nsl::cli {

void AddNeoKeyVerbs(CLI::App& neo, Cli& cli);
void AddNeoNep2Verbs(CLI::App& neo, Cli& cli);
// To the group "tx": hash, sign, verify.
void AddNeoTxVerbs(CLI::App& tx, Cli& cli);
void AddNeoMultisigVerbs(CLI::App& neo, Cli& cli);
void AddNeoMessageVerbs(CLI::App& neo, Cli& cli);
void AddNeoProofVerbs(CLI::App& neo, Cli& cli);

}  // namespace nsl::cli
