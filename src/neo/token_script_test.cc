// SPDX-License-Identifier: Apache-2.0
//
// Scripts of another implementation, and what a manifest accepts.
#include "neo/token_script.h"

#include <gtest/gtest.h>

#include "neo/check_arguments.h"
#include "neo/script_builder.h"

namespace nsl::neo {
namespace {

using P = ContractParameter;

const ScriptHash kFrom = ScriptHashFromText("0x0f46dc4287b70117ce8354924b5cb3a47215ad93").value();
const ScriptHash kTo = ScriptHashFromText("0xd6c712eb53b1a130f59fd4e5864bdac27458a509").value();
const ScriptHash kGas = ScriptHashFromText("0xd2a4cff31913016155e38e474a2c06d08be276cf").value();
const ScriptHash kNeo = ScriptHashFromText("0xef4073a0f2b305a38ec4050e4d3d28bc40ea63f5").value();
const ScriptHash kNft = ScriptHashFromText("0x5635edb13674bb6f09d18b09fce6b69aee206931").value();

std::string Hex(const Result<Bytes>& script) {
  return script ? ToHex(*script) : script.error().detail;
}

TEST(TokenScriptTest, SeveralTransfersStandTogether) {
  Nep17Transfer transfers[] = {{kGas, kFrom, kTo, 100'000'000, {}}, {kNeo, kFrom, kTo, 7, {}}};
  EXPECT_EQ(Hex(Nep17TransferScript(transfers)),
            "0b0200e1f5050c1409a55874c2da4b86e5d49ff530a1b153eb12c7d60c1493ad1572a4b35c4b925483ce17"
            "01b78742dc460f14c01f0c087472616e736665720c14cf76e28bd0062c4a478ee35561011319f3cfa4d241"
            "627d5b52390b170c1409a55874c2da4b86e5d49ff530a1b153eb12c7d60c1493ad1572a4b35c4b925483ce"
            "1701b78742dc460f14c01f0c087472616e736665720c14f563ea40bc283d4d0e05c48ea305b3f2a07340ef"
            "41627d5b5239");
}

TEST(TokenScriptTest, TokensWithAnId) {
  Bytes id = {1, 2, 3};
  EXPECT_EQ(Hex(Nep11TransferScript(kNft, kTo, id)),
            "0b0c030102030c1409a55874c2da4b86e5d49ff530a1b153eb12c7d613c01f0c087472616e736665720c14"
            "316920ee9ab6e6fc098bd1096fbb7436b1ed355641627d5b5239");
  EXPECT_EQ(Hex(Nep11PartTransferScript({kNft, kFrom, kTo, 250, P::Of(std::string("memo"))}, id)),
            "0c046d656d6f0c0301020301fa000c1409a55874c2da4b86e5d49ff530a1b153eb12c7d60c1493ad1572a4"
            "b35c4b925483ce1701b78742dc460f15c01f0c087472616e736665720c14316920ee9ab6e6fc098bd1096f"
            "bb7436b1ed355641627d5b5239");
}

TEST(TokenScriptTest, RefusesWhatNoContractTakes) {
  EXPECT_EQ(Hex(Nep17TransferScript({})), "transfer: there is none");
  Nep17Transfer wrong[] = {{kGas, kFrom, kTo, 1, {}}, {kGas, kFrom, kTo, -1, {}}};
  EXPECT_EQ(Hex(Nep17TransferScript(wrong)), "transfer 1: the amount is negative");
  EXPECT_EQ(Hex(Nep11TransferScript(kNft, kTo, {})), "token id: it has 1 to 64 bytes, not 0");
  EXPECT_FALSE(Nep11PartTransferScript({kNft, kFrom, kTo, 1, {}}, Bytes(65)));
  std::vector<Nep17Transfer> many(2'000, {kGas, kFrom, kTo, 1, {}});
  EXPECT_NE(Hex(Nep17TransferScript(many)).find("fit a transaction"), std::string::npos);
}

TEST(ScriptBuilderTest, PushesStructs) {
  ScriptBuilder b;
  std::vector<P> items = {P::Of(Integer(1)), P::Of(true)};
  EXPECT_EQ(ToHex(b.PushStruct({}).PushStruct(items).view()), "c5081112bf");
}

MethodDefinition Transfer() {
  MethodDefinition out;
  out.name = "transfer";
  out.parameters = {{"from", ParameterType::kHash160},
                    {"to", ParameterType::kHash160},
                    {"amount", ParameterType::kInteger},
                    {"data", ParameterType::kAny}};
  return out;
}

std::string Fault(const MethodDefinition& method, std::vector<P> arguments) {
  Status status = CheckArguments(method, arguments);
  return status ? "fits" : status.error().detail;
}

TEST(CheckArgumentsTest, NamesTheArgumentThatDoesNotFit) {
  MethodDefinition m = Transfer();
  P from = P::Of(kFrom);
  EXPECT_EQ(Fault(m, {from, from, P::Of(Integer(1)), P::Null()}), "fits");
  EXPECT_EQ(Fault(m, {from, P::Of(Bytes(20)), P::Of(Integer(1)), P::Of(std::string("x"))}), "fits");
  EXPECT_EQ(Fault(m, {from, from, P::Of(std::string("5")), P::Null()}),
            "transfer: argument 2 'amount' is String, the method takes Integer");
  EXPECT_EQ(Fault(m, {from, P::Of(Bytes(19)), P::Of(Integer(1)), P::Null()}),
            "transfer: argument 1 'to' is ByteArray of 19 bytes, the method takes Hash160");
  EXPECT_EQ(Fault(m, {from, from, P::Null(), P::Null()}),
            "transfer: argument 2 'amount' is null, the method takes Integer");
  EXPECT_EQ(Fault(m, {from}),
            "transfer: it takes (from Hash160, to Hash160, amount Integer, data Any), not 1 "
            "arguments");
}

TEST(CheckArgumentsTest, BytesStandForWhatTheMachineHoldsAsBytes) {
  MethodDefinition m;
  m.name = "m";
  m.parameters = {{"p", ParameterType::kByteArray}};
  EXPECT_EQ(Fault(m, {P::Of(std::string("x"))}), "fits");
  EXPECT_EQ(Fault(m, {P::Of(kFrom)}), "fits");
  EXPECT_EQ(Fault(m, {P::Null()}), "fits");
  EXPECT_NE(Fault(m, {P::Of(true)}), "fits");
  m.parameters[0].type = ParameterType::kString;
  EXPECT_EQ(Fault(m, {P::Of(Bytes{0xc3, 0xa9})}), "fits");
  EXPECT_NE(Fault(m, {P::Of(Bytes{0xff})}), "fits");
  m.parameters[0].type = ParameterType::kSignature;
  EXPECT_EQ(Fault(m, {P::Of(Bytes(64))}), "fits");
  EXPECT_NE(Fault(m, {P::Of(Bytes(63))}), "fits");
  m.parameters[0].type = ParameterType::kBoolean;
  EXPECT_NE(Fault(m, {P::Of(Integer(1))}), "fits");
}

TEST(CheckArgumentsTest, FindsTheMethodByNameAndNumber) {
  Manifest manifest;
  manifest.name = "Token";
  manifest.methods = {Transfer()};
  std::vector<P> one = {P::Of(kFrom)};
  EXPECT_EQ(CheckArguments(manifest, "burn", one).error().detail,
            "burn: the contract Token has no such method");
  EXPECT_NE(CheckArguments(manifest, "transfer", one).error().detail.find("not 1 arguments"),
            std::string::npos);
  std::vector<P> four = {P::Of(kFrom), P::Of(kTo), P::Of(Integer(1)), P::Null()};
  EXPECT_TRUE(CheckArguments(manifest, "transfer", four));
}

}  // namespace
}  // namespace nsl::neo
