// SPDX-License-Identifier: Apache-2.0
//
// Transaction of Neo N3: fields, attributes, witnesses, and their one binary form.
//
// Guarantee: decoding applies every limit that does not need the chain (sizes, counts, unique
// accounts and attributes, fees, witnesses per signer) and refuses trailing bytes; encoding applies
// the same rules by reading back what it wrote. What decodes encodes to the same bytes. Errors are
// chain.invalid with field and byte. Pure.
#pragma once

#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "neo/signer.h"
#include "neo/uint256.h"
#include "neo/witness.h"

namespace nsl::neo {

inline constexpr size_t kMaxTransactionBytes = 102400;
// Signers and attributes together.
inline constexpr size_t kMaxSignersAndAttributes = 16;
inline constexpr size_t kMaxOracleResultBytes = 65535;

enum class AttributeType : uint8_t {
  kHighPriority = 0x01,
  kOracleResponse = 0x11,
  kNotValidBefore = 0x20,
  kConflicts = 0x21,
  kNotaryAssisted = 0x22,
};

enum class OracleCode : uint8_t {
  kSuccess = 0x00,
  kProtocolNotSupported = 0x10,
  kConsensusUnreachable = 0x12,
  kNotFound = 0x14,
  kTimeout = 0x16,
  kForbidden = 0x18,
  kResponseTooLarge = 0x1a,
  kInsufficientFunds = 0x1c,
  kContentTypeNotSupported = 0x1f,
  kError = 0xff,
};

// The fields of the other types stay as they are.
struct Attribute {
  AttributeType type = AttributeType::kHighPriority;
  uint64_t oracle_id = 0;
  OracleCode oracle_code = OracleCode::kSuccess;
  Bytes oracle_result;
  // NotValidBefore.
  uint32_t height = 0;
  // Conflicts.
  Uint256 hash;
  // NotaryAssisted.
  uint8_t keys = 0;

  bool operator==(const Attribute&) const = default;
};

struct Transaction {
  uint32_t nonce = 0;
  int64_t system_fee = 0;
  int64_t network_fee = 0;
  uint32_t valid_until_block = 0;
  // The first one is the sender.
  std::vector<Signer> signers;
  std::vector<Attribute> attributes;
  Bytes script;
  // One per signer, in the same order; none in an unsigned transaction.
  std::vector<Witness> witnesses;

  bool operator==(const Transaction&) const = default;
};

Result<Transaction> DecodeTransaction(ByteView raw);
// Without witnesses, as it is hashed.
Result<Transaction> DecodeUnsignedTransaction(ByteView raw);
Result<Bytes> EncodeTransaction(const Transaction& tx);
Result<Bytes> EncodeUnsignedTransaction(const Transaction& tx);

// The parts below check nothing: for transactions that came from a decoder.
Bytes UnsignedBytes(const Transaction& tx);
// SHA256 of the unsigned bytes.
Uint256 TransactionHash(const Transaction& tx);
// What a key signs: the magic of the network, little-endian, then the hash.
ByteArray<36> SignedData(const Uint256& hash, uint32_t magic);
size_t SizeOf(const Transaction& tx);

// One transaction, one attribute, one witness within something larger.
Transaction ReadTransaction(Reader& r);
// Also its hash, from the bytes as they were read.
Transaction ReadTransaction(Reader& r, Uint256& hash);
Attribute ReadAttribute(Reader& r);
Witness ReadWitness(Reader& r);
void Write(Writer& w, const Transaction& tx);
void Write(Writer& w, const Attribute& attribute);
void Write(Writer& w, const Witness& witness);

}  // namespace nsl::neo
