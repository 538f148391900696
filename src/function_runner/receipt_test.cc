// SPDX-License-Identifier: Apache-2.0
#include "function_runner/receipt.h"

#include <gtest/gtest.h>

#include "base/cbor.h"
#include "function_runner/supervisor/usage.h"

namespace nsl::function_runner {
namespace {

Bytes SampleLeaf() {
  static const Bytes hash(32, 7);
  ReceiptLeaf leaf;
  leaf.run_id = "run_01";
  leaf.origin = "manual";
  leaf.evidence = "host";
  leaf.project_id = "prj_01";
  leaf.function_id = "fn_01";
  leaf.version_id = "ver_01";
  leaf.code_hash = hash;
  leaf.principal_id = "key_01";
  leaf.credential_hash = hash;
  leaf.input_hash = hash;
  leaf.output_hash = hash;
  leaf.authorised_by = "signature";
  static const Bytes transactions = EncodeReceiptTransactions({{"tx_1", "wal_1", "0x01"}});
  leaf.transactions = transactions;
  leaf.cpu_us = 12;
  leaf.wall_us = 345;
  leaf.run_sequence = 9;
  leaf.started_ms = 1'700'000'000'000;
  Bytes out;
  AppendReceiptLeaf(leaf, out);
  return out;
}

TEST(Receipt, LeafSurvivesTheRoundTrip) {
  Bytes encoded = SampleLeaf();
  Result<ReceiptLeaf> leaf = ParseReceiptLeaf(encoded);
  ASSERT_TRUE(leaf.has_value()) << leaf.error().ToString();
  EXPECT_EQ(leaf->run_id, "run_01");
  EXPECT_EQ(leaf->wall_us, 345u);
  EXPECT_EQ(leaf->started_ms, 1'700'000'000'000u);
  EXPECT_EQ(leaf->code_hash.size(), 32u);
  EXPECT_EQ(leaf->authorised_by, "signature");
  auto transactions = ParseReceiptTransactions(leaf->transactions);
  ASSERT_TRUE(transactions.has_value());
  ASSERT_EQ(transactions->size(), 1u);
  EXPECT_EQ((*transactions)[0].wallet_id, "wal_1");
}

TEST(Receipt, AListOfTransactionsIsOneShapeOnly) {
  EXPECT_TRUE(EncodeReceiptTransactions({}).empty());
  EXPECT_TRUE(ParseReceiptTransactions({})->empty());
  Bytes encoded = EncodeReceiptTransactions({{"tx_1", "wal_1", "0x01"}, {"tx_2", "wal_1", "0x02"}});
  EXPECT_EQ(ParseReceiptTransactions(encoded)->size(), 2u);
  for (size_t n = 1; n < encoded.size(); ++n) {
    EXPECT_FALSE(ParseReceiptTransactions(ByteView(encoded).first(n)).has_value()) << n;
  }
  encoded.push_back(0);
  EXPECT_FALSE(ParseReceiptTransactions(encoded).has_value());
  // An empty list has no second spelling.
  EXPECT_FALSE(ParseReceiptTransactions(Bytes{0x80}).has_value());
  std::vector<ReceiptTransaction> many(101, {"tx", "wal", "0x"});
  EXPECT_FALSE(ParseReceiptTransactions(EncodeReceiptTransactions(many)).has_value());
}

TEST(Receipt, EveryTruncatedLeafIsRefused) {
  Bytes encoded = SampleLeaf();
  for (size_t n = 0; n < encoded.size(); ++n) {
    EXPECT_FALSE(ParseReceiptLeaf(ByteView(encoded).first(n)).has_value()) << n;
  }
  encoded.push_back(0);
  EXPECT_FALSE(ParseReceiptLeaf(encoded).has_value());
}

TEST(Receipt, AnotherTagIsRefused) {
  Bytes encoded = SampleLeaf();
  Bytes root;
  ReceiptRoot empty;
  AppendReceiptRoot(empty, root);
  EXPECT_FALSE(ParseReceiptRoot(encoded).has_value());
  EXPECT_FALSE(ParseReceiptLeaf(root).has_value());
  EXPECT_TRUE(ParseReceiptRoot(root).has_value());
}

TEST(UsageMeter, EqualsTheSumOfTheLeaves) {
  UsageMeter meter;
  UsageRow& row = meter.Row("prj_01", "fn_01");
  uint64_t cpu = 0;
  uint64_t wall = 0;
  for (uint64_t i = 1; i <= 1'000; ++i) {
    ReceiptLeaf leaf;
    leaf.cpu_us = i * 3;
    leaf.wall_us = i * 7;
    leaf.input_bytes = i;
    if (i % 10 == 0) leaf.reason = "run.user";
    cpu += leaf.cpu_us;
    wall += leaf.wall_us;
    UsageMeter::Add(row, leaf);
  }
  ASSERT_EQ(meter.Snapshot().size(), 1u);
  EXPECT_EQ(meter.Snapshot()[0].runs, 1'000u);
  EXPECT_EQ(meter.Snapshot()[0].failed, 100u);
  EXPECT_EQ(meter.Snapshot()[0].cpu_us, cpu);
  EXPECT_EQ(meter.Snapshot()[0].wall_us, wall);
  EXPECT_EQ(&meter.Row("prj_01", "fn_01"), &row);
}

}  // namespace
}  // namespace nsl::function_runner
