// SPDX-License-Identifier: Apache-2.0
//
// From intent to transaction: judgement of what nodes say, signer, fees. Pure.
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

// chain.network, chain.unavailable, funds.gas, funds.token, chain.simulation, wallet.policy,
// wallet.invalid; each with what was said and what is the limit.
Result<neo::Transaction> BuildTransaction(const Sender& sender, const CheckedIntent& intent,
                                          ByteView script, const SimulateReply& facts,
                                          uint32_t magic, uint32_t nonce);

// The transaction that does nothing and conflicts with `victim`, whose last valid block it shares.
struct Cancellation {
  neo::Transaction tx;
  // What a node must at least be paid for it; tx pays more than the victim, too.
  int64_t needed_fee = 0;
};
// Its script.
Bytes NoEffect();
// As BuildTransaction; wallet.transaction_ended when the next block is past the victim's last one.
Result<Cancellation> BuildCancellation(const Sender& sender, const SignedTransaction& victim,
                                       const SimulateReply& facts, uint32_t magic, uint32_t nonce);

// With an empty answer in place of the signature, as calculatenetworkfee takes it.
Result<Bytes> UnsignedForm(const Sender& sender, neo::Transaction tx);
// The fees that the finished transaction pays must be within the ceiling. Whether the balance is
// enough depends on what else is on its way: spend_book.h.
Status CheckFees(const CheckedIntent& intent, const neo::Transaction& tx,
                 const SimulateReply& facts);

}  // namespace nsl::wallet
