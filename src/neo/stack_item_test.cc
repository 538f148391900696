// SPDX-License-Identifier: Apache-2.0
#include "neo/stack_item.h"

#include <gtest/gtest.h>

#include <boost/json/value.hpp>

#include "base/json.h"

namespace nsl::neo {
namespace {

TEST(StackItemTest, JsonGoesBothWays) {
  for (
      const char* text :
      {R"({"type":"Any"})", R"({"type":"Pointer","value":7})",
       R"({"type":"Boolean","value":false})", R"({"type":"Integer","value":"-5"})",
       R"({"type":"Buffer","value":"AQ=="})",
       R"({"type":"Struct","value":[{"type":"ByteString","value":""},{"type":"Array","value":[]}]})",
       R"({"type":"Map","value":[{"key":{"type":"Integer","value":"1"},"value":{"type":"Any"}}]})",
       R"({"type":"InteropInterface","interface":"IIterator","id":"1-2"})",
       R"({"type":"InteropInterface","iterator":[{"type":"Any"}],"truncated":true})"}) {
    auto item = StackItemFromJson(*ParseJson(text));
    ASSERT_TRUE(item) << item.error().detail;
    std::string out;
    AppendJson(ToJson(*item), out);
    EXPECT_EQ(out, text);
  }
}

TEST(StackItemTest, RefusesItemsAndNamesThePlace) {
  struct {
    const char* text;
    const char* detail;
  } cases[] = {
      {"[]", "/: an object is expected"},
      {R"("error: recursive reference")",
       "/: the node says 'error: recursive reference' instead of an item"},
      {R"({"type":"Thing"})", "/type: there is no such item"},
      {R"({"type":"Integer","value":5})", "/value: a text is expected"},
      {R"({"type":"Array","value":[{"type":"Boolean","value":"x"}]})",
       "/value/0/value: true or false is expected"},
      {R"({"type":"Map","value":[{"key":{"type":"Any"}}]})",
       "/value/0/value: the field is missing"},
  };
  for (const auto& c : cases) {
    auto item = StackItemFromJson(*ParseJson(c.text));
    ASSERT_FALSE(item) << c.text;
    EXPECT_EQ(item.error().detail, c.detail);
  }
}

TEST(StackItemTest, BinaryIsStrict) {
  for (const char* hex :
       {"00", "2000", "2100", "210180", "2803616263", "3000", "400221010121010 2"}) {
    std::string digits(hex);
    std::erase(digits, ' ');
    Bytes raw = FromHex(digits).value();
    auto item = DecodeStackItem(raw);
    ASSERT_TRUE(item) << hex << item.error().detail;
    EXPECT_EQ(ToHex(EncodeStackItem(*item).value()), digits);
  }
  for (const char* hex : {"", "10", "60", "01", "2002", "21020000", "210100", "4001", "48014000",
                          "480221010100210101 00", "0000"}) {
    std::string digits(hex);
    std::erase(digits, ' ');
    EXPECT_FALSE(DecodeStackItem(FromHex(digits).value())) << hex;
  }
  Bytes deep(2 * (kMaxStackItemDepth - 1), 1);
  for (size_t i = 0; i < deep.size(); i += 2) deep[i] = 0x40;
  deep.push_back(0);
  EXPECT_TRUE(DecodeStackItem(deep));
  deep.insert(deep.begin(), {0x40, 0x01});
  EXPECT_FALSE(DecodeStackItem(deep));
  StackItem pointer;
  pointer.type = StackItemType::kPointer;
  EXPECT_FALSE(EncodeStackItem(pointer));
}

}  // namespace
}  // namespace nsl::neo
