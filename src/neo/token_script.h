// SPDX-License-Identifier: Apache-2.0
//
// Scripts that move tokens (NEP-17, NEP-11). `transfer` reports a refusal by its result alone, so
// each call is followed by ASSERT: the transaction faults when a transfer did not happen, and
// several transfers in one script happen together or not at all. Pure.
#pragma once

#include <span>

#include "neo/contract_parameter.h"
#include "neo/integer.h"
#include "neo/script_hash.h"

namespace nsl::neo {

// Of the id of a NEP-11 token, which is part of a storage key.
inline constexpr size_t kMaxTokenIdBytes = 64;

struct Nep17Transfer {
  ScriptHash token;
  ScriptHash from;
  ScriptHash to;
  // In the smallest unit; not negative.
  Integer amount;
  // Handed to onNEP17Payment of a receiving contract.
  ContractParameter data;
};

// At least one; chain.invalid with the number of the transfer that is wrong.
Result<Bytes> Nep17TransferScript(std::span<const Nep17Transfer> transfers);

// A token that cannot be divided, from whoever owns it.
Result<Bytes> Nep11TransferScript(const ScriptHash& token, const ScriptHash& to, ByteView id,
                                  const ContractParameter& data = {});
// A part of one that can.
Result<Bytes> Nep11PartTransferScript(const Nep17Transfer& transfer, ByteView id);

}  // namespace nsl::neo
