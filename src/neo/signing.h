// SPDX-License-Identifier: Apache-2.0
//
// Signatures and witnesses of transactions by standard accounts.
//
// What a key signs is the magic number of the network in 4 bytes, lowest first, and the 32 bytes of
// the transaction's id as the hash gives them (people see them reversed). A witness answers a
// verification script with as many signatures as it asks for, in the order of its keys.
//
// Guarantee: a witness that comes out of here satisfies VerifyWitness; VerifyWitness accepts what a
// chain accepts from a standard account and nothing else. Thread-safe. Pure.
#pragma once

#include <span>

#include "neo/verification_script.h"
#include "neo/witness.h"

namespace nsl::neo {

inline constexpr size_t kSignDataBytes = 36;
using SignData = ByteArray<kSignDataBytes>;

// `id` in the order of the hash.
SignData TransactionSignData(uint32_t magic, const Hash256& id);

// platform.integrity when the new signature did not verify.
Result<Signature> SignTransaction(const crypto::P256PrivateKey& key, uint32_t magic,
                                  const Hash256& id);

Result<Witness> SingleKeyWitness(const crypto::P256PrivateKey& key, uint32_t magic,
                                 const Hash256& id);

// A signature and the key that is said to have made it.
struct KeySignature {
  PublicKey key;
  Signature signature;
};

// From signatures that came in any order, for a single-key or multi-signature account. When more
// are given than the account asks for, those of its first keys are used. chain.invalid when one
// does not verify, a key is none of the account's or named twice, or when there are too few.
Result<Witness> AssembleWitness(ByteView verification, std::span<const KeySignature> signatures,
                                uint32_t magic, const Hash256& id);

// chain.invalid unless the witness is the account's and its signatures are good.
Status VerifyWitness(const Witness& witness, const ScriptHash& account, uint32_t magic,
                     const Hash256& id);

}  // namespace nsl::neo
