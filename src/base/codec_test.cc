// SPDX-License-Identifier: Apache-2.0
#include "base/codec.h"

#include <gtest/gtest.h>

#include <chrono>

namespace nsl {
namespace {

enum class Colour : uint8_t { kRed, kDarkBlue };
BOOST_DESCRIBE_ENUM(Colour, kRed, kDarkBlue)

struct Inner {
  std::string host_name;
  uint16_t port = 0;
  friend bool operator==(const Inner&, const Inner&) = default;
};
BOOST_DESCRIBE_STRUCT(Inner, (), (host_name, port))

struct Empty {
  friend bool operator==(const Empty&, const Empty&) = default;
};
BOOST_DESCRIBE_STRUCT(Empty, (), ())

// A value type that travels as text.
struct Percent {
  int value = 0;
  friend bool operator==(const Percent&, const Percent&) = default;
};

struct Everything {
  static constexpr std::string_view kDefaulted[] = {"retry_count"};

  bool on = false;
  int8_t tiny = 0;
  int64_t big = 0;
  uint64_t huge = 0;
  std::string name;
  Bytes body;
  ByteArray<4> tag{};
  std::vector<Inner> targets;
  std::optional<std::string> note;
  std::map<std::string, int32_t> counts;
  Colour main_colour = Colour::kRed;
  RawJson extra;
  Empty none;
  Percent share;
  uint32_t retry_count = 3;
  friend bool operator==(const Everything&, const Everything&) = default;
};
BOOST_DESCRIBE_STRUCT(Everything, (),
                      (on, tiny, big, huge, name, body, tag, targets, note, counts, main_colour,
                       extra, none, share, retry_count))

struct Borrowed {
  std::string_view id;
  ByteView body;
  uint32_t n = 0;
};
BOOST_DESCRIBE_STRUCT(Borrowed, (), (id, body, n))

struct Derived : Inner {
  bool tls = false;
};
BOOST_DESCRIBE_STRUCT(Derived, (Inner), (tls))

struct Tree {
  std::vector<Tree> children;
};
BOOST_DESCRIBE_STRUCT(Tree, (), (children))

struct Price {
  double value = 0;
};
BOOST_DESCRIBE_STRUCT(Price, (), (value))

struct Eight {
  std::string_view run_id;
  std::string_view function_id;
  std::string_view alias;
  ByteView payload;
  uint64_t time_ms = 0;
  uint32_t flags = 0;
  bool keep = false;
  std::string_view origin;
};
BOOST_DESCRIBE_STRUCT(Eight, (),
                      (run_id, function_id, alias, payload, time_ms, flags, keep, origin))

Everything Sample() {
  Everything e;
  e.on = true;
  e.tiny = -128;
  e.big = INT64_MIN;
  e.huge = UINT64_MAX;
  e.name = "n\xc3\xa4me";
  e.body = {0, 1, 255};
  e.tag = {1, 2, 3, 0xff};
  e.targets = {{"a.example", 443}, {"b.example", 80}};
  e.counts = {{"b", 2}, {"aa", 1}};
  e.main_colour = Colour::kDarkBlue;
  e.extra.text = R"({"k":[1,null]})";
  e.share = {42};
  e.retry_count = 9;
  return e;
}

constexpr std::string_view kSampleJson =
    R"({"on":true,"tiny":-128,"big":-9223372036854775808,"huge":18446744073709551615,)"
    "\"name\":\"n\xc3\xa4me\","
    R"("body":"AAH/","tag":"010203ff","targets":[{"hostName":"a.example","port":443},)"
    R"({"hostName":"b.example","port":80}],"counts":{"aa":1,"b":2},"mainColour":"dark_blue",)"
    R"("extra":{"k":[1,null]},"none":{},"share":"42%","retryCount":9})";

}  // namespace

template <>
struct TextCodec<Percent> {
  static constexpr std::string_view kShape = "a percentage such as 5%";
  static std::string ToText(const Percent& p) { return std::to_string(p.value) + "%"; }
  static std::optional<Percent> FromText(std::string_view s) {
    if (s.size() < 2 || s.size() > 4 || s.back() != '%') return std::nullopt;
    return Percent{std::stoi(std::string(s))};
  }
};

namespace {

std::map<std::string, std::string> Fields(const Error& error) {
  std::map<std::string, std::string> out;
  for (const FieldError& f : error.fields) out[f.pointer] = f.detail;
  return out;
}

TEST(CodecTest, JsonRoundTripKeepsEveryKindOfMember) {
  EXPECT_EQ(ToJson(Sample()), kSampleJson);
  auto back = FromJson<Everything>(kSampleJson);
  ASSERT_TRUE(back) << back.error().ToString();
  EXPECT_EQ(*back, Sample());
}

TEST(CodecTest, CborRoundTripKeepsEveryKindOfMember) {
  Bytes cbor = ToCbor(Sample());
  auto back = FromCbor<Everything>(cbor);
  ASSERT_TRUE(back) << back.error().ToString();
  EXPECT_EQ(*back, Sample());
}

TEST(CodecTest, CborKeysStandInDeterministicOrder) {
  EXPECT_EQ(ToHex(ToCbor(Inner{"h", 1})), "a264706f72740168686f73744e616d656168");
  std::map<std::string, int32_t> map = {{"aaa", 1}, {"b", 2}, {"ab", 3}, {"", 4}};
  EXPECT_EQ(ToHex(ToCbor(map)),
            "a460046162026261620363616161"
            "01");
  EXPECT_EQ(*FromCbor<decltype(map)>(ToCbor(map)), map);
}

TEST(CodecTest, CborRefusesKeysOutOfOrderOrTwice) {
  for (const char* hex : {"a268686f73744e616d65616864706f727401", "a264706f72740164706f727402"}) {
    auto read = FromCbor<Inner>(*FromHex(hex));
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().reason, Reason::kRequestMalformed) << hex;
  }
}

TEST(CodecTest, CborPassesOverUnknownKeys) {
  Bytes with = *FromHex(
      "a3616f83010203"
      "64706f727401"
      "68686f73744e616d656168");
  auto read = FromCbor<Inner>(with);
  ASSERT_TRUE(read) << read.error().ToString();
  EXPECT_EQ(*read, (Inner{"h", 1}));
}

TEST(CodecTest, CborRefusesEveryTruncatedPrefixAndTrailingBytes) {
  Bytes cbor = ToCbor(Sample());
  for (size_t n = 0; n < cbor.size(); ++n) {
    auto read = FromCbor<Everything>(ByteView(cbor).first(n));
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().reason, Reason::kRequestMalformed) << n;
  }
  cbor.push_back(0);
  EXPECT_FALSE(FromCbor<Everything>(cbor));
}

