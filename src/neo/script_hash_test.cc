// SPDX-License-Identifier: Apache-2.0
#include "neo/script_hash.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>
#include <sstream>

#include "neo/base58.h"

namespace nsl::neo {
namespace {

// Script hash of the native GasToken contract, as every node shows it.
constexpr std::string_view kGas = "0xd2a4cff31913016155e38e474a2c06d08be276cf";
constexpr std::string_view kAddress = "NfgHwwTi3wHAS8aFAN243C5vGbkYDpqLHP";

TEST(ScriptHash, TextFormIsReversedAndRoundTrips) {
  Result<ScriptHash> gas = ScriptHashFromText(kGas);
  ASSERT_TRUE(gas.has_value());
  EXPECT_EQ(gas->bytes[0], 0xcf);
  EXPECT_EQ(gas->bytes[19], 0xd2);
  EXPECT_EQ(ToText(*gas), kGas);
  EXPECT_EQ(*ScriptHashFromText("D2A4CFF31913016155E38E474A2C06D08BE276CF"), *gas);
}

TEST(ScriptHash, AddressRoundTrips) {
  Result<ScriptHash> hash = ScriptHashFromAddress(kAddress);
  ASSERT_TRUE(hash.has_value());
  EXPECT_EQ(ToAddress(*hash), kAddress);
  EXPECT_EQ(*ParseAccount(kAddress), *hash);
  EXPECT_EQ(*ParseAccount(ToText(*hash)), *hash);
}

TEST(ScriptHash, EachAlteredCharacterOfAnAddressIsRefused) {
  for (size_t i = 0; i < kAddress.size(); ++i) {
    std::string altered(kAddress);
    altered[i] = altered[i] == 'z' ? 'y' : 'z';
    EXPECT_FALSE(ScriptHashFromAddress(altered).has_value()) << altered;
  }
}

TEST(ScriptHash, RefusesWhatIsNoScriptHash) {
  for (std::string_view bad : {"", "0x", "0xd2a4", "0xg2a4cff31913016155e38e474a2c06d08be276cf",
                               "0xd2a4cff31913016155e38e474a2c06d08be276cf00", "GAS",
                               "0Xd2a4cff31913016155e38e474a2c06d08be276cf"}) {
    Result<ScriptHash> hash = ScriptHashFromText(bad);
    ASSERT_FALSE(hash.has_value()) << bad;
    EXPECT_EQ(hash.error().reason, Reason::kChainInvalid);
  }
}

TEST(ScriptHash, AddressOfAnOlderNetworkIsRefused) {
  // Version 23: Neo Legacy.
  ByteArray<21> payload{};
  payload[0] = 23;
  EXPECT_FALSE(ScriptHashFromAddress(ToBase58Check(payload)).has_value());
}

TEST(Base58Check, KeepsLeadingZeros) {
  Bytes payload = {0, 0, 1, 2, 3};
  std::string text = ToBase58Check(payload);
  EXPECT_TRUE(text.starts_with("11"));
  EXPECT_EQ(FromBase58Check(text), payload);
}

TEST(Base58Check, RefusesLongAndShortText) {
  EXPECT_FALSE(FromBase58Check(std::string(kMaxBase58Text + 1, '1')).has_value());
  EXPECT_FALSE(FromBase58Check("1").has_value());
  EXPECT_FALSE(FromBase58Check("").has_value());
}

// Vectors of other implementations, read in place when the build names their folder.
TEST(ScriptHash, AgreesWithPublishedVectors) {
  std::ifstream file(std::string(NSL_SHARED_VECTORS) + "/neo-n3/vectors.json");
  if (!file) GTEST_SKIP() << "NSL_SHARED_VECTORS names no folder with neo-n3/vectors.json";
  std::ostringstream text;
  text << file.rdbuf();
  boost::json::value all = boost::json::parse(text.str());
  int checked = 0;
  for (const boost::json::value& vector : all.at("vectors").as_array()) {
    const boost::json::value* expected = vector.as_object().if_contains("expected");
    if (expected == nullptr || !expected->is_object()) continue;
    const auto* script = expected->as_object().if_contains("verification_script");
    const auto* display = expected->as_object().if_contains("script_hash_be");
    const auto* address = expected->as_object().if_contains("address");
    if (!script || !display || !address) continue;
    std::optional<Bytes> raw = FromHex(std::string_view(script->as_string()));
    ASSERT_TRUE(raw.has_value());
    ScriptHash hash = HashOfScript(*raw);
    EXPECT_EQ(ToText(hash), "0x" + std::string(display->as_string()));
    EXPECT_EQ(ToAddress(hash), std::string(address->as_string()));
    ++checked;
  }
  EXPECT_GE(checked, 4);
}

}  // namespace
}  // namespace nsl::neo
