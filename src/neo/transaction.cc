// SPDX-License-Identifier: Apache-2.0
#include "neo/transaction.h"

#include <algorithm>
#include <limits>

#include "crypto/hash.h"
#include "neo/script_builder.h"

namespace nsl::neo {
namespace {

void ReadFees(Reader& r, Transaction& tx) {
  size_t start = r.offset();
  tx.system_fee = r.I64("transaction system fee");
  if (tx.system_fee < 0) r.Refuse("transaction system fee", "it is negative", start);
  start = r.offset();
  tx.network_fee = r.I64("transaction network fee");
  if (tx.network_fee < 0) r.Refuse("transaction network fee", "it is negative", start);
  if (r.ok() && tx.network_fee > std::numeric_limits<int64_t>::max() - tx.system_fee) {
    r.Refuse("transaction network fee", "the fees together exceed 64 bits", start);
  }
}

void ReadSigners(Reader& r, Transaction& tx) {
  size_t start = r.offset();
  size_t count = r.VarInt("transaction signers", kMaxSignersAndAttributes);
  if (count == 0) r.Refuse("transaction signers", "at least one is needed", start);
  for (size_t i = 0; i < count && r.ok(); ++i) {
    start = r.offset();
    Signer signer = ReadSigner(r);
    if (std::ranges::find(tx.signers, signer.account, &Signer::account) != tx.signers.end()) {
      r.Refuse("signer account", "it signs twice", start);
    }
    tx.signers.push_back(std::move(signer));
  }
}

bool Repeats(const Transaction& tx, const Attribute& attribute) {
  return std::ranges::any_of(tx.attributes, [&](const Attribute& other) {
    if (other.type != attribute.type) return false;
    return attribute.type != AttributeType::kConflicts || other.hash == attribute.hash;
  });
}

void ReadAttributes(Reader& r, Transaction& tx) {
  size_t count = r.VarInt("transaction attributes", kMaxSignersAndAttributes - tx.signers.size());
  for (size_t i = 0; i < count && r.ok(); ++i) {
    size_t start = r.offset();
    Attribute attribute = ReadAttribute(r);
    if (Repeats(tx, attribute)) r.Refuse("transaction attribute", "it occurs twice", start);
    tx.attributes.push_back(std::move(attribute));
  }
}

Transaction ReadUnsigned(Reader& r) {
  Transaction tx;
  size_t start = r.offset();
  if (r.U8("transaction version") != 0) r.Refuse("transaction version", "it is not 0", start);
  tx.nonce = r.U32("transaction nonce");
  ReadFees(r, tx);
  tx.valid_until_block = r.U32("transaction valid until block");
  ReadSigners(r, tx);
  ReadAttributes(r, tx);
  start = r.offset();
  tx.script = ToBytes(r.VarBytes("transaction script", kMaxScriptBytes));
  if (tx.script.empty()) r.Refuse("transaction script", "it is empty", start);
  return tx;
}

void WriteUnsigned(Writer& w, const Transaction& tx) {
  w.U8(0).U32(tx.nonce).I64(tx.system_fee).I64(tx.network_fee).U32(tx.valid_until_block);
  w.VarInt(tx.signers.size());
  for (const Signer& signer : tx.signers) Write(w, signer);
  w.VarInt(tx.attributes.size());
  for (const Attribute& attribute : tx.attributes) Write(w, attribute);
  w.VarBytes(tx.script);
}

Status CheckSize(size_t size) {
  if (size <= kMaxTransactionBytes) return {};
  return Fail(Reason::kChainInvalid, "transaction at byte 0: " + std::to_string(size) +
                                         " bytes are more than " +
                                         std::to_string(kMaxTransactionBytes));
}

// A list without its scope, a second child of Not and the like are not written.
Status CheckSame(const Transaction& written, const Transaction& meant) {
  if (written == meant) return {};
  return Fail(Reason::kChainInvalid,
              "transaction: a field is set that its scope, condition or attribute does not carry");
}

}  // namespace

Witness ReadWitness(Reader& r) {
  Witness out;
  out.invocation = ToBytes(r.VarBytes("witness invocation", kMaxWitnessScriptBytes));
  out.verification = ToBytes(r.VarBytes("witness verification", kMaxWitnessScriptBytes));
  return out;
}

Transaction ReadTransaction(Reader& r) {
  Uint256 ignored;
  return ReadTransaction(r, ignored);
}

Transaction ReadTransaction(Reader& r, Uint256& hash) {
  size_t begin = r.offset();
  Transaction tx = ReadUnsigned(r);
  hash = {crypto::Sha256(r.Since(begin))};
  size_t start = r.offset();
  size_t count = r.VarInt("transaction witnesses", kMaxSignersAndAttributes);
  if (count != tx.signers.size()) {
    r.Refuse("transaction witnesses",
             std::to_string(count) + " for " + std::to_string(tx.signers.size()) + " signers",
             start);
  }
  for (size_t i = 0; i < count && r.ok(); ++i) tx.witnesses.push_back(ReadWitness(r));
  if (r.offset() - begin > kMaxTransactionBytes) {
    r.Refuse("transaction", "more than " + std::to_string(kMaxTransactionBytes) + " bytes", begin);
  }
  return tx;
}

Result<Transaction> DecodeTransaction(ByteView raw) {
  NSL_TRY_VOID(CheckSize(raw.size()));
  Reader r(raw);
  Transaction tx = ReadTransaction(r);
  NSL_TRY_VOID(r.Finish("transaction"));
  return tx;
}

Result<Transaction> DecodeUnsignedTransaction(ByteView raw) {
  NSL_TRY_VOID(CheckSize(raw.size()));
  Reader r(raw);
  Transaction tx = ReadUnsigned(r);
  NSL_TRY_VOID(r.Finish("transaction"));
  return tx;
}

void Write(Writer& w, const Witness& witness) {
  w.VarBytes(witness.invocation).VarBytes(witness.verification);
}

void Write(Writer& w, const Transaction& tx) {
  WriteUnsigned(w, tx);
  w.VarInt(tx.witnesses.size());
  for (const Witness& witness : tx.witnesses) Write(w, witness);
}

Result<Bytes> EncodeTransaction(const Transaction& tx) {
  Writer w;
  Write(w, tx);
  NSL_TRY(Transaction back, DecodeTransaction(w.view()));
  NSL_TRY_VOID(CheckSame(back, tx));
  return w.Take();
}

Result<Bytes> EncodeUnsignedTransaction(const Transaction& tx) {
  Bytes raw = UnsignedBytes(tx);
  NSL_TRY(Transaction back, DecodeUnsignedTransaction(raw));
  back.witnesses = tx.witnesses;
  NSL_TRY_VOID(CheckSame(back, tx));
  return raw;
}

Bytes UnsignedBytes(const Transaction& tx) {
  Writer w;
  WriteUnsigned(w, tx);
  return w.Take();
}

Uint256 TransactionHash(const Transaction& tx) { return {crypto::Sha256(UnsignedBytes(tx))}; }

ByteArray<36> SignedData(const Uint256& hash, uint32_t magic) {
  ByteArray<36> out;
  for (size_t i = 0; i < 4; ++i) out[i] = static_cast<uint8_t>(magic >> (8 * i));
  std::ranges::copy(hash.bytes, out.begin() + 4);
  return out;
}

size_t SizeOf(const Transaction& tx) {
  Writer w;
  Write(w, tx);
  return w.size();
}

}  // namespace nsl::neo
