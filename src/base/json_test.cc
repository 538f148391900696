// SPDX-License-Identifier: Apache-2.0
#include "base/json.h"

#include <gtest/gtest.h>

#include <boost/json/value.hpp>

namespace nsl {
namespace {

std::string RoundTrip(std::string_view text) {
  auto value = ParseJson(text);
  if (!value) return "refused: " + value.error().detail;
  std::string out;
  AppendJson(*value, out);
  return out;
}

Reason ReasonOf(std::string_view text, JsonLimits limits = {}) {
  auto value = ParseJson(text, limits);
  EXPECT_EQ(CheckJson(text, limits).has_value(), value.has_value()) << text;
  return value ? Reason::kPlatformInternal : value.error().reason;
}

TEST(JsonTest, WritesTheShortestFormOfWhatItReads) {
  EXPECT_EQ(RoundTrip(" { \"a\" : [ 1 , -2 , 1.50 , 1e2 , true , null ] , \"b\":\"\\u00e4\\n\" } "),
            "{\"a\":[1,-2,1.5,100,true,null],\"b\":\"\xc3\xa4\\n\"}");
  EXPECT_EQ(RoundTrip("18446744073709551615"), "18446744073709551615");
  EXPECT_EQ(RoundTrip("-9223372036854775808"), "-9223372036854775808");
  EXPECT_EQ(RoundTrip("[-0.0,-0,0.0,1e20]"), "[0,0,0,1e+20]");
  EXPECT_EQ(RoundTrip("[]"), "[]");
  EXPECT_EQ(RoundTrip("{}"), "{}");
}

TEST(JsonTest, ReadsNumbersToTheNearestDouble) {
  for (std::string_view text :
       {"0.1", "2.2250738585072014e-308", "5e-324", "1.7976931348623157e+308", "9.007199254740993",
        "0.3333333333333333", "7.038531e-26", "1.0000000000000002"}) {
    auto value = ParseJson(text);
    ASSERT_TRUE(value);
    EXPECT_EQ(value->get_double(), std::strtod(std::string(text).c_str(), nullptr)) << text;
  }
}

TEST(JsonTest, RefusesADuplicateKeyAnywhereAndNamesIt) {
  EXPECT_EQ(RoundTrip("{\"a\":1,\n \"b\":{\"x\":1,\"y\":2,\"\\u0078\":3}}"),
            "refused: JSON, line 2 column 29: the object that ends here has the key 'x' twice");
  EXPECT_EQ(ReasonOf(R"({"a":1,"a":1})"), Reason::kRequestMalformed);
  EXPECT_EQ(ReasonOf(R"([{"":1,"":1}])"), Reason::kRequestMalformed);
  EXPECT_EQ(RoundTrip(R"({"a":{"a":{"a":1}},"b":[{"a":1},{"a":2}]})"),
            R"({"a":{"a":{"a":1}},"b":[{"a":1},{"a":2}]})");
}

TEST(JsonTest, SaysLineAndColumnOfWhatIsMalformed) {
  auto value = ParseJson("{\n  \"a\": 1,\n  oops\n}");
  ASSERT_FALSE(value);
  EXPECT_EQ(value.error().reason, Reason::kRequestMalformed);
  EXPECT_TRUE(value.error().detail.starts_with("JSON, line 3 column 3: ")) << value.error().detail;
}

TEST(JsonTest, RefusesWhatIsNotJson) {
  for (std::string_view text :
       {"",        " ",         "{",        "[1,]",         "{\"a\":1,}",       "01",
        "1.",      ".5",        "+1",       "NaN",          "Infinity",         "'a'",
        "tru",     "[1] 2",     "\"\\x\"",  "\"\\ud800\"",  "\"a\nb\"",         "\xef\xbb\xbf{}",
        "// c\n1", "{\"a\" 1}", "\"\xff\"", "\"\xc0\x80\"", "\"\xed\xa0\x80\"", "nul\0l"}) {
    EXPECT_EQ(ReasonOf(text), Reason::kRequestMalformed) << text;
  }
}

TEST(JsonTest, RefusesEveryTruncatedPrefix) {
  std::string_view whole = R"({"a":[1,{"b":"\u00e4\ud83d\ude00"},true],"c":null})";
  ASSERT_TRUE(ParseJson(whole));
  for (size_t n = 0; n < whole.size(); ++n) {
    EXPECT_EQ(ReasonOf(whole.substr(0, n)), Reason::kRequestMalformed) << n;
  }
}

TEST(JsonTest, CapsDepthAndSize) {
  std::string deep = std::string(64, '[') + std::string(64, ']');
  EXPECT_TRUE(ParseJson(deep));
  EXPECT_EQ(ReasonOf("[" + deep + "]"), Reason::kRequestMalformed);
  EXPECT_EQ(ReasonOf(std::string(100'000, '[')), Reason::kRequestMalformed);
  EXPECT_EQ(ReasonOf("[1,2,3]", {.bytes = 6}), Reason::kRequestTooLarge);
  EXPECT_TRUE(ParseJson("[1,2,3]", {.bytes = 7}));
}

TEST(JsonTest, PointerEscapesTildeAndSlash) {
  std::string pointer;
  AppendJsonPointer(pointer, "a/b~c");
  EXPECT_EQ(pointer, "/a~1b~0c");
}

TEST(JsonTest, NumbersThatAreNotFiniteBecomeNull) {
  std::string out;
  AppendJsonNumber(std::numeric_limits<double>::infinity(), out);
  AppendJsonNumber(std::numeric_limits<double>::quiet_NaN(), out);
  EXPECT_EQ(out, "nullnull");
}

TEST(JsonTest, EditDistanceCountsSwapsOfNeighboursOnce) {
  EXPECT_EQ(EditDistance("", "abc"), 3u);
  EXPECT_EQ(EditDistance("name", "name"), 0u);
  EXPECT_EQ(EditDistance("naem", "name"), 1u);
  EXPECT_EQ(EditDistance("kitten", "sitting"), 3u);
  EXPECT_EQ(EditDistance(std::string(1000, 'a'), std::string(1000, 'b')), 64u);
}

TEST(JsonTest, NearestNameIsCloseOrNothing) {
  std::vector<std::string_view> names = {"timeoutMs", "memoryMb", "id"};
  EXPECT_EQ(NearestName("timeoutMS", names), "timeoutMs");
  EXPECT_EQ(NearestName("memory", names), "memoryMb");
  EXPECT_EQ(NearestName("colour", names), "");
}

}  // namespace
}  // namespace nsl
