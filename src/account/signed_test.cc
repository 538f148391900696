// SPDX-License-Identifier: Apache-2.0
// Signed requests against a host that has the request in its hands: it may alter, repeat, redirect
// and keep what it was given, and must get nothing done but what was signed.
#include <gtest/gtest.h>

#include "account/acting.h"
#include "account/tokens.h"
#include "account/vault_fixture.h"

namespace nsl::account {
namespace {

class SignedTest : public VaultFixture {
 protected:
  void SetUp() override {
    ada_ = *Register();
    bob_ = *Register("bob@example.org", "another good password");
    project_ = ProjectOf(ada_);
    function_ = Make(kFunctionId);
  }
  std::string Keys(const std::string& project) { return "/v1/projects/" + project + "/keys"; }
  CallContext SignedKey() {
    return Signed(ada_, "POST", Keys(project_), R"({"name":"key","scopes":["functions:read"]})");
  }
  Result<ApiKey> Create(CallContext context, CreateKeyRequest request = {}) {
    return Run(service_->CreateKey(std::move(context), std::move(request)));
  }
  size_t KeyCount() {
    return Run(service_->ListKeys(With(ada_.access_token), {project_}))->items.size();
  }
  std::string DeployTarget(const BuildRecord& record) {
    return "/v1/functions/" + record.function_id + "/versions?project=" + record.project_id +
           "&codeHash=0x" + ToHex(record.code_hash);
  }
  Result<SignedGrant> Deploy(CallContext context, const BuildRecord& record) {
    return Run(service_->IssueGrant(std::move(context), Request(record, Make(kVersionId))));
  }
  // The refusal of every credential: one reason, one text, no fields.
  template <class T>
  void ExpectInvalid(const Result<T>& result, const char* what) {
    ASSERT_FALSE(result) << what;
    EXPECT_EQ(result.error().ToString(), InvalidCredential().error().ToString()) << what;
    EXPECT_TRUE(result.error().fields.empty()) << what;
  }