TEST(CodecTest, CborReportsFieldsByPointer) {
  // [{"port": 65536, "hostName": 5}]
  Bytes in = *FromHex("81a264706f72741a0001000068686f73744e616d6505");
  auto read = FromCbor<std::vector<Inner>>(in);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().reason, Reason::kRequestInvalid);
  auto fields = Fields(read.error());
  EXPECT_EQ(fields["/0/port"], "must be from 0 to 65535");
  EXPECT_EQ(fields["/0/hostName"], "must be a text");
}

TEST(CodecTest, CborChecksTheRangeOfEveryIntegerType) {
  auto integer = []<class T>(T, int64_t v) {
    Bytes b;
    CborWriter(b).Int(v);
    return FromCbor<T>(b).has_value();
  };
  EXPECT_TRUE(integer(int8_t{}, -128));
  EXPECT_FALSE(integer(int8_t{}, -129));
  EXPECT_FALSE(integer(int8_t{}, 128));
  EXPECT_FALSE(integer(uint8_t{}, -1));
  EXPECT_FALSE(integer(uint8_t{}, 256));
  EXPECT_TRUE(integer(uint16_t{}, 65535));
  EXPECT_FALSE(integer(uint32_t{}, int64_t{1} << 32));
  EXPECT_TRUE(integer(int64_t{}, INT64_MIN));
  EXPECT_FALSE(integer(uint64_t{}, -1));
}

