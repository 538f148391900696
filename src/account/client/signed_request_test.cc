// SPDX-License-Identifier: Apache-2.0
#include "account/client/signed_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "account/client/sealed_password.h"
#include "crypto/hash.h"
#include "crypto/x25519.h"

namespace nsl::account {
namespace {

constexpr char kKey[] = "acc_00000000000000000000000001.lgn_00000000000000000000000002";
constexpr char kAud[] = "000102030405060708090a0b0c0d0e0f";

std::string Header() {
  return "NSL-P256 key=" + std::string(kKey) +
         ", time=1800000000000, nonce=ffeeddccbbaa99887766554433221100, aud=" + kAud +
         ", sig=" + std::string(128, 'a');
}

std::string With(std::string_view from, std::string_view to) {
  std::string text = Header();
  size_t at = text.find(from);
  NSL_CHECK(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

TEST(SignedHeader, ReadsItsOneSpelling) {
  auto header = ParseSignedHeader(Header());
  ASSERT_TRUE(header);
  EXPECT_EQ(header->key_id, kKey);
  EXPECT_EQ(header->account_id, "acc_00000000000000000000000001");
  EXPECT_EQ(header->login_id, "lgn_00000000000000000000000002");
  EXPECT_EQ(header->time_ms, 1'800'000'000'000);
  EXPECT_EQ(ToHex(header->audience), kAud);
  EXPECT_EQ(RenderSignedHeader(*header), Header());
}

TEST(SignedHeader, RefusesEveryOtherSpelling) {
  for (const std::string& bad : {
           std::string(),
           std::string("NSL-P256 "),
           With("NSL-P256", "nsl-p256"),
           With(", time", ",time"),
           With(", time", ",  time"),
           With("time=1", "time=01"),
           With("time=1", "time=-1"),
           With("time=1", "time=+1"),
           With("time=1800000000000", "time="),
           With("time=1800000000000", "time=18000000000000000"),
           With("time=1800000000000", "time=1800000000000.5"),
           With("nonce=ff", "nonce=FF"),
           With("nonce=ff", "nonce=f"),
           With("nonce=ff", "nonce=ffff"),
           With("aud=00", "aud=zz"),
           With("acc_", "key_"),
           With(".lgn", "lgn"),
           With(", nonce=ffeeddccbbaa99887766554433221100", ""),
           With("aud=", "audience="),
           With("key=", "key=\""),
           Header() + ",",
           Header() + ", more=1",
           Header() + " ",
           Header() + std::string(600, 'a'),
       }) {
    EXPECT_FALSE(ParseSignedHeader(bad)) << bad;
  }
}

TEST(SignedRequest, TextIsWhatTheHeaderFileSays) {
  auto header = ParseSignedHeader(Header());
  EXPECT_EQ(SigningText(42, "POST", "/v1/x?y=1", crypto::Sha256(AsBytes("{}")), *header),
            "nsl/request/1\n42\nPOST\n/v1/x?y=1\n"
            "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a\n"
            "1800000000000\nffeeddccbbaa99887766554433221100\n"
            "000102030405060708090a0b0c0d0e0f\n" +
                std::string(kKey));
}

TEST(SignedRequest, SignsOverEachPart) {
  SeededRandom random(5);
  auto key = crypto::P256PrivateKey::Generate(random);
  SigningParameters parameters{kKey, kAud, 42};
  auto text =
      SignRequest(key, parameters, "PUT", "/v1/a", AsBytes("{}"), 1'800'000'000'000, random);
  ASSERT_TRUE(text);
  auto header = ParseSignedHeader(*text);
  ASSERT_TRUE(header);
  auto good = [&](uint32_t magic, std::string_view method, std::string_view target,
                  std::string_view body, const SignedHeader& h) {
    return key.PublicKey().Verify(
        AsBytes(SigningText(magic, method, target, crypto::Sha256(AsBytes(body)), h)), h.signature);
  };
  EXPECT_TRUE(good(42, "PUT", "/v1/a", "{}", *header));
  EXPECT_FALSE(good(43, "PUT", "/v1/a", "{}", *header));
  EXPECT_FALSE(good(42, "POST", "/v1/a", "{}", *header));
  EXPECT_FALSE(good(42, "PUT", "/v1/b", "{}", *header));
  EXPECT_FALSE(good(42, "PUT", "/v1/a", "{ }", *header));
  for (auto change : {+[](SignedHeader& h) { ++h.time_ms; }, +[](SignedHeader& h) { ++h.nonce[3]; },
                      +[](SignedHeader& h) { ++h.audience[0]; },
                      +[](SignedHeader& h) { h.key_id.back() = '3'; }}) {
    SignedHeader other = *header;
    change(other);
    EXPECT_FALSE(good(42, "PUT", "/v1/a", "{}", other));
  }
  EXPECT_FALSE(SignRequest(key, parameters, "PUT", "/v1/a b", {}, 1, random));
  EXPECT_FALSE(SignRequest(key, parameters, "PUT", "v1", {}, 1, random));
  EXPECT_FALSE(SignRequest(key, parameters, "PUT", "/v1\n/x", {}, 1, random));
  EXPECT_FALSE(SignRequest(key, {"acc", kAud, 42}, "PUT", "/v1", {}, 1, random));
}

TEST(LoginSecrets, AreOneStrictMap) {
  SeededRandom random(5);
  auto key = crypto::P256PrivateKey::Generate(random).PublicKey().Compressed();
  auto map = [](auto write) {
    Bytes out;
    CborWriter writer(out);
    write(writer);
    return ReadLoginSecrets(out);
  };
  auto one = map([](CborWriter& w) {
    w.Map(1);
    w.Text("password");
    w.Text("secret");
  });
  ASSERT_TRUE(one);
  EXPECT_EQ(AsText(one->password.view()), "secret");
  EXPECT_TRUE(one->session_key.empty());
  auto both = [&](std::string_view first, std::string_view second, ByteView bytes, int extra) {
    return map([&](CborWriter& w) {
      w.Map(2 + static_cast<size_t>(extra > 1));
      w.Text(first);
      w.Text("secret");
      w.Text(second);
      w.Bytes(bytes);
      if (extra == 1) w.Null();
      if (extra > 1) {
        w.Text("more");
        w.Uint(1);
      }
    });
  };
  ASSERT_TRUE(both("password", "sessionKey", key, 0));
  EXPECT_EQ(both("password", "sessionKey", key, 0)->session_key, ToBytes(ByteView(key)));
  EXPECT_FALSE(both("password", "sessionKey", key, 1));
  EXPECT_FALSE(both("password", "sessionKey", key, 2));
  EXPECT_FALSE(both("password", "session", key, 0));
  EXPECT_FALSE(both("sessionKey", "password", key, 0));
  EXPECT_FALSE(both("password", "sessionKey", {}, 0));
  auto off = key;
  off[0] = 5;
  EXPECT_FALSE(both("password", "sessionKey", off, 0));
  EXPECT_FALSE(ReadLoginSecrets({}));
  EXPECT_FALSE(ReadLoginSecrets(AsBytes("just the password")));
}

}  // namespace
}  // namespace nsl::account
