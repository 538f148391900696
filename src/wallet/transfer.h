// SPDX-License-Identifier: Apache-2.0
//
// A transfer from intent to transaction: script, judgement of what nodes say, fees. Pure.
//
// Guarantee: the script comes from the intent alone; what nodes say decides only fees and the last
// valid block, within the bounds of the intent. Whatever is out of bounds is an error, and nothing
// was signed.
#pragma once

#include "neo/public_key.h"
#include "neo/transaction.h"
#include "wallet/intent.h"

namespace nsl::wallet {

struct Sender {
  neo::ScriptHash account;
  // The verification script of the account.
  Bytes verification;
};
Sender SenderOf(const neo::PublicKey& key);

Result<Bytes> TransferScript(const Sender& sender, const CheckedIntent& intent);

// chain.network, chain.unavailable, funds.gas, funds.token, chain.simulation, wallet.policy,
// wallet.invalid; each with what was said and what is the limit.
Result<neo::Transaction> BuildTransfer(const Sender& sender, const CheckedIntent& intent,
                                       ByteView script, const SimulateReply& facts, uint32_t magic,
                                       uint32_t nonce);

// With an empty answer in place of the signature, as calculatenetworkfee takes it.
Result<Bytes> UnsignedForm(const Sender& sender, neo::Transaction tx);
// The fees that the finished transaction pays must be within the ceiling and the balance.
Status CheckFees(const CheckedIntent& intent, const neo::Transaction& tx,
                 const SimulateReply& facts);

}  // namespace nsl::wallet
