// SPDX-License-Identifier: Apache-2.0
#include "neo/transaction.h"

#include <gtest/gtest.h>

#include <limits>

namespace nsl::neo {
namespace {

ScriptHash Account(uint8_t last) {
  ScriptHash out;
  out.bytes[19] = last;
  return out;
}

Transaction Small() {
  Transaction tx;
  tx.nonce = 1;
  tx.system_fee = 100;
  tx.network_fee = 200;
  tx.valid_until_block = 10;
  Signer signer;
  signer.account = Account(1);
  tx.signers = {signer};
  tx.script = {0x11};
  tx.witnesses = {{{0x0c}, {0x41}}};
  return tx;
}

std::string Fault(const Transaction& tx) {
  auto raw = EncodeTransaction(tx);
  return raw ? "accepted" : raw.error().detail;
}

Attribute Of(AttributeType type) {
  Attribute out;
  out.type = type;
  return out;
}

TEST(TransactionTest, EncodesAndDecodesEveryPart) {
  Transaction tx = Small();
  tx.attributes.resize(5);
  tx.attributes[1].type = AttributeType::kOracleResponse;
  tx.attributes[1].oracle_id = 9;
  tx.attributes[1].oracle_result = {1, 2};
  tx.attributes[2].type = AttributeType::kNotValidBefore;
  tx.attributes[2].height = 65;
  tx.attributes[3].type = AttributeType::kConflicts;
  tx.attributes[3].hash.bytes[0] = 7;
  tx.attributes[4].type = AttributeType::kNotaryAssisted;
  tx.attributes[4].keys = 3;
  auto raw = EncodeTransaction(tx);
  ASSERT_TRUE(raw) << raw.error().detail;
  EXPECT_EQ(raw->size(), SizeOf(tx));
  auto back = DecodeTransaction(*raw);
  ASSERT_TRUE(back);
  EXPECT_EQ(*back, tx);
  for (size_t cut = 0; cut < raw->size(); ++cut) {
    EXPECT_FALSE(DecodeTransaction(ByteView(*raw).first(cut))) << cut;
  }
  raw->push_back(0);
  auto more = DecodeTransaction(*raw);
  ASSERT_FALSE(more);
  EXPECT_EQ(more.error().detail,
            "transaction at byte " + std::to_string(raw->size() - 1) + ": 1 bytes are left over");
}

TEST(TransactionTest, BytesStandInTheirOrder) {
  Transaction tx = Small();
  tx.signers[0].account.bytes[0] = 0xab;
  EXPECT_EQ(ToHex(EncodeTransaction(tx).value()),
            "00"
            "01000000"
            "6400000000000000"
            "c800000000000000"
            "0a000000"
            "01ab" +
                std::string(36, '0') + "0101" + "00" + "0111" + "01" + "010c" + "0141");
}

TEST(TransactionTest, HashLeavesTheWitnessesOut) {
  Transaction tx = Small();
  Uint256 hash = TransactionHash(tx);
  tx.witnesses[0].invocation = {0x0c, 0x40};
  EXPECT_EQ(TransactionHash(tx), hash);
  tx.nonce = 2;
  EXPECT_NE(TransactionHash(tx), hash);
  EXPECT_EQ(ToHex(SignedData(Uint256{}, 860833102)).substr(0, 10), "4e454f3300");
  auto unsigned_bytes = EncodeUnsignedTransaction(tx);
  ASSERT_TRUE(unsigned_bytes);
  EXPECT_TRUE(DecodeUnsignedTransaction(*unsigned_bytes));
  EXPECT_FALSE(DecodeTransaction(*unsigned_bytes));
}

TEST(TransactionTest, RefusesFeesAndScripts) {
  Transaction tx = Small();
  tx.system_fee = -1;
  EXPECT_EQ(Fault(tx), "transaction system fee at byte 5: it is negative");
  tx = Small();
  tx.network_fee = -1;
  EXPECT_EQ(Fault(tx), "transaction network fee at byte 13: it is negative");
  tx.network_fee = std::numeric_limits<int64_t>::max();
  EXPECT_EQ(Fault(tx), "transaction network fee at byte 13: the fees together exceed 64 bits");
  tx = Small();
  tx.script.clear();
  EXPECT_EQ(Fault(tx), "transaction script at byte 48: it is empty");
  tx.script.assign(65535, 0x21);
  EXPECT_EQ(Fault(tx), "accepted");
  tx.script.push_back(0x21);
  EXPECT_EQ(Fault(tx), "transaction script at byte 48: 65536 is more than 65535");
}

TEST(TransactionTest, RefusesSignersAndWitnesses) {
  Transaction tx = Small();
  tx.signers.clear();
  EXPECT_EQ(Fault(tx), "transaction signers at byte 25: at least one is needed");
  tx = Small();
  tx.signers.push_back(tx.signers[0]);
  EXPECT_EQ(Fault(tx), "signer account at byte 47: it signs twice");
  tx.signers[1].account = Account(2);
  EXPECT_EQ(Fault(tx), "transaction witnesses at byte 71: 1 for 2 signers");
  tx = Small();
  tx.witnesses[0].invocation.assign(1025, 1);
  EXPECT_EQ(Fault(tx), "witness invocation at byte 51: 1025 is more than 1024");
  tx = Small();
  for (uint8_t i = 2; i <= 17; ++i) {
    tx.signers.push_back(tx.signers[0]);
    tx.signers.back().account = Account(i);
    tx.witnesses.push_back({});
  }
  EXPECT_EQ(Fault(tx), "transaction signers at byte 25: 17 is more than 16");
  tx.signers.pop_back();
  tx.witnesses.pop_back();
  EXPECT_EQ(Fault(tx), "accepted");
  tx.attributes.emplace_back();
  EXPECT_NE(Fault(tx).find("1 is more than 0"), std::string::npos);
}

TEST(TransactionTest, RefusesAttributesThatRepeatOrMakeNoSense) {
  Transaction tx = Small();
  tx.attributes = {Of(AttributeType::kHighPriority), Of(AttributeType::kHighPriority)};
  EXPECT_EQ(Fault(tx), "transaction attribute at byte 49: it occurs twice");
  Attribute one = Of(AttributeType::kConflicts);
  Attribute two = one;
  two.hash.bytes[0] = 1;
  tx.attributes = {one, two};
  EXPECT_EQ(Fault(tx), "accepted");
  tx.attributes = {one, two, one};
  EXPECT_NE(Fault(tx).find("it occurs twice"), std::string::npos);
  Attribute oracle = Of(AttributeType::kOracleResponse);
  oracle.oracle_code = OracleCode::kTimeout;
  tx.attributes = {oracle};
  EXPECT_EQ(Fault(tx), "accepted");
  tx.attributes[0].oracle_result = {1};
  EXPECT_NE(Fault(tx).find("only a success has one"), std::string::npos);
  tx.attributes[0].oracle_result.clear();
  tx.attributes[0].oracle_code = static_cast<OracleCode>(0x11);
  EXPECT_NE(Fault(tx).find("there is no such code"), std::string::npos);
  tx.attributes = {Of(static_cast<AttributeType>(0x23))};
  EXPECT_NE(Fault(tx).find("there is no such attribute"), std::string::npos);
  tx.attributes = {Of(AttributeType::kHighPriority)};
  tx.attributes[0].keys = 1;
  EXPECT_NE(Fault(tx).find("does not carry"), std::string::npos);
}

TEST(TransactionTest, RefusesMoreThanTheLargestTransaction) {
  Bytes raw(kMaxTransactionBytes + 1, 0);
  auto tx = DecodeTransaction(raw);
  ASSERT_FALSE(tx);
  EXPECT_NE(tx.error().detail.find("102401 bytes"), std::string::npos);
}

}  // namespace
}  // namespace nsl::neo
