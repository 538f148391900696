// SPDX-License-Identifier: Apache-2.0
#include "neo/signer.h"

#include <gtest/gtest.h>

#include <boost/json/value.hpp>

#include "base/json.h"

namespace nsl::neo {
namespace {

std::string Fault(std::string_view hex) {
  Bytes raw = FromHex(hex).value();
  Reader r(raw);
  Signer signer = ReadSigner(r);
  Status status = r.Finish("signer");
  if (!status) return status.error().detail;
  Writer w;
  Write(w, signer);
  EXPECT_EQ(ToHex(w.view()), hex);
  return "accepted";
}

std::string ConditionFault(std::string_view hex) {
  Bytes raw = FromHex(hex).value();
  Reader r(raw);
  ReadCondition(r);
  Status status = r.Finish("condition");
  return status ? "accepted" : status.error().detail;
}

std::string JsonFault(std::string_view text) {
  auto signer = SignerFromJson(*ParseJson(text));
  return signer ? "accepted" : signer.error().detail;
}

const std::string kAccount(40, '1');
const std::string kKey = "02" + std::string(64, 'a');

TEST(SignerTest, ScopesOfTheWire) {
  for (const char* scope : {"00", "01", "80"}) EXPECT_EQ(Fault(kAccount + scope), "accepted");
  EXPECT_EQ(Fault(kAccount + "7100" + "01" + kKey + "00"), "accepted");
  EXPECT_EQ(Fault(kAccount + "81"), "signer scopes at byte 20: Global stands alone");
  for (const char* scope : {"02", "04", "08", "0b"}) {
    EXPECT_EQ(Fault(kAccount + scope), "signer scopes at byte 20: an unknown scope is set");
  }
  EXPECT_EQ(Fault(kAccount + "1011"), "signer contracts at byte 21: 17 is more than 16");
  EXPECT_EQ(Fault(kAccount + "2001" + "04" + std::string(64, 'a')),
            "signer group at byte 22: a compressed key starts with 02 or 03");
  EXPECT_EQ(Fault(kAccount + "400102"),
            "rule action at byte 22: 00 (deny) or 01 (allow) is expected");
}

TEST(SignerTest, ConditionsAreBoundedInDepthAndWidth) {
  EXPECT_EQ(ConditionFault("01010001"), "accepted");
  EXPECT_EQ(ConditionFault("0101010001"), "condition at byte 3: nested deeper than 3");
  EXPECT_EQ(ConditionFault("020102010201" + std::string("20")),
            "condition at byte 6: nested deeper than 3");
  EXPECT_EQ(ConditionFault("0200"), "condition expressions at byte 1: at least one is needed");
  EXPECT_EQ(ConditionFault("0311"), "condition expressions at byte 1: 17 is more than 16");
  EXPECT_EQ(ConditionFault("04"), "condition type at byte 0: there is no such condition");
  EXPECT_EQ(ConditionFault("0002"), "condition expression at byte 1: a flag is 00 or 01");
}

TEST(SignerTest, ScopesAsText) {
  EXPECT_EQ(ScopesText(Scope::kCalledByEntry | Scope::kCustomContracts),
            "CalledByEntry, CustomContracts");
  EXPECT_EQ(ScopesText(0), "None");
  EXPECT_EQ(*ScopesFromText("CalledByEntry, WitnessRules"), 0x41);
  EXPECT_EQ(*ScopesFromText("Global"), 0x80);
  for (const char* text : {"", "Any", "CalledByEntry,WitnessRules", "None, CalledByEntry",
                           "CalledByEntry, CalledByEntry", "CalledByEntry, Global",
                           "WitnessRules, CalledByEntry", "CalledByEntry, "}) {
    EXPECT_FALSE(ScopesFromText(text)) << text;
  }
}

TEST(SignerTest, JsonRefusalsNameThePlace) {
  const std::string head = R"({"account":"0x)" + kAccount + R"(","scopes":)";
  EXPECT_EQ(JsonFault(head + R"("CalledByEntry"})"), "accepted");
  EXPECT_EQ(JsonFault(head + R"("CustomContracts"})"), "/allowedcontracts: the field is missing");
  EXPECT_EQ(JsonFault(head + R"("CalledByEntry","rules":[]})"), "/rules: the field is unknown");
  EXPECT_EQ(JsonFault(head + R"("CustomGroups","allowedgroups":[1]})"),
            "/allowedgroups/0: a text is expected");
  EXPECT_EQ(
      JsonFault(head + R"("WitnessRules","rules":[{"action":"Allow","condition":{"type":"Not",)"
                       R"("expression":{"type":"Or","expressions":[]}}}]})"),
      "/rules/0/condition/expression/expressions: at least one is needed");
  EXPECT_EQ(JsonFault(R"({"account":"x","scopes":"None"})").substr(0, 10), "/account: ");
}

}  // namespace
}  // namespace nsl::neo
