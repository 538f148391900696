// SPDX-License-Identifier: Apache-2.0
#include "neo/reader.h"

#include <gtest/gtest.h>

#include "neo/uint256.h"
#include "neo/writer.h"

namespace nsl::neo {
namespace {

Bytes Hex(std::string_view s) { return FromHex(s).value(); }

TEST(NeoReaderTest, ReadsBackWhatTheWriterWrote) {
  Writer w;
  w.U8(7).U16(0x1234).U32(0x89abcdef).U64(~uint64_t{0}).I64(-5).Bool(true);
  w.VarBytes(Hex("0102")).VarBytes(AsBytes("h\xc3\xa9"));
  Reader r(w.view());
  EXPECT_EQ(r.U8("a"), 7);
  EXPECT_EQ(r.U16("b"), 0x1234);
  EXPECT_EQ(r.U32("c"), 0x89abcdefu);
  EXPECT_EQ(r.U64("d"), ~uint64_t{0});
  EXPECT_EQ(r.I64("e"), -5);
  EXPECT_TRUE(r.Bool("f"));
  EXPECT_EQ(ToHex(r.VarBytes("g", 2)), "0102");
  EXPECT_EQ(r.VarText("h", 3), "h\xc3\xa9");
  EXPECT_TRUE(r.Finish("all"));
}

TEST(NeoReaderTest, VarintsAtTheirEdges) {
  struct {
    uint64_t value;
    const char* hex;
  } cases[] = {{0, "00"},
               {0xfc, "fc"},
               {0xfd, "fdfd00"},
               {0xffff, "fdffff"},
               {0x10000, "fe00000100"},
               {0xffffffff, "feffffffff"},
               {uint64_t{1} << 32, "ff0000000001000000"}};
  for (const auto& c : cases) {
    Writer w;
    EXPECT_EQ(ToHex(w.VarInt(c.value).view()), c.hex);
    Reader r(w.view());
    EXPECT_EQ(r.VarInt("n", ~uint64_t{0}), c.value);
    EXPECT_TRUE(r.Finish("n"));
  }
}

TEST(NeoReaderTest, RefusesLongVarintsAndSaysWhere) {
  for (const char* hex : {"fd0100", "fdfc00", "feffff0000", "ffffffffff00000000"}) {
    Bytes raw = Hex(std::string("aa") + hex);
    Reader r(raw);
    r.U8("first");
    EXPECT_EQ(r.VarInt("count", ~uint64_t{0}), 0u);
    EXPECT_FALSE(r.ok());
    EXPECT_NE(r.Check().error().detail.find("count at byte 1"), std::string::npos);
  }
}

TEST(NeoReaderTest, FirstFaultSticksAndNothingIsReadAfterIt) {
  Bytes raw = Hex("05ffff");
  Reader r(raw);
  EXPECT_TRUE(r.VarBytes("script", 4).empty());
  EXPECT_EQ(r.U8("next"), 0);
  EXPECT_EQ(r.Finish("it").error().detail, "script at byte 0: 5 is more than 4");
  Reader cut(raw);
  cut.VarBytes("script", 10);
  EXPECT_EQ(cut.Check().error().detail, "script at byte 1: needs 5 bytes, 2 are left");
  EXPECT_EQ(cut.Check().error().reason, Reason::kChainInvalid);
}

TEST(NeoReaderTest, RefusesFlagsTextsAndLeftovers) {
  Bytes two = Hex("02");
  Reader flag(two);
  EXPECT_FALSE(flag.Bool("flag"));
  EXPECT_FALSE(flag.ok());
  Bytes bad = Hex("02c328");
  Reader text(bad);
  text.VarText("name", 9);
  EXPECT_EQ(text.Check().error().detail, "name at byte 0: the text is not UTF-8");
  Reader rest(bad);
  rest.U8("x");
  EXPECT_EQ(rest.Finish("it").error().detail, "it at byte 1: 2 bytes are left over");
}

TEST(Uint256Test, TextIsReversed) {
  std::string text = "0x1f4d1defa46faa5e7b9b8d3f79a06bec777d7c26c4aa5f6f5899a291daa87c15";
  auto hash = Uint256FromText(text);
  ASSERT_TRUE(hash);
  EXPECT_EQ(hash->bytes[0], 0x15);
  EXPECT_EQ(ToText(*hash), text);
  EXPECT_EQ(*Uint256FromText(text.substr(2)), *hash);
  for (std::string bad : {std::string(), std::string("0x"), text + "00", text.substr(0, 65),
                          "0X" + text.substr(2), text.substr(0, 65) + "g"}) {
    EXPECT_FALSE(Uint256FromText(bad)) << bad;
  }
}

}  // namespace
}  // namespace nsl::neo
