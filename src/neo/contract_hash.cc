// SPDX-License-Identifier: Apache-2.0
#include "neo/contract_hash.h"

#include <algorithm>
#include <vector>

#include "neo/script_builder.h"

namespace nsl::neo {

ScriptHash ContractHash(const ScriptHash& deployer, uint32_t nef_checksum, std::string_view name) {
  ScriptBuilder b;
  b.Op(Opcode::kABORT).PushData(deployer.bytes).PushInteger(int64_t{nef_checksum}).PushText(name);
  return HashOfScript(b.view());
}

std::span<const NativeContract> NativeContracts() {
  static const std::vector<NativeContract> all = [] {
    std::vector<NativeContract> out;
    int32_t id = 0;
    for (std::string_view name :
         {"ContractManagement", "StdLib", "CryptoLib", "LedgerContract", "NeoToken", "GasToken",
          "PolicyContract", "RoleManagement", "OracleContract", "Notary", "Treasury"}) {
      out.push_back({--id, name, ContractHash({}, 0, name)});
    }
    return out;
  }();
  return all;
}

const NativeContract* FindNative(std::string_view name) {
  auto all = NativeContracts();
  auto found = std::ranges::find(all, name, &NativeContract::name);
  return found == all.end() ? nullptr : &*found;
}

const NativeContract* FindNative(const ScriptHash& hash) {
  auto all = NativeContracts();
  auto found = std::ranges::find(all, hash, &NativeContract::hash);
  return found == all.end() ? nullptr : &*found;
}

}  // namespace nsl::neo
