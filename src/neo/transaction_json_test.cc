// SPDX-License-Identifier: Apache-2.0
//
// The bytes and hashes were made with another implementation.
#include "neo/transaction_json.h"

#include <gtest/gtest.h>

#include "base/json.h"

namespace nsl::neo {
namespace {

namespace json = boost::json;

// Two signers, one of them with a rule, and two attributes.
constexpr const char* kRaw =
    "0078563412963f9800000000007055120000000000801600000293ad1572a4b35c4b925483ce1701b78742dc460f"
    "4101010202200118cf76e28bd0062c4a478ee35561011319f3cfa4d209a55874c2da4b86e5d49ff530a1b153eb12"
    "c7d61002cf76e28bd0062c4a478ee35561011319f3cfa4d2f563ea40bc283d4d0e05c48ea305b3f2a07340ef0201"
    "11ffffffffffffffff0002010202114002030c016101110000";
constexpr const char* kHash = "0x868d4dec5820672b63546cd81566b92e685b184ed8d08fd1872bb8eb57ccd1f8";

constexpr const char* kText =
    R"({"hash":"0xa0fd923d2e6fd7f86898a9f1f6b1640bc0375a7dbd22a322271fba5b3ee866dd","size":58,)"
    R"("version":0,"nonce":0,"sender":"NeN4xPMn4kHoj7G8Lciq9oorgLTvqt4qi1","sysfee":"0",)"
    R"("netfee":"0","validuntilblock":0,)"
    R"("signers":[{"account":"0xa7213b15cc18d19c810f644e37411d882ee561ca","scopes":"None"}],)"
    R"("attributes":[],"script":"QRI+f+g=","witnesses":[{"invocation":"","verification":"EQ=="}]})";

Transaction Sample() { return DecodeTransaction(FromHex(kRaw).value()).value(); }

std::string Text(const json::value& value) {
  std::string out;
  AppendJson(value, out);
  return out;
}

json::object Parsed() { return ParseJson(kText)->as_object(); }

std::string Fault(const json::value& value) {
  auto tx = TransactionFromJson(value);
  return tx ? "accepted" : tx.error().detail;
}

TEST(TransactionJsonTest, AgreesWithAnotherImplementation) {
  EXPECT_EQ(ToText(TransactionHash(Sample())), kHash);
  EXPECT_EQ(ToHex(EncodeTransaction(Sample()).value()), kRaw);
  auto tx = TransactionFromJson(Parsed());
  ASSERT_TRUE(tx) << tx.error().detail;
  EXPECT_EQ(ToHex(EncodeTransaction(*tx).value()),
            "0000000000000000000000000000000000000000000000000001ca61e52e881d41374e640f819cd118cc15"
            "3b21a700000541123e7fe801000111");
  EXPECT_EQ(Text(ToJson(*tx)), kText);
}

TEST(TransactionJsonTest, WrittenTextIsReadToTheSame) {
  json::value value = ToJson(Sample());
  EXPECT_EQ(TransactionFromJson(value).value(), Sample());
  EXPECT_EQ(value.at("attributes").at(1).at("id").as_uint64(), ~uint64_t{0});
  Transaction unsigned_tx = Sample();
  unsigned_tx.witnesses.clear();
  EXPECT_EQ(TransactionFromJson(ToJson(unsigned_tx)).value(), unsigned_tx);
}

TEST(TransactionJsonTest, EachAttributeGoesBothWays) {
  for (std::string_view text :
       {R"({"type":"HighPriority"})",
        R"({"type":"OracleResponse","id":123,"code":"Success","result":"AQID"})",
        R"({"type":"NotValidBefore","height":65})",
        R"({"type":"Conflicts",)"
        R"("hash":"0x03c564ed28ba3d50beb1a52dcb751b929e1d747281566bd510363470be186bc0"})",
        R"({"type":"NotaryAssisted","nkeys":1})"}) {
    auto attribute = AttributeFromJson(ParseJson(text).value(), "/attributes/0");
    ASSERT_TRUE(attribute) << attribute.error().detail;
    EXPECT_EQ(Text(ToJson(*attribute)), text);
  }
}

TEST(TransactionJsonTest, ReadsOverWhatTheNodeAdds) {
  json::object o = Parsed();
  o["blockhash"] = kHash;
  o["confirmations"] = 5;
  o["blocktime"] = 1'700'000'000'000;
  o["vmstate"] = "HALT";
  o["sysfee"] = 0;
  EXPECT_EQ(Fault(o), "accepted");
}

TEST(TransactionJsonTest, RefusesWhatIsNotTrueOfIt) {
  struct {
    const char* name;
    json::value value;
    const char* fault;
  } cases[] = {
      {"hash", json::string(kHash), "/hash: it is 0xa0fd"},
      {"size", 59, "/size: it is 58"},
      {"sender", "NZNos2WqTbu5oCgyfss9kUJgBXJqhuYAaj", "/sender: it is not the first signer"},
      {"version", 1, "/version: a whole number from 0 up to 0"},
      {"sysfee", "-1", "/sysfee: an amount from 0"},
      {"netfee", "9223372036854775808", "/netfee: an amount from 0"},
      {"script", "QRI+f+g", "/script: base64 of at most 65535 bytes"},
      {"script", "", "transaction script at byte 48: it is empty"},
      {"signers", json::array(), "transaction signers at byte 25: at least one is needed"},
      {"more", 1, "/more: the field is unknown"},
  };
  for (const auto& c : cases) {
    json::object o = Parsed();
    // The claims would be wrong first.
    if (std::string_view(c.name) == "script" || std::string_view(c.name) == "signers") {
      o.erase("hash");
      o.erase("size");
    }
    o[c.name] = c.value;
    EXPECT_NE(Fault(o).find(c.fault), std::string::npos) << c.name << ": " << Fault(o);
  }
  json::object o = Parsed();
  o["attributes"] = json::array{json::object{{"type", "Fast"}}};
  EXPECT_EQ(Fault(o), "/attributes/0/type: there is no 'Fast'");
}

}  // namespace
}  // namespace nsl::neo
