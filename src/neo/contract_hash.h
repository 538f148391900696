// SPDX-License-Identifier: Apache-2.0
//
// The hash a contract gets when it is deployed, and the native contracts every N3 chain has.
//
// Guarantee: the hash follows from the deployer, the checksum of the NEF and the name alone, so it
// is known before the transaction is sent. Pure.
#pragma once

#include <span>
#include <string_view>

#include "neo/script_hash.h"

namespace nsl::neo {

// `deployer` is the sender of the transaction that deploys.
ScriptHash ContractHash(const ScriptHash& deployer, uint32_t nef_checksum, std::string_view name);

struct NativeContract {
  int32_t id;
  std::string_view name;
  ScriptHash hash;
};

// By falling id, ContractManagement (-1) first. The last ones came with later hard forks.
std::span<const NativeContract> NativeContracts();
// Nothing for another name or hash.
const NativeContract* FindNative(std::string_view name);
const NativeContract* FindNative(const ScriptHash& hash);

}  // namespace nsl::neo
