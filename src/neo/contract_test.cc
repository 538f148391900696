// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "base/json.h"
#include "neo/contract_hash.h"
#include "neo/manifest.h"
#include "neo/nef.h"

namespace nsl::neo {
namespace {

Nef Small() {
  Nef nef;
  nef.compiler = "test";
  nef.source = "https://example.com";
  nef.tokens = {{{}, "transfer", 4, true, 15}};
  nef.script = {0x40};
  return nef;
}

std::string Fault(const Nef& nef) {
  auto raw = EncodeNef(nef);
  return raw ? "accepted" : raw.error().detail;
}

TEST(NefTest, EncodesAndDecodes) {
  Bytes raw = EncodeNef(Small()).value();
  EXPECT_EQ(*DecodeNef(raw), Small());
  for (size_t i = 0; i < raw.size(); ++i) {
    Bytes wrong = raw;
    wrong[i] ^= 1;
    EXPECT_FALSE(DecodeNef(wrong)) << i;
    EXPECT_FALSE(DecodeNef(ByteView(raw).first(i))) << i;
  }
  raw.push_back(0);
  EXPECT_NE(DecodeNef(raw).error().detail.find("left over"), std::string::npos);
}

TEST(NefTest, BytesStandInTheirOrder) {
  Nef nef;
  nef.compiler = "test-compiler";
  nef.source = "github";
  nef.script = {0};
  std::string raw = ToHex(EncodeNef(nef).value());
  EXPECT_EQ(raw, "4e454633" + ToHex(AsBytes("test-compiler")) + std::string(2 * 51, '0') + "06" +
                     ToHex(AsBytes("github")) + "00000000" + "0100" + "d90f11ed");
  EXPECT_EQ(ChecksumOf(nef), 0xed110fd9u);
}

TEST(NefTest, RefusesWhatANodeRefuses) {
  Nef nef = Small();
  nef.script.clear();
  EXPECT_NE(Fault(nef).find("nef script"), std::string::npos);
  nef = Small();
  nef.tokens[0].method = "_deploy";
  EXPECT_NE(Fault(nef).find("it starts with _"), std::string::npos);
  nef.tokens[0].method.assign(33, 'a');
  EXPECT_NE(Fault(nef).find("33 is more than 32"), std::string::npos);
  nef = Small();
  nef.tokens[0].call_flags = 0x10;
  EXPECT_NE(Fault(nef).find("an unknown flag is set"), std::string::npos);
  nef = Small();
  nef.compiler.assign(65, 'c');
  EXPECT_NE(Fault(nef).find("more than 64 bytes"), std::string::npos);
  nef = Small();
  nef.source.assign(257, 's');
  EXPECT_NE(Fault(nef).find("257 is more than 256"), std::string::npos);
  nef = Small();
  nef.tokens.resize(129, nef.tokens[0]);
  EXPECT_NE(Fault(nef).find("129 is more than 128"), std::string::npos);
  nef = Small();
  nef.script.assign(kMaxNefBytes, 0x21);
  EXPECT_NE(Fault(nef).find("are more than 131070"), std::string::npos);
}

const std::string kManifest =
    R"({"name":"Feed","groups":[],"features":{},"supportedstandards":["NEP-17"],)"
    R"("abi":{"methods":[{"name":"get","parameters":[{"name":"key","type":"String"}],"offset":7,)"
    R"("returntype":"Integer","safe":true}],"events":[{"name":"Set","parameters":[]}]},)"
    R"("permissions":[{"contract":"0xd2a4cff31913016155e38e474a2c06d08be276cf",)"
    R"("methods":["transfer"]},{"contract":"*","methods":"*"}],"trusts":"*",)"
    R"("extra":{"Author":"x"}})";

std::string With(std::string_view from, std::string_view to) {
  std::string out = kManifest;
  out.replace(out.find(from), from.size(), to);
  return out;
}

TEST(ManifestTest, IsWrittenInTheOrderOfTheNodes) {
  auto manifest = ParseManifest(kManifest);
  ASSERT_TRUE(manifest) << manifest.error().detail;
  std::string out;
  AppendJson(ToJson(*manifest), out);
  EXPECT_EQ(out, kManifest);
  ASSERT_NE(manifest->Find("get", 1), nullptr);
  EXPECT_EQ(manifest->Find("get", 1)->offset, 7);
  EXPECT_EQ(manifest->Find("get", 0), nullptr);
}

TEST(ManifestTest, RefusalsNameThePlace) {
  struct {
    std::string text;
    const char* detail;
  } cases[] = {
      {With("\"Feed\"", "\"\""), "/name: it is empty"},
      {With("\"features\":{}", "\"features\":{\"a\":1}"), "/features: an empty object is expected"},
      {With("\"type\":\"String\"", "\"type\":\"Void\""),
       "/abi/methods/0/parameters/0/type: no such parameter type"},
      {With("\"offset\":7", "\"offset\":-1"),
       "/abi/methods/0/offset: a whole number from 0 up to 2147483647 is expected"},
      {With("\"methods\":[\"transfer\"]", "\"methods\":[1]"),
       "/permissions/0/methods/0: a name is expected"},
      {With("\"contract\":\"0xd2a4cff31913016155e38e474a2c06d08be276cf\"", "\"contract\":\"*\""),
       "/permissions/1: the contract occurs twice"},
      {With("[\"NEP-17\"]", "[\"NEP-17\",\"NEP-17\"]"), "/supportedstandards/1: it occurs twice"},
      {With("[\"transfer\"]", "[\"transfer\",\"transfer\"]"),
       "/permissions/0/methods/1: it occurs twice"},
      {With("\"trusts\":\"*\"", "\"trusts\":[\"*\",\"*\"]"), "/trusts/1: it occurs twice"},
      {With("\"trusts\"", "\"trust\""), "/trusts: the field is missing"},
      {With("\"extra\":{", "\"more\":{},\"extra\":{"), "/more: the field is unknown"},
      {With("{\"name\":\"Set\",\"parameters\":[]}",
            "{\"name\":\"Set\",\"parameters\":[]},{\"name\":\"Set\",\"parameters\":[]}"),
       "/abi/events/1/name: it occurs twice"},
  };
  for (const auto& c : cases) {
    auto manifest = ParseManifest(c.text);
    ASSERT_FALSE(manifest) << c.detail;
    EXPECT_EQ(manifest.error().detail, c.detail);
    EXPECT_EQ(manifest.error().reason, Reason::kChainInvalid);
  }
  EXPECT_FALSE(ParseManifest(With("Feed", std::string(kMaxManifestBytes, 'n'))));
}

TEST(ContractHashTest, NativesByNameAndHash) {
  EXPECT_EQ(NativeContracts().size(), 11u);
  const NativeContract* gas = FindNative("GasToken");
  ASSERT_NE(gas, nullptr);
  EXPECT_EQ(gas->id, -6);
  EXPECT_EQ(ToText(gas->hash), "0xd2a4cff31913016155e38e474a2c06d08be276cf");
  EXPECT_EQ(FindNative(gas->hash), gas);
  EXPECT_EQ(FindNative("gastoken"), nullptr);
  EXPECT_EQ(FindNative(ScriptHash{}), nullptr);
}

}  // namespace
}  // namespace nsl::neo