TEST(CodecTest, CborDoesNotReserveWhatACountOnlyClaims) {
  Bytes in = {0x9a, 0x00, 0x0f, 0xff, 0xff};
  in.resize(5 + 0xfffff, 0x00);
  auto read = FromCbor<std::vector<Inner>>(in);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().fields.size(), codec::Faults::kMax);
}

TEST(CodecTest, CborRefusesRecursionBeyondTheDepthLimit) {
  std::string hex;
  for (int i = 0; i < 40; ++i) hex += "a1686368696c6472656e81";
  Bytes in = *FromHex(hex + "a1686368696c6472656e80");
  auto read = FromCbor<Tree>(in);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().reason, Reason::kRequestMalformed);
  EXPECT_TRUE(FromCbor<Tree>(in, {.depth = 100}));
}

TEST(CodecTest, BorrowedMembersPointIntoTheInput) {
  Bytes body = {1, 2, 3};
  Bytes cbor = ToCbor(Borrowed{"run_1", body, 7});
  auto read = FromCbor<Borrowed>(cbor);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->id, "run_1");
  EXPECT_GE(read->body.data(), cbor.data());
  EXPECT_LT(read->body.data(), cbor.data() + cbor.size());
}

TEST(CodecTest, RawJsonFromCborMustBeJson) {
  Bytes good;
  CborWriter(good).Text("[1]");
  EXPECT_EQ(FromCbor<RawJson>(good)->text, "[1]");
  Bytes bad;
  CborWriter(bad).Text("1},{\"admin\":true");
  EXPECT_FALSE(FromCbor<RawJson>(bad));
}

TEST(CodecTest, InheritedMembersComeFirst) {
  Derived d;
  d.host_name = "h";
  d.tls = true;
  EXPECT_EQ(ToJson(d), R"({"hostName":"h","port":0,"tls":true})");
  EXPECT_TRUE(FromCbor<Derived>(ToCbor(d))->tls);
}

TEST(CodecTest, OptionalIsNoneWhenAbsentOrNullAndWrittenOnlyWhenSet) {
  Everything e = Sample();
  e.note = "hi";
  std::string json = ToJson(e);
  EXPECT_NE(json.find("\"note\":\"hi\""), std::string::npos);
  EXPECT_EQ(FromJson<Everything>(json)->note, "hi");
  EXPECT_EQ(FromCbor<Everything>(ToCbor(e))->note, "hi");
  std::string null = json;
  null.replace(null.find("\"hi\""), 4, "null");
  EXPECT_FALSE(FromJson<Everything>(null)->note.has_value());
  EXPECT_FALSE(FromCbor<std::optional<int>>(Bytes{0xf6})->has_value());
}

TEST(CodecTest, DefaultedMemberMayBeAbsent) {
  std::string json(kSampleJson);
  json.erase(json.find(",\"retryCount\":9"), 15);
  auto read = FromJson<Everything>(json);
  ASSERT_TRUE(read) << read.error().ToString();
  EXPECT_EQ(read->retry_count, 3u);
}

