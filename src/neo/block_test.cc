// SPDX-License-Identifier: Apache-2.0
#include "neo/block.h"

#include <gtest/gtest.h>

#include "crypto/hash.h"

namespace nsl::neo {
namespace {

Transaction Tx(uint32_t nonce) {
  Transaction tx;
  tx.nonce = nonce;
  tx.signers.resize(1);
  tx.script = {0x11};
  tx.witnesses.resize(1);
  return tx;
}

Bytes Raw(const Block& block) {
  Writer w;
  Write(w, block);
  return w.Take();
}

Block Made(std::vector<Transaction> transactions) {
  Block block;
  block.header = GenesisHeader({});
  block.header.index = 5;
  std::vector<Uint256> hashes;
  for (const Transaction& tx : transactions) hashes.push_back(TransactionHash(tx));
  block.header.merkle_root = MerkleRoot(hashes);
  block.transactions = std::move(transactions);
  return block;
}

TEST(BlockTest, DecodesWhatItEncodes) {
  for (size_t count : {size_t{0}, size_t{1}, size_t{3}}) {
    std::vector<Transaction> transactions;
    for (uint32_t i = 0; i < count; ++i) transactions.push_back(Tx(i));
    Block block = Made(std::move(transactions));
    Bytes raw = Raw(block);
    auto back = DecodeBlock(raw);
    ASSERT_TRUE(back) << back.error().detail;
    EXPECT_EQ(*back, block);
    for (size_t cut = 0; cut < raw.size(); ++cut) {
      EXPECT_FALSE(DecodeBlock(ByteView(raw).first(cut)));
    }
  }
}

TEST(BlockTest, GenesisOfTheMainNetwork) {
  auto next = ScriptHashFromAddress("NVg7LjGcUSrgxgjX3zEgqaksfMaiS8Z6e1");
  ASSERT_TRUE(next);
  EXPECT_EQ(ToText(BlockHash(GenesisHeader(*next))),
            "0x1f4d1defa46faa5e7b9b8d3f79a06bec777d7c26c4aa5f6f5899a291daa87c15");
}

TEST(BlockTest, RootOfOneOfThreeAndOfNoLeaf) {
  EXPECT_EQ(MerkleRoot({}), Uint256{});
  std::vector<Uint256> leaves(3);
  for (uint8_t i = 0; i < 3; ++i) leaves[i].bytes[0] = i;
  EXPECT_EQ(MerkleRoot({leaves.data(), 1}), leaves[0]);
  auto pair = [](const Uint256& a, const Uint256& b) {
    Writer w;
    return Uint256{crypto::Hash256(w.Raw(a.bytes).Raw(b.bytes).view())};
  };
  EXPECT_EQ(MerkleRoot(leaves), pair(pair(leaves[0], leaves[1]), pair(leaves[2], leaves[2])));
}

TEST(BlockTest, RefusesTransactionsThatDoNotBelong) {
  Block block = Made({Tx(1), Tx(2)});
  block.transactions.pop_back();
  EXPECT_NE(DecodeBlock(Raw(block)).error().detail.find("do not give the merkle root"),
            std::string::npos);
  // An odd last leaf counts twice: written out twice the root is the same.
  Block twice = Made({Tx(1), Tx(2), Tx(3)});
  twice.transactions.push_back(Tx(3));
  EXPECT_NE(DecodeBlock(Raw(twice)).error().detail.find("it occurs twice"), std::string::npos);
}

TEST(BlockTest, RefusesOtherVersionsAndWitnessCounts) {
  Writer w;
  Write(w, GenesisHeader({}));
  Bytes raw = w.Take();
  EXPECT_TRUE(DecodeHeader(raw));
  Bytes version = raw;
  version[0] = 1;
  EXPECT_EQ(DecodeHeader(version).error().detail, "header version at byte 0: it is not 0");
  for (uint8_t count : {0, 2}) {
    Bytes wrong = raw;
    wrong[109] = count;
    EXPECT_NE(DecodeHeader(wrong).error().detail.find("header witnesses at byte 109"),
              std::string::npos);
  }
}

}  // namespace
}  // namespace nsl::neo
