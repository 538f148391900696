// SPDX-License-Identifier: Apache-2.0
#include "neo/block.h"

#include <algorithm>
#include <set>

#include "crypto/hash.h"

namespace nsl::neo {
namespace {

void WriteUnsigned(Writer& w, const BlockHeader& h) {
  w.U32(0).Raw(h.previous.bytes).Raw(h.merkle_root.bytes).U64(h.timestamp_ms).U64(h.nonce);
  w.U32(h.index).U8(h.primary).Raw(h.next_consensus.bytes);
}

// A tree of hashes doubles a last one without a partner, so that a block with a transaction twice
// can have the root of one without.
void RefuseTwins(Reader& r, const std::vector<Uint256>& hashes, const std::vector<size_t>& places) {
  std::vector<Uint256> sorted = hashes;
  std::ranges::sort(sorted);
  if (std::ranges::adjacent_find(sorted) == sorted.end()) return;
  std::set<Uint256> seen;
  size_t i = 0;
  while (i < hashes.size() && seen.insert(hashes[i]).second) ++i;
  r.Refuse("block transaction", "it occurs twice", places[i]);
}

}  // namespace

BlockHeader ReadHeader(Reader& r) {
  BlockHeader h;
  size_t start = r.offset();
  if (r.U32("header version") != 0) r.Refuse("header version", "it is not 0", start);
  h.previous.bytes = r.Array<32>("header previous hash");
  h.merkle_root.bytes = r.Array<32>("header merkle root");
  h.timestamp_ms = r.U64("header timestamp");
  h.nonce = r.U64("header nonce");
  h.index = r.U32("header index");
  h.primary = r.U8("header primary");
  h.next_consensus.bytes = r.Array<20>("header next consensus");
  start = r.offset();
  if (r.VarInt("header witnesses", 1) != 1) r.Refuse("header witnesses", "one is needed", start);
  h.witness = ReadWitness(r);
  return h;
}

void Write(Writer& w, const BlockHeader& header) {
  WriteUnsigned(w, header);
  w.VarInt(1);
  Write(w, header.witness);
}

void Write(Writer& w, const Block& block) {
  Write(w, block.header);
  w.VarInt(block.transactions.size());
  for (const Transaction& tx : block.transactions) Write(w, tx);
}

Result<BlockHeader> DecodeHeader(ByteView raw) {
  Reader r(raw);
  BlockHeader out = ReadHeader(r);
  NSL_TRY_VOID(r.Finish("header"));
  return out;
}

Result<Block> DecodeBlock(ByteView raw) {
  Reader r(raw);
  Block out;
  out.header = ReadHeader(r);
  size_t start = r.offset();
  size_t count = r.VarInt("block transactions", kMaxBlockTransactions);
  std::vector<Uint256> hashes;
  std::vector<size_t> places;
  for (size_t i = 0; i < count && r.ok(); ++i) {
    places.push_back(r.offset());
    Uint256 hash;
    out.transactions.push_back(ReadTransaction(r, hash));
    hashes.push_back(hash);
  }
  if (r.ok()) RefuseTwins(r, hashes, places);
  if (r.ok() && MerkleRoot(hashes) != out.header.merkle_root) {
    r.Refuse("block transactions", "they do not give the merkle root of the header", start);
  }
  NSL_TRY_VOID(r.Finish("block"));
  return out;
}

Bytes UnsignedBytes(const BlockHeader& header) {
  Writer w;
  WriteUnsigned(w, header);
  return w.Take();
}

Uint256 BlockHash(const BlockHeader& header) { return {crypto::Sha256(UnsignedBytes(header))}; }

Uint256 MerkleRoot(std::span<const Uint256> leaves) {
  std::vector<Uint256> level(leaves.begin(), leaves.end());
  if (level.empty()) return {};
  while (level.size() > 1) {
    if (level.size() % 2 == 1) level.push_back(level.back());
    for (size_t i = 0; i < level.size(); i += 2) {
      ByteArray<64> pair;
      std::ranges::copy(level[i].bytes, pair.begin());
      std::ranges::copy(level[i + 1].bytes, pair.begin() + 32);
      level[i / 2] = {crypto::Hash256(pair)};
    }
    level.resize(level.size() / 2);
  }
  return level[0];
}

BlockHeader GenesisHeader(const ScriptHash& next_consensus) {
  BlockHeader out;
  out.timestamp_ms = 1'468'595'301'000;
  out.nonce = 2'083'236'893;
  out.next_consensus = next_consensus;
  out.witness.verification = {0x11};
  return out;
}

}  // namespace nsl::neo
