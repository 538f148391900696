// SPDX-License-Identifier: Apache-2.0
#include "neo/signing.h"

#include <algorithm>

namespace nsl::neo {
namespace {

Status CheckSignatures(const VerificationScript& script, std::span<const Signature> signatures,
                       ByteView data) {
  if (signatures.size() != script.signatures()) {
    return Fail(Reason::kChainInvalid, "the witness has " + std::to_string(signatures.size()) +
                                           " signatures, the account asks for " +
                                           std::to_string(script.signatures()));
  }
  // As the chain does it: each signature is tried on the keys behind that of the one before.
  size_t next = 0;
  for (size_t i = 0; i < signatures.size(); ++i) {
    while (next < script.keys.size() && !script.keys[next].ecdsa().Verify(data, signatures[i])) {
      ++next;
    }
    if (next == script.keys.size()) {
      return Fail(Reason::kChainInvalid,
                  "signature " + std::to_string(i + 1) +
                      " of the witness is of none of the account's keys, does not follow their "
                      "order or is for another transaction or network");
    }
    ++next;
  }
  return {};
}

// The place of the signature's key among those of the account, when the signature is good.
Result<size_t> Place(const VerificationScript& script, const KeySignature& given, ByteView data) {
  auto key = std::ranges::find(script.keys, given.key);
  if (key == script.keys.end()) {
    return Fail(Reason::kChainInvalid,
                "the public key " + given.key.ToText() + " is none of the account's");
  }
  if (!given.key.ecdsa().Verify(data, given.signature)) {
    return Fail(Reason::kChainInvalid, "the signature by the public key " + given.key.ToText() +
                                           " is not for this transaction and network");
  }
  return static_cast<size_t>(key - script.keys.begin());
}

}  // namespace

SignData TransactionSignData(uint32_t magic, const Hash256& id) {
  SignData out;
  for (size_t i = 0; i < 4; ++i) out[i] = static_cast<uint8_t>(magic >> (8 * i));
  std::ranges::copy(id, out.begin() + 4);
  return out;
}

Result<Signature> SignTransaction(const crypto::P256PrivateKey& key, uint32_t magic,
                                  const Hash256& id) {
  NSL_TRY(Bytes raw, key.Sign(TransactionSignData(magic, id)));
  auto signature = ToArray<kSignatureBytes>(raw);
  NSL_CHECK(signature.has_value());
  return *signature;
}

Result<Witness> SingleKeyWitness(const crypto::P256PrivateKey& key, uint32_t magic,
                                 const Hash256& id) {
  NSL_TRY(Signature signature, SignTransaction(key, magic, id));
  return Witness{.invocation = InvocationScript({&signature, 1}),
                 .verification = SingleKeyScript(PublicKey(key.PublicKey()))};
}

Result<Witness> AssembleWitness(ByteView verification, std::span<const KeySignature> signatures,
                                uint32_t magic, const Hash256& id) {
  NSL_TRY(VerificationScript script, ParseVerificationScript(verification));
  SignData data = TransactionSignData(magic, id);
  std::vector<const Signature*> by_key(script.keys.size());
  for (const KeySignature& given : signatures) {
    NSL_TRY(size_t place, Place(script, given, data));
    if (by_key[place] != nullptr) {
      return Fail(Reason::kChainInvalid,
                  "there are two signatures by the public key " + given.key.ToText());
    }
    by_key[place] = &given.signature;
  }
  std::vector<Signature> used;
  for (const Signature* signature : by_key) {
    if (signature != nullptr && used.size() < script.signatures()) used.push_back(*signature);
  }
  if (used.size() < script.signatures()) {
    return Fail(Reason::kChainInvalid, "the account asks for " +
                                           std::to_string(script.signatures()) +
                                           " signatures, there are " + std::to_string(used.size()));
  }
  if (used.size() > kMaxSignatures) {
    return Fail(Reason::kChainInvalid,
                "a witness has room for 15 signatures, the account asks "
                "for " +
                    std::to_string(used.size()));
  }
  return Witness{.invocation = InvocationScript(used), .verification = ToBytes(verification)};
}

Status VerifyWitness(const Witness& witness, const ScriptHash& account, uint32_t magic,
                     const Hash256& id) {
  if (ScriptHash hash = HashOfScript(witness.verification); hash != account) {
    return Fail(Reason::kChainInvalid, "the witness is of the account " + ToAddress(hash) +
                                           ", not of " + ToAddress(account));
  }
  NSL_TRY(VerificationScript script, ParseVerificationScript(witness.verification));
  NSL_TRY(std::vector<Signature> signatures, ParseInvocationScript(witness.invocation));
  return CheckSignatures(script, signatures, TransactionSignData(magic, id));
}

}  // namespace nsl::neo
