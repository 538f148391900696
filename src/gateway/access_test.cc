// SPDX-License-Identifier: Apache-2.0
// Generated from the method tables: every route with no token, a garbage token, a token of another
// project and, where it matters, an API key. A new row is covered by being mounted.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/gateway_fixture.h"

namespace nsl::gateway {
namespace {

using function_store::kKeyA;
using function_store::kOwnerA;
using function_store::kOwnerB;
using function_store::kProjectA;
using function_store::kSessionA;
using function_store::kSessionB;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class AccessTest : public ::testing::Test, public GatewayFixture {
 protected:
  void SetUp() override {
    Open();
    Result<function_store::Function> made =
        Do(store->Create(As(kOwnerA), {kProjectA, "hello", "javascript"}));
    NSL_CHECK(made.has_value());
    function_ = made->id;
    reply_receipt = true;
    run_ = Call("1", true).run_id;
    seen.clear();
    Result<wallet::Transaction> sent = Do(transactions->Submit(
        As(kOwnerA),
        {kProjectA, orchestrator::kWalletA, wallet::TransferIntent{"GAS", "N", "1"}, {}, {}, {}}));
    NSL_CHECK(sent.has_value());
    transaction_ = sent->id;
  }
  // The row's path with objects of project A.
  std::string PathOf(const Operation& op) {
    std::string path(op.path);
    for (auto [name, value] :
         std::map<std::string, std::string>{{"{project}", kProjectA},
                                            {"{function}", function_},
                                            {"{run}", run_},
                                            {"{wallet}", orchestrator::kWalletA},
                                            {"{transaction}", transaction_},
                                            {"{key}", "key_00000000000000000000000001"},
                                            {"{name}", "prod"}}) {
      size_t at = path.find(name);
      if (at != std::string::npos) path.replace(at, name.size(), value);
    }
    EXPECT_EQ(path.find('{'), std::string::npos) << "give " << op.path << " a value here";
    return path;
  }
  // A body with each required member, so that only access can be the reason of a refusal.
  std::string BodyOf(const Operation& op) {
    if (!op.has_body()) return {};
    if (op.name == "versions.create") {
      return R"({"manifest":{"name":"hello","runtime":"javascript","entry":"i.js"},)"
             R"("files":[{"path":"i.js","content":""}]})";
    }
    boost::json::object body;
    boost::json::value schema = boost::json::parse(op.request_schema);
    for (const ParamInfo& member : op.members) {
      if (!member.required || op.path.find("{" + member.name + "}") != std::string_view::npos) {
        continue;
      }
      body[member.name] = Sample(schema.at("properties").at(member.name));
    }
    return boost::json::serialize(body);
  }
  static boost::json::value Sample(const boost::json::value& schema) {
    std::string type(schema.at("type").as_string());
    if (type == "string") return "";
    if (type == "integer") return 1;
    if (type == "boolean") return false;
    if (type == "array") return boost::json::array();
    boost::json::object out;
    for (const auto& [name, part] : schema.at("properties").as_object()) out[name] = Sample(part);
    return out;
  }
  HttpAnswerText Ask(const Operation& op, const std::string& credential) {
    return Send(std::string(op.verb), PathOf(op), credential, BodyOf(op));
  }
  HttpAnswerText AskSigned(const Operation& op, std::string_view session) {
    return SendSigned(std::string(op.verb), PathOf(op), session, BodyOf(op));
  }

  std::string function_;
  std::string run_;
  std::string transaction_;
};

TEST_F(AccessTest, EachRouteThatIsNotPublicNeedsACredential) {
  std::string text;
  size_t checked = 0;
  for (const Operation& op : gateway->operations()) {
    // The runner decides about anonymous calls: functions can be public.
    if (op.access == rpc::Access::kPublic || op.name == "functions.invoke") continue;
    HttpAnswerText none = Ask(op, {});
    EXPECT_EQ(none.status, 401u) << op.name << none.body;
    EXPECT_EQ(none.reason(), "auth.invalid") << op.name;
    HttpAnswerText garbage = Ask(op, "garbage");
    EXPECT_EQ(garbage.status, 401u) << op.name;
    // Always the same text, whatever is wrong with it.
    std::string detail(garbage.json().at("detail").as_string());
    EXPECT_EQ(detail, none.json().at("detail").as_string()) << op.name;
    if (text.empty()) text = detail;
    EXPECT_EQ(detail, text);
    EXPECT_EQ(none.Header("www-authenticate"), "Bearer realm=\"nsl\"");
    ++checked;
  }
  EXPECT_GE(checked, 25u);
}

TEST_F(AccessTest, EachRouteOnAnObjectHidesItFromOtherProjects) {
  size_t checked = 0;
  for (const Operation& op : gateway->operations()) {
    bool object = op.path.find('{') != std::string_view::npos;
    if (op.access == rpc::Access::kPublic || !object || op.name == "functions.invoke") continue;
    bool sign = op.signature == rpc::Signature::kRequired;
    HttpAnswerText other = sign ? AskSigned(op, kSessionB) : Ask(op, kOwnerB);
    EXPECT_EQ(other.status, 404u) << op.name << ' ' << other.body;
    EXPECT_THAT(other.body, Not(HasSubstr("hello"))) << op.name;
    ++checked;
  }
  EXPECT_GE(checked, 21u);
  EXPECT_EQ(runner.builds, 0u);
}

TEST_F(AccessTest, EachAccountRouteRefusesApiKeys) {
  size_t checked = 0;
  for (const Operation& op : gateway->operations()) {
    if (op.access != rpc::Access::kAccount) continue;
    HttpAnswerText answer = Ask(op, kKeyA);
    EXPECT_EQ(answer.status, 403u) << op.name << answer.body;
    ++checked;
  }
  EXPECT_GE(checked, 5u);
}

TEST_F(AccessTest, EachRouteTakesTheSignaturesThatItsRowNames) {
  std::set<std::string> required;
  std::set<std::string> accepted;
  for (const Operation& op : gateway->operations()) {
    if (op.access == rpc::Access::kPublic) continue;
    if (op.signature == rpc::Signature::kNone) {
      vault.calls.clear();
      HttpAnswerText answer = AskSigned(op, kSessionA);
      EXPECT_EQ(answer.status, 401u) << op.name << answer.body;
      EXPECT_EQ(answer.reason(), "auth.invalid") << op.name;
      EXPECT_TRUE(vault.calls.empty()) << op.name;
      continue;
    }
    EXPECT_NE(op.verb, "GET") << op.name;
    if (op.signature == rpc::Signature::kRequired) {
      required.emplace(op.name);
      vault.calls.clear();
      HttpAnswerText bearer = Ask(op, kOwnerA);
      EXPECT_EQ(bearer.status, 403u) << op.name << bearer.body;
      EXPECT_EQ(bearer.reason(), "auth.signature_required") << op.name;
      for (const std::string& call : vault.calls) EXPECT_EQ(call, "authenticate") << op.name;
    } else {
      accepted.emplace(op.name);
    }
    HttpAnswerText foreign =
        AskSigned(op, "acc_00000000000000000000000009.lgn_" + std::string(25, '0') + "9");
    EXPECT_EQ(foreign.status, 401u) << op.name;
    // Deletes what the others ask about.
    if (op.name == "functions.delete") continue;
    HttpAnswerText good = AskSigned(op, kSessionA);
    EXPECT_NE(good.status, 401u) << op.name << good.body;
    EXPECT_NE(good.status, 403u) << op.name << good.body;
  }
  // By name: a row that loses its signature shows here, and so does a new one.
  EXPECT_THAT(required,
              ElementsAre("keys.create", "keys.delete", "projects.create", "transactions.cancel",
                          "transactions.create", "wallets.create", "wallets.sign_message"));
  EXPECT_THAT(accepted, ElementsAre("aliases.put", "functions.create", "functions.delete",
                                    "versions.create"));
}

TEST_F(AccessTest, EachPublicRouteAnswersWithoutACredential) {
  for (const Operation& op : gateway->operations()) {
    if (op.access != rpc::Access::kPublic) continue;
    std::string path = PathOf(op);
    if (op.name == "account.attestation") path += "?nonce=00112233445566778899aabbccddeeff";
    HttpAnswerText answer = Send(std::string(op.verb), path, {}, BodyOf(op));
    EXPECT_LT(answer.status, 300u) << op.name << answer.body;
  }
}

TEST_F(AccessTest, EachRouteThatIsNotPublicNamesAScope) {
  for (const Operation& op : gateway->operations()) {
    EXPECT_EQ(op.scope.empty(), op.access == rpc::Access::kPublic) << op.name;
  }
}

TEST_F(AccessTest, TheOpenApiDocumentHasEveryRoute) {
  boost::json::value document = boost::json::parse(gateway->openapi());
  EXPECT_EQ(document.at("openapi").as_string(), "3.1.0");
  std::set<std::string> ids;
  for (const Operation& op : gateway->operations()) {
    std::string verb(op.verb);
    for (char& c : verb) c = static_cast<char>(c | 0x20);
    const boost::json::object& paths = document.at("paths").as_object();
    ASSERT_TRUE(paths.contains(op.path)) << op.path;
    const boost::json::object& verbs = paths.at(op.path).as_object();
    ASSERT_TRUE(verbs.contains(verb)) << op.name;
    const boost::json::object& described = verbs.at(verb).as_object();
    EXPECT_EQ(described.at("operationId").as_string(), std::string(op.name));
    EXPECT_TRUE(described.at("responses").as_object().contains(std::to_string(op.success)));
    EXPECT_TRUE(ids.insert(std::string(op.name)).second) << op.name;
    // Each template parameter is declared, and none is part of the body.
    for (size_t i = op.path.find('{'); i != std::string_view::npos; i = op.path.find('{', i + 1)) {
      std::string name(op.path.substr(i + 1, op.path.find('}', i) - i - 1));
      EXPECT_THAT(boost::json::serialize(described.at("parameters")),
                  HasSubstr("\"name\":\"" + name + "\",\"in\":\"path\""))
          << op.name;
      if (const auto* body = described.if_contains("requestBody")) {
        EXPECT_THAT(boost::json::serialize(*body), Not(HasSubstr("\"" + name + "\":{"))) << op.name;
      }
    }
  }
}

TEST_F(AccessTest, TheDocsPageAllowsItsOwnScriptAlone) {
  HttpAnswerText page = Send("GET", "/docs");
  EXPECT_EQ(page.status, 200u);
  EXPECT_EQ(page.Header("content-type"), "text/html; charset=utf-8");
  std::string policy = page.Header("content-security-policy");
  EXPECT_THAT(policy, HasSubstr("default-src 'none'"));
  EXPECT_THAT(policy, HasSubstr("script-src 'sha256-"));
  EXPECT_THAT(policy, Not(HasSubstr("unsafe")));
  for (const char* foreign : {"http://", "https://", "//cdn", "@import", "innerHTML"}) {
    EXPECT_THAT(page.body, Not(HasSubstr(foreign)));
  }
}

}  // namespace
}  // namespace nsl::gateway
