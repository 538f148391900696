// SPDX-License-Identifier: Apache-2.0
#include "neo/fee.h"

#include <gtest/gtest.h>

#include <limits>

#include "neo/amount.h"
#include "neo/script_builder.h"

namespace nsl::neo {
namespace {

Bytes Multisig(int64_t m, int64_t n) {
  ScriptBuilder b;
  b.PushInteger(m);
  for (int64_t i = 0; i < n; ++i) b.PushData(Bytes(33, 2));
  b.PushInteger(n).Syscall("System.Crypto.CheckMultisig");
  return b.Take().value();
}

Bytes Single() {
  ScriptBuilder b;
  b.PushData(Bytes(33, 3)).Syscall("System.Crypto.CheckSig");
  return b.Take().value();
}

TEST(FeeTest, ShapesOfScripts) {
  EXPECT_EQ(ShapeOfScript(Single()), WitnessShape{});
  EXPECT_EQ(ShapeOfScript(Multisig(3, 4)), (WitnessShape{3, 4}));
  EXPECT_EQ(ShapeOfScript(Multisig(1, 1)), (WitnessShape{1, 1}));
  EXPECT_EQ(ShapeOfScript(Multisig(15, 29)), (WitnessShape{15, 29}));
  EXPECT_FALSE(ShapeOfScript(Multisig(5, 4)));
  EXPECT_FALSE(ShapeOfScript(Multisig(0, 4)));
  EXPECT_FALSE(ShapeOfScript({}));
  Bytes more = Single();
  more.push_back(0x40);
  EXPECT_FALSE(ShapeOfScript(more));
  Bytes cut = Multisig(1, 2);
  cut.pop_back();
  EXPECT_FALSE(ShapeOfScript(cut));
}

TEST(FeeTest, TransactionThatIsNotSignedYet) {
  Transaction tx;
  tx.signers.resize(2);
  tx.signers[1].account.bytes[0] = 1;
  tx.script = {0x11};
  WitnessShape shapes[] = {{}, {3, 4}};
  int64_t fee = NetworkFee(tx, shapes, FeeRates{}, 7).value();
  tx.witnesses = {{Bytes(66, 1), Single()}, {Bytes(198, 1), Multisig(3, 4)}};
  int64_t size = static_cast<int64_t>(EncodeTransaction(tx)->size());
  EXPECT_EQ(fee, size * 1000 + (32784 + 131130) * 30 + 7);
  EXPECT_FALSE(NetworkFee(tx, {shapes, 1}, FeeRates{}));
  EXPECT_FALSE(NetworkFee(tx, shapes, FeeRates{.per_byte = -1}));
  EXPECT_FALSE(NetworkFee(tx, shapes, FeeRates{}, -1));
  EXPECT_FALSE(NetworkFee(tx, shapes, FeeRates{}, std::numeric_limits<int64_t>::max()));
}

TEST(FeeTest, PartsOfADatoshiCountAsOne) {
  EXPECT_EQ(NetworkFee(0, 1, FeeRates{.exec_factor = 1}).value(), 1);
  EXPECT_EQ(NetworkFee(10, 10000, FeeRates{.exec_factor = 1}).value(), 10001);
}

TEST(FeeTest, SizesOfLargeMultisigWitnesses) {
  for (int64_t n : {1, 4, 7, 16, 17, 29}) {
    int64_t m = std::min<int64_t>(n, 15);
    Writer w;
    Write(w, Witness{Bytes(static_cast<size_t>(66 * m), 1), Multisig(m, n)});
    WitnessShape shape{static_cast<size_t>(m), static_cast<size_t>(n)};
    EXPECT_EQ(WitnessBytes(shape), w.size()) << n;
  }
}

TEST(AmountTest, GasGoesBothWays) {
  struct {
    const char* text;
    int64_t datoshi;
  } cases[] = {{"0", 0},
               {"1", kOneGas},
               {"0.00000001", 1},
               {"1.5", 150'000'000},
               {"92233720368.54775807", std::numeric_limits<int64_t>::max()}};
  for (const auto& c : cases) {
    EXPECT_EQ(GasFromText(c.text).value(), c.datoshi);
    EXPECT_EQ(GasToText(c.datoshi), c.text);
  }
  EXPECT_EQ(GasFromText("2.50").value(), 250'000'000);
  EXPECT_EQ(GasToText(-1), "-0.00000001");
  EXPECT_EQ(GasToText(std::numeric_limits<int64_t>::min()), "-92233720368.54775808");
  EXPECT_EQ(AmountFromText("7", 0).value(), 7);
  EXPECT_EQ(AmountToText(70, 0), "70");
}

TEST(AmountTest, RefusalsSayWhy) {
  struct {
    const char* text;
    const char* why;
  } cases[] = {{"", "it is empty"},
               {"-1", "it is negative"},
               {"1,5", "only digits"},
               {"1e3", "only digits"},
               {"1.2.3", "only digits"},
               {" 1", "only digits"},
               {"+1", "only digits"},
               {".5", "both sides"},
               {"5.", "both sides"},
               {"01", "starts with a zero"},
               {"0.000000001", "at most 8 digits"},
               {"92233720368.54775808", "the largest is 92233720368.54775807"},
               {"99999999999999999999999", "the largest is"}};
  for (const auto& c : cases) {
    auto amount = GasFromText(c.text);
    ASSERT_FALSE(amount) << c.text;
    EXPECT_NE(amount.error().detail.find(c.why), std::string::npos) << amount.error().detail;
  }
  EXPECT_FALSE(AmountFromText("1.0", 0));
}

}  // namespace
}  // namespace nsl::neo