TEST(CodecTest, JsonCollectsAllFaultsOfTheDocument) {
  auto read = FromJson<Everything>(
      R"({"on":1,"tiny":200,"big":1.5,"huge":-1,"name":null,"body":"AAH","tag":"010203FF",)"
      R"("targets":[{"hostName":"a","port":70000},{"port":1,"prot":2}],"counts":{"a/b":"x"},)"
      R"("mainColour":"blue","extra":null,"none":[],"share":"lots"})");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().reason, Reason::kRequestInvalid);
  EXPECT_EQ(read.error().http_status(), 422);
  std::map<std::string, std::string> want = {
      {"/on", "must be true or false"},
      {"/tiny", "must be from -128 to 127"},
      {"/big", "must be an integer"},
      {"/huge", "must be from 0 to 18446744073709551615"},
      {"/name", "must be a string"},
      {"/body", "must be base64 with padding (RFC 4648 section 4)"},
      {"/tag", "must be 8 lower-case hexadecimal characters"},
      {"/targets/0/port", "must be from 0 to 65535"},
      {"/targets/1/prot", "is not a known field; did you mean 'port'?"},
      {"/targets/1/hostName", "is required"},
      {"/counts/a~1b", "must be an integer"},
      {"/mainColour", "must be red or dark_blue"},
      {"/none", "must be an object"},
      {"/share", "must be a percentage such as 5%"}};
  EXPECT_EQ(Fields(read.error()), want);
}

TEST(CodecTest, JsonReportsAtMostSixteenFields) {
  std::string json = "[";
  for (int i = 0; i < 100; ++i) json += i == 0 ? "\"x\"" : ",\"x\"";
  auto read = FromJson<std::vector<int>>(json + "]");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().fields.size(), 16u);
}

TEST(CodecTest, JsonMalformedIsToldApartFromInvalid) {
  auto read = FromJson<Inner>("{\"hostName\":");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().reason, Reason::kRequestMalformed);
  EXPECT_EQ(FromJson<Inner>("[]").error().detail, "the document must be an object");
}

TEST(CodecTest, JsonHostileKeyDoesNotMakeALargeAnswer) {
  auto read = FromJson<Empty>("{\"" + std::string(100'000, 'k') + "\":1}");
  ASSERT_FALSE(read);
  EXPECT_LT(read.error().fields[0].pointer.size(), 200u);
  EXPECT_LT(read.error().detail.size(), 300u);
}

TEST(CodecTest, JsonDoublesKeepTheirValue) {
  EXPECT_EQ(ToJson(Price{0.1}), R"({"value":0.1})");
  EXPECT_EQ(FromJson<Price>(R"({"value":1e21})")->value, 1e21);
  EXPECT_EQ(FromJson<Price>(R"({"value":3})")->value, 3.0);
  EXPECT_FALSE(FromJson<Price>(R"({"value":1e999})"));
}

TEST(CodecTest, EnumTexts) {
  EXPECT_EQ(EnumText(Colour::kDarkBlue), "dark_blue");
  EXPECT_EQ(EnumFromText<Colour>("red"), Colour::kRed);
  EXPECT_FALSE(EnumFromText<Colour>("kRed"));
  EXPECT_EQ(EnumText(static_cast<Colour>(9)), "");
}

TEST(CodecTest, SchemaSaysWhatTheReaderAccepts) {
  std::string schema;
  AppendJsonSchema<Everything>(schema);
  auto value = ParseJson(schema);
  ASSERT_TRUE(value) << schema;
  const auto& root = value->as_object();
  const auto& properties = root.at("properties").as_object();
  EXPECT_EQ(properties.size(), 15u);
  EXPECT_EQ(properties.at("tiny").at("minimum").as_int64(), -128);
  EXPECT_EQ(properties.at("tag").at("pattern").as_string(), "^[0-9a-f]{8}$");
  EXPECT_EQ(properties.at("targets").at("items").at("properties").at("port").at("maximum"), 65535);
  EXPECT_EQ(properties.at("mainColour").at("enum").as_array().size(), 2u);
  EXPECT_EQ(root.at("additionalProperties").as_bool(), false);
  // All but the optional and the defaulted one.
  EXPECT_EQ(root.at("required").as_array().size(), 13u);
}

TEST(CodecTest, SchemaOfARecursiveTypeEnds) {
  std::string schema;
  AppendJsonSchema<Tree>(schema);
  EXPECT_TRUE(ParseJson(schema));
}

// Prints the time; the bound only catches a change of order of magnitude.
}  // namespace
}  // namespace nsl
