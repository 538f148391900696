// SPDX-License-Identifier: Apache-2.0
#include "neo/script_builder.h"

#include <gtest/gtest.h>

#include <boost/json/value.hpp>

#include "base/json.h"
#include "neo/disassembler.h"

namespace nsl::neo {
namespace {

std::string Pushed(std::string_view text) {
  ScriptBuilder b;
  return ToHex(b.PushInteger(Integer::FromText(text).value()).view());
}

TEST(NeoIntegerTest, TextAndBytesGoBothWays) {
  const std::string max =
      "57896044618658097711785492504343953926634992332820282019728792003956564819967";
  const std::string min =
      "-57896044618658097711785492504343953926634992332820282019728792003956564819968";
  for (std::string text :
       {std::string("0"), std::string("-1"), std::string("127"), std::string("128"),
        std::string("-128"), std::string("-129"), max, min}) {
    auto value = Integer::FromText(text);
    ASSERT_TRUE(value) << text;
    EXPECT_EQ(value->ToText(), text);
    EXPECT_EQ(*Integer::FromBytes(value->Shortest()), *value) << text;
  }
  EXPECT_TRUE(Integer(0).Shortest().empty());
  EXPECT_EQ(ToHex(Integer(128).Shortest()), "8000");
  EXPECT_EQ(ToHex(Integer(-128).Shortest()), "80");
  EXPECT_EQ(Integer(INT64_MIN).ToInt64(), INT64_MIN);
  EXPECT_EQ(Integer::FromUnsigned(~uint64_t{0}).ToText(), "18446744073709551615");
  EXPECT_FALSE(Integer::FromUnsigned(~uint64_t{0}).ToInt64());
}

TEST(NeoIntegerTest, RefusesOtherTextsAndTooMuch) {
  for (const char* text :
       {"", "-", "+1", "01", "-0", "1.0", "1e3", " 1", "0x1",
        "57896044618658097711785492504343953926634992332820282019728792003956564819968",
        "-57896044618658097711785492504343953926634992332820282019728792003956564819969",
        "115792089237316195423570985008687907853269984665640564039457584007913129639936"}) {
    EXPECT_FALSE(Integer::FromText(text)) << text;
  }
  EXPECT_FALSE(Integer::FromBytes(Bytes(33, 0)));
}

TEST(OpcodeTest, TableHasEveryOpcodeOnce) {
  size_t count = 0;
  for (int code = 0; code < 256; ++code) {
    const OpcodeRow* row = FindOpcode(static_cast<uint8_t>(code));
    if (row == nullptr) continue;
    ++count;
    EXPECT_EQ(FindOpcode(row->name), row);
  }
  EXPECT_EQ(count, kOpcodeCount);
  EXPECT_EQ(FindOpcode(0x06), nullptr);
  EXPECT_EQ(FindOpcode("NOSUCH"), nullptr);
  EXPECT_EQ(FindOpcode(0xe1)->name, "ASSERTMSG");
}

TEST(ScriptBuilderTest, IntegersTakeTheShortestPush) {
  EXPECT_EQ(Pushed("-1"), "0f");
  EXPECT_EQ(Pushed("16"), "20");
  EXPECT_EQ(Pushed("17"), "0011");
  EXPECT_EQ(Pushed("-2"), "00fe");
  EXPECT_EQ(Pushed("8388608"), "0200008000");
  EXPECT_EQ(Pushed("4294967296"), "030000000001000000");
}

TEST(ScriptBuilderTest, MapsArraysAndNull) {
  ContractParameter::Map map = {
      {ContractParameter::Of(std::string("a")), ContractParameter::Of(Integer(1))},
      {ContractParameter::Of(std::string("b")), ContractParameter::Of(true)}};
  ScriptBuilder b;
  b.Push(ContractParameter::Of(map));
  EXPECT_EQ(ToHex(b.view()), "080c0162110c016112be");
  ScriptBuilder empty;
  empty.Push(ContractParameter::Of(ContractParameter::Map{}))
      .Push(ContractParameter::Of(ContractParameter::List{}))
      .Push(ContractParameter::Null())
      .PushBool(false)
      .Assert();
  EXPECT_EQ(ToHex(empty.view()), "c8c20b0939");
}

TEST(ScriptBuilderTest, CallsAndServices) {
  EXPECT_EQ(ToHex(InteropIdOf("System.Contract.Call")), "627d5b52");
  EXPECT_EQ(ToHex(InteropIdOf("System.Crypto.CheckSig")), "56e7b327");
  EXPECT_EQ(ToHex(InteropIdOf("System.Crypto.CheckMultisig")), "9ed0dc3a");
  EXPECT_EQ(InteropNames().size(), 41u);
  for (std::string_view name : InteropNames()) EXPECT_EQ(InteropNameOf(InteropIdOf(name)), name);
  EXPECT_FALSE(InteropNameOf({1, 2, 3, 4}));
  ScriptHash contract;
  contract.bytes.fill(0xaa);
  std::vector<ContractParameter> arguments = {ContractParameter::Of(Integer(1)),
                                              ContractParameter::Null()};
  ScriptBuilder b;
  b.Call(contract, "go", arguments, CallFlags::kReadOnly);
  EXPECT_EQ(ToHex(b.view()), "0b1112c0150c02676f0c14" + std::string(40, 'a') + "41627d5b52");
}

TEST(ScriptBuilderTest, RefusesAScriptNoTransactionTakes) {
  ScriptBuilder b;
  b.PushData(Bytes(65532, 1));
  EXPECT_EQ(b.size(), 65535u);
  EXPECT_TRUE(b.Take());
  b.PushData(Bytes(65533, 1));
  EXPECT_FALSE(b.Take());
  EXPECT_EQ(b.size(), 0u);
}

TEST(DisassemblerTest, NamesJumpsServicesAndData) {
  auto text = Disassemble(FromHex("0011220341627d5b520c02abcd3b05007701").value());
  ASSERT_TRUE(text) << text.error().detail;
  EXPECT_EQ(*text,
            "0000 PUSHINT8 17\n0002 JMP 5\n0004 SYSCALL System.Contract.Call\n"
            "0009 PUSHDATA1 0xabcd\n0013 TRY 18 13\n0016 STLOC 1\n");
}

TEST(DisassemblerTest, RefusesUnknownAndCutOff) {
  EXPECT_EQ(Disassemble(FromHex("2106").value()).error().detail,
            "opcode at byte 1: 0x06 is no opcode");
  EXPECT_EQ(Disassemble(FromHex("0c0501").value()).error().detail,
            "PUSHDATA1 at byte 2: needs 5 bytes, 1 are left");
  EXPECT_FALSE(Disassemble(FromHex("0effffffff").value()));
  EXPECT_TRUE(Disassemble({})->empty());
}

TEST(ContractParameterTest, JsonGoesBothWays) {
  for (
      const char* text :
      {R"({"type":"Any"})", R"({"type":"Boolean","value":true})",
       R"({"type":"Integer","value":"-12345678901234567890"})",
       R"({"type":"ByteArray","value":"AQI="})", R"({"type":"String","value":"x"})",
       R"({"type":"Hash160","value":"0xd2a4cff31913016155e38e474a2c06d08be276cf"})",
       R"({"type":"Array","value":[{"type":"Any"},{"type":"Array","value":[]}]})",
       R"({"type":"Map","value":[{"key":{"type":"Integer","value":"1"},"value":{"type":"Any"}}]})"}) {
    auto json = ParseJson(text);
    ASSERT_TRUE(json);
    auto parameter = ParameterFromJson(*json);
    ASSERT_TRUE(parameter) << parameter.error().detail;
    std::string out;
    AppendJson(ToJson(*parameter), out);
    EXPECT_EQ(out, text);
  }
}

TEST(ContractParameterTest, RefusalsNameThePlace) {
  struct {
    const char* text;
    const char* detail;
  } cases[] = {
      {"1", "/: an object is expected"},
      {"{}", "/type: the field is missing"},
      {R"({"type":"Nope"})", "/type: no such parameter type"},
      {R"({"type":"Boolean","value":1})", "/value: true or false is expected"},
      {R"({"type":"ByteArray","value":"#"})", "/value: the bytes are not base64"},
      {R"({"type":"Any","x":1})", "/x: the field is unknown"},
      {R"({"type":"Array","value":[{"type":"Signature","value":"AQ=="}]})",
       "/value/0/value: a signature has 64 bytes"},
  };
  for (const auto& c : cases) {
    auto parameter = ParameterFromJson(*ParseJson(c.text));
    ASSERT_FALSE(parameter) << c.text;
    EXPECT_EQ(parameter.error().detail, c.detail);
    EXPECT_EQ(parameter.error().reason, Reason::kChainInvalid);
  }
}

}  // namespace
}  // namespace nsl::neo
