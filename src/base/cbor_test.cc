// SPDX-License-Identifier: Apache-2.0
#include "base/cbor.h"

#include <gtest/gtest.h>

#include "base/random.h"

namespace nsl {
namespace {

Bytes Hex(std::string_view s) { return *FromHex(s); }

std::string Encoded(const auto& write) {
  Bytes out;
  CborWriter w(out);
  write(w);
  return ToHex(out);
}

bool Strict(ByteView in) {
  CborReader r(in);
  r.Skip();
  return r.Finish().has_value();
}

bool Foreign(ByteView in) {
  CborReader r(in, {}, CborMode::kForeign);
  r.Skip();
  return r.Finish().has_value();
}

TEST(CborTest, WritesTheIntegersOfRfc8949AppendixA) {
  struct {
    uint64_t value;
    const char* hex;
  } cases[] = {{0, "00"},
               {1, "01"},
               {10, "0a"},
               {23, "17"},
               {24, "1818"},
               {25, "1819"},
               {100, "1864"},
               {255, "18ff"},
               {256, "190100"},
               {1000, "1903e8"},
               {65535, "19ffff"},
               {65536, "1a00010000"},
               {1000000, "1a000f4240"},
               {4294967295, "1affffffff"},
               {4294967296, "1b0000000100000000"},
               {1000000000000, "1b000000e8d4a51000"},
               {18446744073709551615u, "1bffffffffffffffff"}};
  for (const auto& c : cases) {
    EXPECT_EQ(Encoded([&](CborWriter& w) { w.Uint(c.value); }), c.hex);
    Bytes in = Hex(c.hex);
    CborReader r(in);
    EXPECT_EQ(r.Uint(), c.value);
    EXPECT_TRUE(r.Finish());
  }
}

TEST(CborTest, WritesNegativeIntegersDownToTheLeast) {
  struct {
    int64_t value;
    const char* hex;
  } cases[] = {{-1, "20"},
               {-10, "29"},
               {-24, "37"},
               {-25, "3818"},
               {-100, "3863"},
               {-1000, "3903e7"},
               {INT64_MIN, "3b7fffffffffffffff"},
               {INT64_MAX, "1b7fffffffffffffff"}};
  for (const auto& c : cases) {
    EXPECT_EQ(Encoded([&](CborWriter& w) { w.Int(c.value); }), c.hex);
    Bytes in = Hex(c.hex);
    CborReader r(in);
    EXPECT_EQ(r.Int(), c.value);
    EXPECT_TRUE(r.Finish());
  }
  for (const char* beyond : {"3b8000000000000000", "1b8000000000000000"}) {
    Bytes in = Hex(beyond);
    CborReader r(in);
    r.Int();
    EXPECT_FALSE(r.ok()) << beyond;
  }
}

TEST(CborTest, ReadsTheDefiniteItemsOfRfc8949AppendixA) {
  for (const char* hex : {"f4",
                          "f5",
                          "f6",
                          "40",
                          "4401020304",
                          "60",
                          "6161",
                          "6449455446",
                          "62225c",
                          "62c3bc",
                          "63e6b0b4",
                          "64f0908591",
                          "80",
                          "83010203",
                          "8301820203820405",
                          "a0",
                          "98190102030405060708090a0b0c0d0e0f101112131415161718181819",
                          "a201020304",
                          "a26161016162820203",
                          "826161a161626163",
                          "a56161614161626142616361436164614461656145",
                          "1bffffffffffffffff"}) {
    EXPECT_TRUE(Strict(Hex(hex))) << hex;
    EXPECT_TRUE(Foreign(Hex(hex))) << hex;
  }
}

TEST(CborTest, RefusesFloatsTagsSimpleValuesAndBigIntegersInBothModes) {
  for (const char* hex :
       {"f90000", "fa47c35000", "fb3ff199999999999a", "f7", "f0", "f818", "f8ff", "c11a514b67b0",
        "c249010000000000000000", "d74401020304", "ff", "1c", "1f", "3f", "fc", "fe", "f800"}) {
    EXPECT_FALSE(Strict(Hex(hex))) << hex;
    EXPECT_FALSE(Foreign(Hex(hex))) << hex;
  }
}

TEST(CborTest, AcceptsIndefiniteArraysAndMapsOnlyInForeignMode) {
  for (const char* hex : {"9fff", "9f018202039f0405ffff", "83018202039f0405ff",
                          "bf61610161629f0203ffff", "bfff", "826161bf61626163ff"}) {
    EXPECT_FALSE(Strict(Hex(hex))) << hex;
    EXPECT_TRUE(Foreign(Hex(hex))) << hex;
  }
  for (const char* hex :
       {"9f", "bf", "bf6161ff", "9f01", "5f42010243030405ff", "7f657374726561ff"}) {
    EXPECT_FALSE(Foreign(Hex(hex))) << hex;
  }
}

TEST(CborTest, RefusesLongerThanShortestHeads) {
  for (const char* hex : {"1800", "1817", "190018", "1900ff", "1a0000ffff", "1b00000000ffffffff",
                          "5800", "7801", "9800", "b800", "3817"}) {
    EXPECT_FALSE(Strict(Hex(hex))) << hex;
  }
}

TEST(CborTest, RefusesCountsBeyondTheBytesThatRemain) {
  for (const char* hex : {"9affffffff", "9bffffffffffffffff", "bbffffffffffffffff", "ba7fffffff",
                          "5bffffffffffffffff", "7bffffffffffffffff", "8201", "a101", "4301"}) {
    EXPECT_FALSE(Strict(Hex(hex))) << hex;
    EXPECT_FALSE(Foreign(Hex(hex))) << hex;
  }
}

TEST(CborTest, CapsTheNumberOfItems) {
  Bytes in = Hex("83010203");
  CborReader few(in, {.items = 2});
  few.Array();
  EXPECT_FALSE(few.ok());
  CborReader enough(in, {.items = 3});
  EXPECT_EQ(enough.Array(), 3u);
}

TEST(CborTest, CapsDepthWithoutUsingTheStackForIt) {
  for (uint8_t open : {uint8_t{0x81}, uint8_t{0x9f}}) {
    Bytes in(100'000, open);
    CborReader r(in, {}, CborMode::kForeign);
    r.Skip();
    EXPECT_EQ(r.Finish().error().detail, "CBOR: too deep at byte 16");
  }
  Bytes exact(16, 0x81);
  exact.push_back(0x00);
  EXPECT_TRUE(Strict(exact));
  exact.insert(exact.begin(), 0x81);
  EXPECT_FALSE(Strict(exact));
}

TEST(CborTest, RefusesMapKeysOutOfOrderOrTwiceInStrictMode) {
  EXPECT_FALSE(Strict(Hex("a2616201616102")));
  EXPECT_FALSE(Strict(Hex("a2616101616102")));
  EXPECT_FALSE(Strict(Hex("a262616101616202")));
  EXPECT_TRUE(Strict(Hex("a261620162616102")));
  EXPECT_TRUE(Foreign(Hex("a2616201616102")));
}

TEST(CborTest, RefusesTextThatIsNotUtf8) {
  for (const char* bad : {"61ff", "62c080", "63eda080", "64f4908080", "63e08080", "61c3", "62c328",
                          "64f0808080", "61f8", "68616161616161c3", "6961616161616161c3ff"}) {
    EXPECT_FALSE(Strict(Hex(bad))) << bad;
  }
  EXPECT_TRUE(IsUtf8("\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf"));
  EXPECT_TRUE(IsUtf8("twelve bytes\xc3\xa4 and more"));
}

TEST(CborTest, RefusesEveryTruncatedPrefix) {
  Bytes whole = Hex("a3616101616283014203ff62c3bc616382f6a161781903e8");
  ASSERT_TRUE(Strict(whole));
  for (size_t n = 0; n < whole.size(); ++n) {
    EXPECT_FALSE(Strict(ByteView(whole).first(n))) << n;
    EXPECT_FALSE(Foreign(ByteView(whole).first(n))) << n;
  }
}

TEST(CborTest, RefusesBytesAfterTheItemAndSaysWhere) {
  Bytes in = Hex("0102");
  CborReader r(in);
  EXPECT_EQ(r.Uint(), 1u);
  Status end = r.Finish();
  ASSERT_FALSE(end);
  EXPECT_EQ(end.error().reason, Reason::kRequestMalformed);
  EXPECT_EQ(end.error().detail, "CBOR: bytes after the item at byte 1");
}

TEST(CborTest, KeepsTheFirstFailureAndReadsNothingAfterIt) {
  Bytes in = Hex("8301f502");
  CborReader r(in);
  EXPECT_EQ(r.Array(), 3u);
  EXPECT_EQ(r.Text(), "");
  EXPECT_FALSE(r.ok());
  EXPECT_EQ(r.offset(), 1u);
  EXPECT_EQ(r.Uint(), 0u);
  EXPECT_FALSE(r.Bool());
  EXPECT_TRUE(r.Bytes().empty());
  EXPECT_EQ(r.Map(), 0u);
  EXPECT_FALSE(r.TryNull());
  EXPECT_EQ(r.PeekType(), CborType::kEnd);
  EXPECT_TRUE(r.Item().empty());
  EXPECT_EQ(r.Finish().error().detail, "CBOR: expected a text at byte 1");
}

TEST(CborTest, GivesViewsIntoTheInput) {
  Bytes in = Hex("82440102030463616263");
  CborReader r(in);
  r.Array();
  ByteView bytes = r.Bytes();
  std::string_view text = r.Text();
  EXPECT_EQ(bytes.data(), in.data() + 2);
  EXPECT_EQ(text, "abc");
  EXPECT_TRUE(r.Finish());
}

TEST(CborTest, TakesOneTagOnlyAtTheStartOfAForeignDocument) {
  Bytes tagged = Hex("d280");
  CborReader foreign(tagged, {}, CborMode::kForeign);
  EXPECT_FALSE(foreign.TryTag(17));
  EXPECT_TRUE(foreign.TryTag(18));
  EXPECT_FALSE(foreign.TryTag(18));
  EXPECT_EQ(foreign.Array(), 0u);
  EXPECT_TRUE(foreign.Finish());
  CborReader strict(tagged);
  EXPECT_FALSE(strict.TryTag(18));
  Bytes twice = Hex("d2d280");
  CborReader again(twice, {}, CborMode::kForeign);
  EXPECT_TRUE(again.TryTag(18));
  EXPECT_FALSE(again.TryTag(18));
}

TEST(CborTest, KeySetFindsAKeyThatComesAgainAndBoundsTheirNumber) {
  CborKeySet keys;
  Bytes a = Hex("6161");
  Bytes again = a;
  EXPECT_TRUE(keys.Add(a));
  EXPECT_FALSE(keys.Add(again));
  std::vector<Bytes> many;
  for (uint8_t i = 0; i < 64; ++i) many.push_back({0x18, i});
  for (size_t i = 0; i < 63; ++i) EXPECT_TRUE(keys.Add(many[i])) << i;
  EXPECT_FALSE(keys.Add(many[63]));
}

TEST(CborTest, RefusalOfTheCallerIsKept) {
  Bytes in = Hex("8101");
  CborReader r(in);
  r.Array();
  r.Refuse("version not known");
  EXPECT_EQ(r.Finish().error().detail, "CBOR: version not known at byte 1");
}

TEST(CborTest, SurvivesRandomBytes) {
  SeededRandom random(7);
  size_t accepted = 0;
  for (int i = 0; i < 20'000; ++i) {
    Bytes in = random.Draw(1 + random.U64() % 24);
    accepted += Foreign(in) ? 1 : 0;
    // What strict mode accepts, foreign mode accepts too.
    if (Strict(in)) {
      EXPECT_TRUE(Foreign(in)) << ToHex(in);
    }
  }
  EXPECT_GT(accepted, 0u);
}

TEST(CborArray, IsWhatTheWriterMakes) {
  Bytes blob(300, 7);
  Bytes expected = {9};
  CborWriter w(expected);
  w.Array(8);
  w.Text("run");
  w.Text("");
  w.Bytes(blob);
  w.Uint(23);
  w.Uint(24);
  w.Uint(1'000'000'000'000);
  w.Bool(true);
  w.Bool(false);
  // Appends behind what is there.
  Bytes out = {9};
  using F = CborField;
  AppendCborArray(out, {F::Text("run"), F::Text(""), F::Bytes(blob), F::Uint(23), F::Uint(24),
                        F::Uint(1'000'000'000'000), F::Bool(true), F::Bool(false)});
  EXPECT_EQ(out, expected);
}

}  // namespace
}  // namespace nsl
