// SPDX-License-Identifier: Apache-2.0
#include "neo/token_script.h"

#include <string>
#include <vector>

#include "neo/script_builder.h"

namespace nsl::neo {
namespace {

using P = ContractParameter;

Status CheckId(ByteView id) {
  if (!id.empty() && id.size() <= kMaxTokenIdBytes) return {};
  return Fail(Reason::kChainInvalid, "token id: it has 1 to " + std::to_string(kMaxTokenIdBytes) +
                                         " bytes, not " + std::to_string(id.size()));
}

Result<Bytes> Asserted(const ScriptHash& token, std::span<const P> arguments) {
  ScriptBuilder b;
  return b.Call(token, "transfer", arguments).Assert().Take();
}

}  // namespace

Result<Bytes> Nep17TransferScript(std::span<const Nep17Transfer> transfers) {
  if (transfers.empty()) return Fail(Reason::kChainInvalid, "transfer: there is none");
  ScriptBuilder b;
  for (size_t i = 0; i < transfers.size(); ++i) {
    const Nep17Transfer& t = transfers[i];
    if (t.amount.negative()) {
      return Fail(Reason::kChainInvalid,
                  "transfer " + std::to_string(i) + ": the amount is negative");
    }
    std::vector<P> arguments = {P::Of(t.from), P::Of(t.to), P::Of(t.amount), t.data};
    b.Call(t.token, "transfer", arguments).Assert();
    if (b.size() > kMaxScriptBytes) break;
  }
  return b.Take();
}

Result<Bytes> Nep11TransferScript(const ScriptHash& token, const ScriptHash& to, ByteView id,
                                  const ContractParameter& data) {
  NSL_TRY_VOID(CheckId(id));
  std::vector<P> arguments = {P::Of(to), P::Of(ToBytes(id)), data};
  return Asserted(token, arguments);
}

Result<Bytes> Nep11PartTransferScript(const Nep17Transfer& t, ByteView id) {
  NSL_TRY_VOID(CheckId(id));
  if (t.amount.negative()) return Fail(Reason::kChainInvalid, "transfer: the amount is negative");
  std::vector<P> arguments = {P::Of(t.from), P::Of(t.to), P::Of(t.amount), P::Of(ToBytes(id)),
                              t.data};
  return Asserted(t.token, arguments);
}

}  // namespace nsl::neo