  Session ada_;
  Session bob_;
  std::string project_;
  std::string function_;
};

TEST_F(SignedTest, DoesWhatWasSignedAndNotWhatTheHostSays) {
  std::string other = ProjectOf(bob_);
  auto key = Create(SignedKey(), {other, "of the host", {"functions:write"}, 60});
  ASSERT_TRUE(key) << key.error().ToString();
  EXPECT_EQ(key->project_id, project_);
  EXPECT_EQ(key->name, "key");
  EXPECT_EQ(key->scopes, std::vector<std::string>{"functions:read"});
  EXPECT_FALSE(key->expires_at);
}

TEST_F(SignedTest, ABearerTokenMakesNoKeysProjectsOrRevocations) {
  auto key = Create(SignedKey());
  ASSERT_TRUE(key);
  auto bearer = With(ada_.access_token);
  EXPECT_EQ(Why(Create(bearer, {project_, "key", {"functions:read"}, {}})),
            "auth.signature_required");
  EXPECT_EQ(Why(Run(service_->DeleteKey(bearer, {key->id}))), "auth.signature_required");
  EXPECT_EQ(Why(Run(service_->CreateProject(bearer, {"project", "testnet"}))),
            "auth.signature_required");
  // Nor with the bytes of a signed request beside it.
  bearer.signed_http = SignedKey().signed_http;
  EXPECT_EQ(Why(Create(bearer)), "auth.signature_required");
  EXPECT_EQ(KeyCount(), 1u);
}

TEST_F(SignedTest, AnAlteredRequestIsRefusedAndNothingIsDone) {
  using Change = void (*)(CallContext&);
  std::pair<const char*, Change> changes[] = {
      {"body", [](CallContext& c) { c.signed_http->body[10] ^= 1; }},
      {"body and hash",
       [](CallContext& c) {
         c.signed_http->body = ToBytes(R"({"name":"mine","scopes":["functions:write"]})");
         c.signed_http->body_hash = ToBytes(ByteView(crypto::Sha256(c.signed_http->body)));
       }},
      {"hash", [](CallContext& c) { c.signed_http->body_hash[0] ^= 1; }},
      {"method", [](CallContext& c) { c.signed_http->method = "PUT"; }},
      {"query", [](CallContext& c) { c.signed_http->target += "?"; }},
      {"control characters", [](CallContext& c) { c.signed_http->target += "\n1"; }},
      {"no request", [](CallContext& c) { c.signed_http.reset(); }},
      {"signature", [](CallContext& c) { c.credential.back() ^= 1; }},
      {"header", [](CallContext& c) { c.credential += " "; }},
  };
  for (auto& [what, change] : changes) {
    CallContext context = SignedKey();
    change(context);
    ExpectInvalid(Create(context), what);
  }
  // The path of another project of the same signer, and of another person.
  auto second = CreateProject(ada_, "second", "private");
  ASSERT_TRUE(second);
  for (const std::string& project : {second->id, ProjectOf(bob_)}) {
    CallContext context = SignedKey();
    context.signed_http->target = Keys(project);
    ExpectInvalid(Create(context), "path");
  }
  EXPECT_EQ(KeyCount(), 0u);
  // A body that was left out is told apart: the client may have sent too much.
  CallContext cut = SignedKey();
  cut.signed_http->body.clear();
  EXPECT_EQ(Why(Create(cut)), "request.too_large");
  EXPECT_EQ(KeyCount(), 0u);
}

TEST_F(SignedTest, ASignatureServesOneMethodAlone) {
  auto key = Create(SignedKey());
  ASSERT_TRUE(key);
  ExpectInvalid(Run(service_->DeleteKey(SignedKey(), {key->id})), "delete");
  ExpectInvalid(Run(service_->CreateProject(SignedKey(), {"project", "testnet"})), "project");
  ExpectInvalid(Deploy(SignedKey(), Build(project_, function_)), "deploy");
  ExpectInvalid(Run(service_->SetAlias(SignedKey(), {function_, "prod", Make(kVersionId)})),
                "alias");
  ExpectInvalid(Run(service_->RemoveFunction(SignedKey(), {function_})), "remove");
  // Reads and calls take bearer credentials.
  ExpectInvalid(Run(service_->GetMe(SignedKey(), {})), "me");
  ExpectInvalid(Run(service_->GetProject(SignedKey(), {project_})), "project");
  auto admitted = Admit(SignedKey().credential, function_);
  ASSERT_TRUE(admitted);
  EXPECT_TRUE(admitted->principal_id.empty());
  EXPECT_EQ(KeyCount(), 1u);
}

TEST_F(SignedTest, CountsOnceAlsoWhenTheChangeFailed) {
  CallContext context = SignedKey();
  // The host may look as often as it likes.
  EXPECT_TRUE(Run(service_->Authenticate(context, {})));
  EXPECT_TRUE(Run(service_->Authenticate(context, {})));
  ASSERT_TRUE(Create(context));
  ExpectInvalid(Create(context), "again");
  EXPECT_EQ(KeyCount(), 1u);
  // The nonce of another request, by the same key at the same time.
  CallContext refused = Signed(ada_, "POST", Keys(project_), R"({"name":"x","scopes":[]})");
  EXPECT_EQ(Why(Create(refused)), "request.invalid");
  ExpectInvalid(Create(refused), "refused");
}

TEST_F(SignedTest, ANonceIsNotTakenByTwoRequestsOfOneKey) {
  // A client that draws badly.
  auto sign = [&](const std::string& body) {
    SeededRandom same(1);
    CallContext context = Signed(ada_, "POST", Keys(project_), body);
    context.credential = *SignRequest(session_keys_.at(ada_.signing->key_id), *ada_.signing, "POST",
                                      Keys(project_), AsBytes(body), clock_.NowMs(), same);
    return context;
  };
  ASSERT_TRUE(Create(sign(R"({"name":"one","scopes":["functions:read"]})")));
  ExpectInvalid(Create(sign(R"({"name":"two","scopes":["functions:read"]})")), "nonce");
}

TEST_F(SignedTest, LivesFiveMinutesEitherWay) {
  CallContext early = SignedKey();
  clock_.AdvanceMs(kMaxSkewMs);
  ASSERT_TRUE(Create(early));
  CallContext late = SignedKey();
  clock_.AdvanceMs(kMaxSkewMs + 1);
  ExpectInvalid(Create(late), "late");
  auto ahead = Signed(ada_, "POST", Keys(project_));
  ahead.credential = *SignRequest(session_keys_.at(ada_.signing->key_id), *ada_.signing, "POST",
                                  Keys(project_), {}, clock_.NowMs() + kMaxSkewMs + 1, random_);
  ExpectInvalid(Create(ahead), "ahead");
  EXPECT_EQ(KeyCount(), 1u);
}

TEST_F(SignedTest, AnOldAudienceNamesTheCurrentOneAndDoesNothing) {
  CallContext kept = SignedKey();
  Restart();
  auto refused = Create(kept);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().ToString(), InvalidCredential().error().ToString());
  ASSERT_EQ(refused.error().fields.size(), 1u);
  EXPECT_EQ(refused.error().fields[0].pointer, kAudiencePointer);
  EXPECT_EQ(KeyCount(), 0u);
  ada_.signing->audience = refused.error().fields[0].detail;
  ASSERT_TRUE(Create(SignedKey()));
  EXPECT_EQ(KeyCount(), 1u);
}

TEST_F(SignedTest, EndsWithItsLoginAndSurvivesRefreshing) {
  auto refreshed = Run(service_->Refresh({}, {ada_.refresh_token}));
  ASSERT_TRUE(refreshed);
  ASSERT_TRUE(refreshed->signing);
  EXPECT_EQ(refreshed->signing->key_id, ada_.signing->key_id);
  ASSERT_TRUE(Create(SignedKey()));
  CallContext kept = SignedKey();
  auto second = Login();
  ASSERT_TRUE(second);
  EXPECT_NE(second->signing->key_id, ada_.signing->key_id);
  ASSERT_TRUE(Run(service_->Logout({}, {refreshed->refresh_token})));
  ExpectInvalid(Create(kept), "logged out");
  // The key of one login is none of another's, not even of the same account.
  CallContext crossed = Signed(*second, "POST", Keys(project_));
  SigningParameters wrong = *second->signing;
  crossed.credential = *SignRequest(session_keys_.at(ada_.signing->key_id), wrong, "POST",
                                    Keys(project_), {}, clock_.NowMs(), random_);
  ExpectInvalid(Create(crossed), "crossed");
  ada_ = *second;
  EXPECT_TRUE(Create(SignedKey()));
}

TEST_F(SignedTest, ALoginWithoutSessionKeyReadsAndSignsNothing) {
  auto plain = Run(service_->Login({}, Sealed(kLoginMethod, kEmail, kPassword)));
  ASSERT_TRUE(plain);
  EXPECT_FALSE(plain->signing);
  EXPECT_TRUE(Run(service_->GetMe(With(plain->access_token), {})));
  auto claims = ReadRefreshToken(plain->refresh_token);
  ASSERT_TRUE(claims);
  SigningParameters parameters = *ada_.signing;
  parameters.key_id = SessionKeyId(claims->account_id, claims->login_id);
  CallContext context = SignedKey();
  context.credential =
      *SignRequest(session_keys_.at(ada_.signing->key_id), parameters, "POST", Keys(project_),
                   context.signed_http->body, clock_.NowMs(), random_);
  ExpectInvalid(Create(context), "no key");
}

TEST_F(SignedTest, TheHostCannotPutItsOwnSessionKeyIntoALogin) {
  auto mine = crypto::P256PrivateKey::Generate(random_);
  auto request = Sealed(kLoginMethod, kEmail, kPassword,
                        crypto::P256PrivateKey::Generate(random_).PublicKey().Compressed());
  // The box is one ciphertext: any change of it is refused, and so is the bare form beside it.
  for (size_t at : {size_t{0}, request.sealed_password.ciphertext.size() / 2,
                    request.sealed_password.ciphertext.size() - 1}) {
    auto swapped = request;
    swapped.sealed_password.ciphertext[at] ^= 1;
    EXPECT_EQ(Why(Run(service_->Login({}, swapped))), "auth.sealed_field") << at;
  }
  // A box of its own needs the password.
  auto own = Sealed(kLoginMethod, kEmail, "guessed password", mine.PublicKey().Compressed());
  EXPECT_EQ(Why(Run(service_->Login({}, own))), "auth.invalid");
  // No point of the curve.
  EXPECT_EQ(Why(Run(service_->Login({}, Sealed(kLoginMethod, kEmail, kPassword, Bytes(33, 5))))),
            "auth.sealed_field");
}

TEST_F(SignedTest, ASignedDeployIsWrittenIntoTheGrant) {
  BuildRecord record = Build(project_, function_);
  auto issued = Deploy(Signed(ada_, "POST", DeployTarget(record), "source"), record);
  ASSERT_TRUE(issued) << issued.error().ToString();
  Grant grant = *FromCbor<Grant>(issued->grant);
  EXPECT_EQ(grant.authorised_by, "signature");
  EXPECT_EQ(grant.principal_id, ada_.account_id);
  EXPECT_EQ(grant.session_key_id, ada_.signing->key_id);
  auto key = session_keys_.at(ada_.signing->key_id).PublicKey().Compressed();
  EXPECT_EQ(grant.session_key, ToBytes(ByteView(key)));
}

TEST_F(SignedTest, ASignedDeployIsOfThisFunctionProjectAndCode) {
  auto second = CreateProject(ada_, "second", "private");
  ASSERT_TRUE(second);
  BuildRecord signed_for = Build(project_, function_);
  BuildRecord other_code = Build(project_, function_, 9);
  BuildRecord other_function = Build(project_, Make(kFunctionId));
  BuildRecord other_project = Build(second->id, function_);
  for (const BuildRecord& record : {other_code, other_function, other_project}) {
    EXPECT_EQ(Why(Deploy(Signed(ada_, "POST", DeployTarget(signed_for)), record)), "grant.invalid");
  }
  // Without its commitments it says nothing.
  EXPECT_EQ(
      Why(Deploy(Signed(ada_, "POST", "/v1/functions/" + function_ + "/versions"), signed_for)),
      "request.invalid");
  // Signed by somebody who may not.
  EXPECT_EQ(Why(Deploy(Signed(bob_, "POST", DeployTarget(signed_for)), signed_for)), "not_found");
  EXPECT_TRUE(Admit(ada_.access_token, function_)->versions.empty());
  EXPECT_TRUE(Deploy(Signed(ada_, "POST", DeployTarget(signed_for)), signed_for));
}

TEST_F(SignedTest, AliasesAndDeletionsAreThoseThatWereSigned) {
  BuildRecord first = Build(project_, function_, 1);
  BuildRecord second = Build(project_, function_, 2);
  ASSERT_TRUE(Deploy(With(ada_.access_token), first));
  auto newer = Deploy(With(ada_.access_token), second);
  ASSERT_TRUE(newer);
  std::string version = FromCbor<Grant>(newer->grant)->version_id;
  std::string path = "/v1/functions/" + function_;
  auto moved = Run(service_->SetAlias(
      Signed(ada_, "PUT", path + "/aliases/next", R"({"versionId":")" + version + "\"}"),
      {function_, "prod", version}));
  ASSERT_TRUE(moved) << moved.error().ToString();
  for (const Alias& alias : moved->aliases) {
    EXPECT_EQ(alias.version_id == version, alias.name == "next") << alias.name;
  }
  std::string other = Make(kFunctionId);
  ASSERT_TRUE(Deploy(With(ada_.access_token), Build(project_, other, 3)));
  ASSERT_TRUE(Run(service_->RemoveFunction(Signed(ada_, "DELETE", path), {other})));
  EXPECT_TRUE(Admit(ada_.access_token, function_)->versions.empty());
  EXPECT_FALSE(Admit(ada_.access_token, other)->versions.empty());
}

}  // namespace
}  // namespace nsl::account
