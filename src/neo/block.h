// SPDX-License-Identifier: Apache-2.0
//
// Blocks of Neo N3: the header, its hash, the transactions and the root over them.
//
// Guarantee: decoding refuses another version than 0, more or less than one witness, transactions
// that repeat, a merkle root the transactions do not give and trailing bytes. Whether the witness
// is good is not judged here. Errors are chain.invalid with field and byte. Pure.
#pragma once

#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "neo/transaction.h"

namespace nsl::neo {

inline constexpr size_t kMaxBlockTransactions = 65535;

struct BlockHeader {
  Uint256 previous;
  Uint256 merkle_root;
  uint64_t timestamp_ms = 0;
  uint64_t nonce = 0;
  uint32_t index = 0;
  uint8_t primary = 0;
  ScriptHash next_consensus;
  Witness witness;

  bool operator==(const BlockHeader&) const = default;
};

struct Block {
  BlockHeader header;
  std::vector<Transaction> transactions;
  bool operator==(const Block&) const = default;
};

Result<BlockHeader> DecodeHeader(ByteView raw);
Result<Block> DecodeBlock(ByteView raw);
BlockHeader ReadHeader(Reader& r);
void Write(Writer& w, const BlockHeader& header);
void Write(Writer& w, const Block& block);

// What the hash covers: everything before the witness.
Bytes UnsignedBytes(const BlockHeader& header);
Uint256 BlockHash(const BlockHeader& header);
// SHA256 of SHA256 of each pair, an odd leaf beside itself; zeroes for no leaf.
Uint256 MerkleRoot(std::span<const Uint256> leaves);
// The header of block 0; it depends on the first validators alone.
BlockHeader GenesisHeader(const ScriptHash& next_consensus);

}  // namespace nsl::neo
