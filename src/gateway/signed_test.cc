// SPDX-License-Identifier: Apache-2.0
// What the gateway hands to the vault about a signed request, and what it refuses by itself.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/gateway_fixture.h"

namespace nsl::gateway {
namespace {

using function_store::kBootId;
using function_store::kOwnerA;
using function_store::kProjectA;
using function_store::kProjectB;
using function_store::kSessionA;
using function_store::SignedAs;

class SignedTest : public ::testing::Test, public GatewayFixture {
 protected:
  void SetUp() override { Open(); }
  HttpAnswerText SendWith(const std::string& header, const std::string& path,
                          const std::string& body) {
    return Send("POST", path, {}, body, "Authorization: " + header + "\r\n");
  }
  static constexpr char kPath[] = "/v1/projects/prj_00000000000000000000000001/functions";
  static constexpr char kBody[] = R"({"name":"hello","runtime":"javascript"})";
};

TEST_F(SignedTest, TheVaultGetsTheRequestAsItCame) {
  std::string path = std::string(kPath) + "?";
  HttpAnswerText made = SendSigned("POST", path, kSessionA, kBody);
  EXPECT_EQ(made.status, 201u) << made.body;
  ASSERT_TRUE(vault.last_signed);
  EXPECT_EQ(vault.last_signed->method, "POST");
  EXPECT_EQ(vault.last_signed->target, path);
  EXPECT_EQ(AsText(vault.last_signed->body), kBody);
  EXPECT_EQ(vault.last_signed->body_hash, ToBytes(ByteView(crypto::Sha256(AsBytes(kBody)))));
  // A bearer credential brings nothing of the kind.
  Send("GET", "/v1/me", kOwnerA);
  EXPECT_FALSE(vault.last_signed);
}

TEST_F(SignedTest, ALongBodyTravelsAsItsHashAlone) {
  std::string body = R"({"name":"hello","runtime":"javascript"})";
  body += std::string(rpc::kMaxSignedBody, ' ');
  EXPECT_EQ(SendSigned("POST", kPath, kSessionA, body).status, 201u);
  ASSERT_TRUE(vault.last_signed);
  EXPECT_TRUE(vault.last_signed->body.empty());
  EXPECT_EQ(vault.last_signed->body_hash, ToBytes(ByteView(crypto::Sha256(AsBytes(body)))));
}

TEST_F(SignedTest, ACopiedRequestIsServedOnce) {
  std::string header = SignedAs(kSessionA, 7, clock_now());
  EXPECT_EQ(SendWith(header, kPath, kBody).status, 201u);
  HttpAnswerText again = SendWith(header, kPath, R"({"name":"other","runtime":"javascript"})");
  EXPECT_EQ(again.status, 401u) << again.body;
  EXPECT_EQ(SendWith(header, kPath, kBody).status, 401u);
}

TEST_F(SignedTest, TheCachedAnswerIsThatOfOneRequest) {
  std::string header = SignedAs(kSessionA, 8, clock_now());
  EXPECT_EQ(SendWith(header, "/v1/projects/" + std::string(kProjectB) + "/functions", kBody).status,
            404u);
  size_t before = vault.calls.size();
  SendWith(header, kPath, kBody);
  // Asked again, because the path is another.
  ASSERT_GT(vault.calls.size(), before);
  EXPECT_EQ(vault.calls[before], "authenticate");
}

TEST_F(SignedTest, AStaleAudienceIsAnsweredWithTheCurrentOne) {
  HttpAnswerText stale =
      SendWith(SignedAs(kSessionA, 9, clock_now(), std::string(32, '0')), kPath, kBody);
  EXPECT_EQ(stale.status, 401u);
  EXPECT_EQ(stale.reason(), "auth.invalid");
  HttpAnswerText none = Send("POST", kPath, {}, kBody);
  EXPECT_EQ(stale.json().at("detail").as_string(), none.json().at("detail").as_string());
  boost::json::value answer = stale.json();
  const boost::json::value& field = answer.at("errors").at(0);
  EXPECT_EQ(field.at("pointer").as_string(), std::string(account::kAudiencePointer));
  EXPECT_EQ(field.at("detail").as_string(), kBootId);
}

TEST_F(SignedTest, CallsTakeNoSignature) {
  Result<function_store::Function> made =
      Do(store->Create(As(kOwnerA), {kProjectA, "hello", "javascript"}));
  ASSERT_TRUE(made);
  HttpAnswerText answer =
      SendSigned("POST", "/v1/functions/" + made->id + ":invoke", kSessionA, "1");
  EXPECT_EQ(answer.status, 401u) << answer.body;
  // Neither on the way of an id that is written with escapes.
  size_t before = vault.calls.size();
  answer = SendSigned("POST", "/v1/functions/%66" + made->id.substr(1) + ":invoke", kSessionA, "1");
  EXPECT_EQ(answer.status, 401u) << answer.body;
  EXPECT_EQ(vault.calls.size(), before);
  EXPECT_TRUE(seen.empty());
}

}  // namespace
}  // namespace nsl::gateway
