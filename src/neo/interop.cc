// SPDX-License-Identifier: Apache-2.0
#include "neo/interop.h"

#include <algorithm>
#include <map>

#include "crypto/hash.h"

namespace nsl::neo {
namespace {

constexpr std::string_view kNames[] = {
    "System.Contract.Call",
    "System.Contract.CallNative",
    "System.Contract.CreateMultisigAccount",
    "System.Contract.CreateStandardAccount",
    "System.Contract.GetCallFlags",
    "System.Contract.NativeOnPersist",
    "System.Contract.NativePostPersist",
    "System.Crypto.CheckMultisig",
    "System.Crypto.CheckSig",
    "System.Iterator.Next",
    "System.Iterator.Value",
    "System.Runtime.BurnGas",
    "System.Runtime.CheckWitness",
    "System.Runtime.CurrentSigners",
    "System.Runtime.GasLeft",
    "System.Runtime.GetAddressVersion",
    "System.Runtime.GetCallingScriptHash",
    "System.Runtime.GetEntryScriptHash",
    "System.Runtime.GetExecutingScriptHash",
    "System.Runtime.GetInvocationCounter",
    "System.Runtime.GetNetwork",
    "System.Runtime.GetNotifications",
    "System.Runtime.GetRandom",
    "System.Runtime.GetScriptContainer",
    "System.Runtime.GetTime",
    "System.Runtime.GetTrigger",
    "System.Runtime.LoadScript",
    "System.Runtime.Log",
    "System.Runtime.Notify",
    "System.Runtime.Platform",
    "System.Storage.AsReadOnly",
    "System.Storage.Delete",
    "System.Storage.Find",
    "System.Storage.Get",
    "System.Storage.GetContext",
    "System.Storage.GetReadOnlyContext",
    "System.Storage.Local.Delete",
    "System.Storage.Local.Find",
    "System.Storage.Local.Get",
    "System.Storage.Local.Put",
    "System.Storage.Put",
};

}  // namespace

InteropId InteropIdOf(std::string_view name) {
  ByteArray<32> digest = crypto::Sha256(AsBytes(name));
  InteropId id;
  std::copy_n(digest.begin(), id.size(), id.begin());
  return id;
}

std::span<const std::string_view> InteropNames() { return kNames; }

std::optional<std::string_view> InteropNameOf(const InteropId& id) {
  static const std::map<InteropId, std::string_view> names = [] {
    std::map<InteropId, std::string_view> out;
    for (std::string_view name : kNames) out.emplace(InteropIdOf(name), name);
    return out;
  }();
  auto found = names.find(id);
  if (found == names.end()) return std::nullopt;
  return found->second;
}

}  // namespace nsl::neo
