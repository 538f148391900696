// SPDX-License-Identifier: Apache-2.0
//
// Blocks as a node sends them, and a short chain signed by four validators.
#include "neo/header_verifier.h"

#include <gtest/gtest.h>

#include "base/json.h"
#include "neo/block_json.h"
#include "neo/key_test_util.h"
#include "neo/signing.h"
#include "neo/transaction_json.h"

namespace nsl::neo {
namespace {

namespace json = boost::json;

constexpr uint32_t kMagic = 42;

Bytes Script(int validators, size_t threshold) {
  return MultisigScript(threshold, TestPublicKeys(validators)).value();
}

BlockHeader First() {
  BlockHeader h = GenesisHeader(HashOfScript(Script(4, 3)));
  return h;
}

BlockHeader After(const BlockHeader& previous) {
  BlockHeader h;
  h.previous = BlockHash(previous);
  h.index = previous.index + 1;
  h.timestamp_ms = previous.timestamp_ms + 1'000;
  h.nonce = 0xfedcba9876543210;
  h.primary = 3;
  h.next_consensus = previous.next_consensus;
  return h;
}

void Sign(BlockHeader& h, const Bytes& script, int signers, uint32_t magic = kMagic) {
  std::vector<KeySignature> signatures;
  for (int i = 0; i < signers; ++i) {
    signatures.push_back(
        {TestPublicKey(i), SignTransaction(TestKey(i), magic, BlockHash(h).bytes).value()});
  }
  h.witness = AssembleWitness(script, signatures, magic, BlockHash(h).bytes).value();
}

std::string Fault(const BlockHeader& previous, const BlockHeader& header) {
  Status status = VerifyHeader(previous, header, kMagic);
  return status ? "accepted" : status.error().detail;
}

TEST(HeaderVerifierTest, FollowsAChain) {
  BlockHeader at = First();
  for (int i = 0; i < 3; ++i) {
    BlockHeader next = After(at);
    Sign(next, Script(4, 3), 3);
    EXPECT_EQ(Fault(at, next), "accepted");
    at = next;
  }
}

TEST(HeaderVerifierTest, RefusesABrokenLink) {
  BlockHeader first = First();
  BlockHeader next = After(first);
  next.index = 2;
  EXPECT_EQ(Fault(first, next), "header 2: it does not follow 0");
  next = After(first);
  next.previous.bytes[0] ^= 1;
  EXPECT_NE(Fault(first, next).find("its predecessor is 0x"), std::string::npos);
  next = After(first);
  next.timestamp_ms = first.timestamp_ms;
  EXPECT_NE(Fault(first, next).find("its timestamp is not after"), std::string::npos);
  first.index = 0xffff'ffff;
  next = After(first);
  EXPECT_NE(Fault(first, next).find("does not follow"), std::string::npos);
}

TEST(HeaderVerifierTest, RefusesOtherSigners) {
  BlockHeader first = First();
  BlockHeader good = After(first);
  Sign(good, Script(4, 3), 3);
  BlockHeader altered = good;
  altered.merkle_root.bytes[0] ^= 1;
  EXPECT_NE(Fault(first, altered).find("header 1: witness: "), std::string::npos);
  BlockHeader elsewhere = After(first);
  Sign(elsewhere, Script(4, 3), 3, kMagic + 1);
  EXPECT_NE(Fault(first, elsewhere), "accepted");
  BlockHeader others = After(first);
  Sign(others, Script(1, 1), 1);
  others.primary = 0;
  Sign(others, Script(1, 1), 1);
  EXPECT_NE(Fault(first, others), "accepted");
  BlockHeader primary = After(first);
  primary.primary = 4;
  Sign(primary, Script(4, 3), 3);
  EXPECT_EQ(Fault(first, primary), "header 1: primary 4 is none of 4 validators");
}

TEST(HeaderVerifierTest, RefusesTheThresholdOfTheCommittee) {
  BlockHeader first = GenesisHeader(HashOfScript(Script(6, 4)));
  BlockHeader next = After(first);
  Sign(next, Script(6, 4), 4);
  EXPECT_NE(Fault(first, next).find("4 of 6 signatures, blocks are signed by 5"),
            std::string::npos);
}

// Bytes and hash of another implementation.
TEST(BlockJsonTest, ReadsAHeader) {
  BlockHeader h =
      DecodeHeader(
          FromHex("00000000070707070707070707070707070707070707070707070707070707070707070709090909"
                  "090909090909090909090909090909090909090909090909090909097b68e5cf8b01000010325476"
                  "98badcfe4d0000000393ad1572a4b35c4b925483ce1701b78742dc460f0101010102")
              .value())
          .value();
  EXPECT_EQ(ToText(BlockHash(h)),
            "0x2e68b9bac06441be3c0035de0c383d63a9831b910ed0f37f85f2bf245ed86b59");
  json::object o = {{"hash", ToText(BlockHash(h))},
                    {"size", 113},
                    {"version", 0},
                    {"previousblockhash", ToText(h.previous)},
                    {"merkleroot", ToText(h.merkle_root)},
                    {"time", 1'700'000'000'123},
                    {"nonce", "FEDCBA9876543210"},
                    {"index", 77},
                    {"primary", 3},
                    {"nextconsensus", "NZNos2WqTbu5oCgyfss9kUJgBXJqhuYAaj"},
                    {"witnesses", json::array{ToJson(h.witness)}},
                    {"confirmations", 2},
                    {"nextblockhash", ToText(h.previous)}};
  auto read = HeaderFromJson(o);
  ASSERT_TRUE(read) << read.error().detail;
  EXPECT_EQ(*read, h);
  json::object other = o;
  other["index"] = 78;
  EXPECT_NE(HeaderFromJson(other).error().detail.find("/hash: it is 0x"), std::string::npos);
  other = o;
  other["nonce"] = "FEDCBA987654321";
  EXPECT_EQ(HeaderFromJson(other).error().detail, "/nonce: 16 hexadecimal digits are expected");
  other = o;
  other["witnesses"] = json::array();
  EXPECT_EQ(HeaderFromJson(other).error().detail, "/witnesses: one is needed");
}

TEST(BlockJsonTest, ReadsABlockWithItsTransactions) {
  Transaction tx;
  tx.signers.resize(1);
  tx.script = {0x11};
  tx.witnesses.resize(1);
  Block block;
  block.header = After(First());
  block.transactions = {tx};
  block.header.merkle_root = TransactionHash(tx);
  const BlockHeader& h = block.header;
  json::object o = {{"hash", ToText(BlockHash(h))},
                    {"version", 0},
                    {"previousblockhash", ToText(h.previous)},
                    {"merkleroot", ToText(h.merkle_root)},
                    {"time", h.timestamp_ms},
                    {"nonce", "FEDCBA9876543210"},
                    {"index", h.index},
                    {"primary", h.primary},
                    {"nextconsensus", ToAddress(h.next_consensus)},
                    {"witnesses", json::array{ToJson(h.witness)}},
                    {"tx", json::array{ToJson(tx)}}};
  // As text, since that is how it comes.
  std::string text;
  AppendJson(o, text);
  auto read = BlockFromJson(ParseJson(text).value());
  ASSERT_TRUE(read) << read.error().detail;
  EXPECT_EQ(*read, block);
  o["tx"] = json::array();
  text.clear();
  AppendJson(o, text);
  EXPECT_NE(BlockFromJson(ParseJson(text).value()).error().detail.find("merkle root"),
            std::string::npos);
}

}  // namespace
}  // namespace nsl::neo
