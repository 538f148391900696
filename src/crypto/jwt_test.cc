// SPDX-License-Identifier: Apache-2.0
#include "crypto/jwt.h"

#include <gtest/gtest.h>

#include <boost/json/value.hpp>

#include "crypto/hash.h"
#include "crypto/test_util.h"

namespace nsl::crypto {
namespace {

namespace json = boost::json;

constexpr UnixMillis kNow = 1'700'000'000'000;

P256PrivateKey Key() {
  SeededRandom random(31);
  return P256PrivateKey::Generate(random);
}

json::object Claims() {
  return {{"iss", "nsl"}, {"aud", "api"}, {"sub", "acc_1"}, {"exp", kNow / 1000 + 900}};
}

JwtExpect Expect() { return {.issuer = "nsl", .audience = "api", .now_ms = kNow}; }

std::string Token() { return *SignJwt(Key(), Claims(), "k1"); }

// A token with this header and these claims as they stand, rightly signed.
std::string Forge(std::string_view header, std::string_view claims) {
  std::string text = ToBase64Url(AsBytes(header)) + "." + ToBase64Url(AsBytes(claims));
  return text + "." + ToBase64Url(*Key().Sign(AsBytes(text)));
}

std::string Detail(std::string_view token, const JwtExpect& expect = Expect()) {
  auto claims = VerifyJwt(token, Key().PublicKey(), expect);
  if (claims) return "ok";
  EXPECT_EQ(claims.error().reason, Reason::kAuthInvalid);
  return claims.error().detail;
}

constexpr std::string_view kHeader = R"({"alg":"ES256","typ":"JWT"})";
constexpr std::string_view kGood = R"({"iss":"nsl","aud":"api","exp":1700000900,"sub":"acc_1"})";

TEST(JwtTest, GivesTheClaimsOfAValidToken) {
  auto claims = VerifyJwt(Token(), Key().PublicKey(), Expect());
  ASSERT_TRUE(claims) << claims.error().detail;
  EXPECT_EQ(claims->at("sub").as_string(), "acc_1");
  EXPECT_EQ(*JwtKeyId(Token()), "k1");
  EXPECT_EQ(Detail(Forge(kHeader, kGood)), "ok");
  EXPECT_EQ(*JwtKeyId(Forge(kHeader, kGood)), "");
}

// RFC 7515 A.3: the key and the signature of the standard.
TEST(JwtTest, VerifiesTheEs256ExampleOfRfc7515) {
  Bytes point = {0x04};
  for (std::string_view half : {"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
                                "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}) {
    Bytes bytes = *FromBase64Url(half);
    point.insert(point.end(), bytes.begin(), bytes.end());
  }
  auto key = P256PublicKey::FromBytes(point);
  ASSERT_TRUE(key);
  std::string token =
      "eyJhbGciOiJFUzI1NiJ9."
      "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0"
      "cnVlfQ."
      "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
  JwtExpect expect{.issuer = "joe", .type = "", .now_ms = 1'300'000'000'000};
  auto claims = VerifyJwt(token, *key, expect);
  ASSERT_TRUE(claims) << claims.error().detail;
  EXPECT_TRUE(claims->at("http://example.com/is_root").as_bool());
}

TEST(JwtTest, RefusesEveryFlippedBitAndEveryTruncatedPrefix) {
  std::string token = Token();
  for (size_t i = 0; i < token.size(); ++i) {
    for (char bit : {0x01, 0x02, 0x20}) {
      std::string bad = token;
      bad[i] = static_cast<char>(bad[i] ^ bit);
      EXPECT_NE(Detail(bad), "ok") << i;
    }
    EXPECT_NE(Detail(std::string_view(token).substr(0, i)), "ok") << i;
  }
}

TEST(JwtTest, TheAlgorithmOfTheTokenDecidesNothing) {
  EXPECT_EQ(Detail(Forge(R"({"alg":"none","typ":"JWT"})", kGood)),
            "token: the algorithm is not ES256");
  EXPECT_EQ(Detail(Forge(R"({"alg":"HS256","typ":"JWT"})", kGood)),
            "token: the algorithm is not ES256");
  EXPECT_EQ(Detail(Forge(R"({"typ":"JWT"})", kGood)), "token: the algorithm is not ES256");
  std::string unsigned_token = ToBase64Url(AsBytes(R"({"alg":"none","typ":"JWT"})")) + "." +
                               ToBase64Url(AsBytes(kGood)) + ".";
  EXPECT_NE(Detail(unsigned_token), "ok");
  // HMAC with the public key as the secret, named ES256.
  std::string text = ToBase64Url(AsBytes(kHeader)) + "." + ToBase64Url(AsBytes(kGood));
  auto mac = HmacSha256(Key().PublicKey().SpkiDer(), AsBytes(text));
  EXPECT_NE(Detail(text + "." + ToBase64Url(mac)), "ok");
}

TEST(JwtTest, RefusesCriticalHeadersAnotherTypeAndBadSpelling) {
  EXPECT_EQ(Detail(Forge(R"({"alg":"ES256","typ":"JWT","crit":["b64"],"b64":false})", kGood)),
            "token: critical extensions are not understood");
  EXPECT_EQ(Detail(Forge(R"({"alg":"ES256","typ":"at+jwt"})", kGood)), "token: another type");
  EXPECT_EQ(Detail(Forge(R"({"alg":"ES256","typ":"jwt"})", kGood)), "ok");
  EXPECT_EQ(Detail(Forge(R"({"alg":"ES256","alg":"ES256","typ":"JWT"})", kGood)),
            "token: not JSON objects");
  EXPECT_EQ(Detail(Forge("[]", kGood)), "token: not JSON objects");
  EXPECT_EQ(Detail(Token() + "="), "token: the signature does not verify");
  EXPECT_EQ(Detail(Token() + "."), "token: not three parts");
  EXPECT_EQ(Detail(" " + Token()), "token: not base64url");
  EXPECT_EQ(Detail(std::string(kMaxJwtBytes + 1, 'a')), "token: longer than 8192 bytes");
}

TEST(JwtTest, ChecksTimesWithTheLeeway) {
  JwtExpect expect = Expect();
  UnixMillis end = (kNow / 1000 + 900) * 1000;
  expect.now_ms = end + expect.leeway_ms - 1;
  EXPECT_EQ(Detail(Token(), expect), "ok");
  expect.now_ms = end + expect.leeway_ms;
  EXPECT_EQ(Detail(Token(), expect), "token: expired");
  std::string later =
      Forge(kHeader, R"({"iss":"nsl","aud":"api","exp":1700000900,"nbf":1700000010})");
  expect.now_ms = 1'700'000'005'000;
  EXPECT_EQ(Detail(later, expect), "ok");
  expect.now_ms = 1'700'000'004'999;
  EXPECT_EQ(Detail(later, expect), "token: not valid yet");
}

TEST(JwtTest, RefusesTimesThatAreNoTimes) {
  for (std::string_view exp : {"null", "\"1700000900\"", "-1", "1e300", "[]", "true",
                               "18446744073709551615", "9223372036854775807"}) {
    std::string claims = R"({"iss":"nsl","aud":"api","exp":)" + std::string(exp) + "}";
    EXPECT_EQ(Detail(Forge(kHeader, claims)), "token: no time of expiry") << exp;
  }
  EXPECT_EQ(Detail(Forge(kHeader, R"({"iss":"nsl","aud":"api"})")), "token: no time of expiry");
  EXPECT_EQ(Detail(Forge(kHeader, R"({"iss":"nsl","aud":"api","exp":1700000900,"nbf":"x"})")),
            "token: not valid yet");
  EXPECT_EQ(Detail(Forge(kHeader, R"({"iss":"nsl","aud":"api","exp":1700000900.5})")), "ok");
}

TEST(JwtTest, ChecksIssuerAndAudience) {
  EXPECT_EQ(Detail(Forge(kHeader, R"({"aud":"api","exp":1700000900})")), "token: another issuer");
  EXPECT_EQ(Detail(Forge(kHeader, R"({"iss":"nsl","exp":1700000900})")),
            "token: for another audience");
  EXPECT_EQ(Detail(Forge(kHeader, R"({"iss":"nsl","aud":["x","api"],"exp":1700000900})")), "ok");
  EXPECT_EQ(Detail(Forge(kHeader, R"({"iss":"nsl","aud":["x",1],"exp":1700000900})")),
            "token: for another audience");
  EXPECT_EQ(Detail(Forge(kHeader, R"({"iss":["nsl"],"aud":"api","exp":1700000900})")),
            "token: another issuer");
}

TEST(JwtTest, RefusesAnotherKeyAndTooLongATokenToSign) {
  SeededRandom random(32);
  auto other = P256PrivateKey::Generate(random);
  EXPECT_FALSE(VerifyJwt(Token(), other.PublicKey(), Expect()));
  json::object large = Claims();
  large["blob"] = std::string(kMaxJwtBytes, 'x');
  EXPECT_FALSE(SignJwt(Key(), large));
}

}  // namespace
}  // namespace nsl::crypto
