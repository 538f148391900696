// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "account/grant_rules.h"
#include "account/vault_fixture.h"
#include "crypto/hash.h"

namespace nsl::account {
namespace {

class Grants : public VaultFixture {
 protected:
  void SetUp() override {
    ada_ = *Register();
    bob_ = *Register("bob@example.org", "another good password");
    project_ = ProjectOf(ada_);
    function_ = Make(kFunctionId);
  }
  Grant Decode(const SignedGrant& grant) { return *FromCbor<Grant>(grant.grant); }

  Session ada_;
  Session bob_;
  std::string project_;
  std::string function_;
};

TEST_F(Grants, FirstDeployIsSignedAndBecomesProd) {
  std::string version = Make(kVersionId);
  auto signed_grant = Issue(ada_.access_token, Build(project_, function_), version);
  ASSERT_TRUE(signed_grant) << signed_grant.error().ToString();
  EXPECT_TRUE(keys_->signing.PublicKey().Verify(signed_grant->grant, signed_grant->signature));
  Grant grant = Decode(*signed_grant);
  EXPECT_EQ(grant.tag, "nsl/grant/1");
  EXPECT_EQ(grant.version_id, version);
  EXPECT_EQ(grant.authorised_by, "bearer");
  EXPECT_EQ(grant.principal_id, ada_.account_id);
  auto admitted = Admit(ada_.access_token, function_);
  ASSERT_TRUE(admitted);
  ASSERT_EQ(admitted->versions.size(), 1u);
  EXPECT_EQ(admitted->versions[0].aliases, std::vector<std::string>{"prod"});
  EXPECT_EQ(admitted->versions[0].grant.grant, signed_grant->grant);
  EXPECT_EQ(runner_->revoked.back().function_id, function_);
}

TEST_F(Grants, TheSameCodeAgainIsTheSameVersion) {
  std::string version = Make(kVersionId);
  auto first = Issue(ada_.access_token, Build(project_, function_, 1), version);
  auto other = Issue(ada_.access_token, Build(project_, function_, 2), Make(kVersionId));
  auto again = Issue(ada_.access_token, Build(project_, function_, 1), Make(kVersionId));
  ASSERT_TRUE(first && other && again);
  EXPECT_EQ(again->grant, first->grant);
  EXPECT_EQ(again->signature, first->signature);
  EXPECT_NE(other->grant, first->grant);
  BuildRecord newer = Build(project_, function_, 1);
  newer.release = "next";
  auto rebuilt = Issue(ada_.access_token, newer, Make(kVersionId));
  ASSERT_TRUE(rebuilt);
  EXPECT_NE(Decode(*rebuilt).version_id, version);
}

TEST_F(Grants, OnlyALiveAttestedRunnerCanSignABuild) {
  BuildRecord record = Build(project_, function_);
  GrantRequest request = Request(record, Make(kVersionId));
  auto try_it = [&](const GrantRequest& r) {
    return Why(Run(service_->IssueGrant(With(ada_.access_token), r)));
  };
  GrantRequest forged = request;
  auto stranger = crypto::P256PrivateKey::Generate(random_);
  forged.build_signature = *stranger.Sign(forged.build_record);
  EXPECT_EQ(try_it(forged), "grant.invalid");
  // The vault's own signature is none either.
  forged.build_signature = *keys_->signing.Sign(forged.build_record);
  EXPECT_EQ(try_it(forged), "grant.invalid");
  forged.build_signature.clear();
  EXPECT_EQ(try_it(forged), "grant.invalid");
  for (size_t i = 0; i < request.build_record.size(); ++i) {
    GrantRequest bad = request;
    bad.build_record[i] ^= 1;
    ASSERT_EQ(try_it(bad), "grant.invalid") << i;
  }
  service_->runners().Remove(link_);
  EXPECT_EQ(try_it(request), "grant.invalid");
  link_ = service_->runners().Add(runner_key_.PublicKey().Clone(), runner_);
  EXPECT_EQ(try_it(request), "ok");
}

TEST_F(Grants, ARecordOfAnotherKindIsRefusedThoughItIsSigned) {
  BuildRecord record = Build(project_, function_);
  record.tag = "nsl/receipt/1";
  EXPECT_EQ(Why(Issue(ada_.access_token, record, Make(kVersionId))), "grant.invalid");
  record = Build(project_, function_);
  record.artefacts["x"] = Bytes(31, 1);
  EXPECT_EQ(Why(Issue(ada_.access_token, record, Make(kVersionId))), "grant.invalid");
  record = Build(project_, function_);
  record.access = "everybody";
  EXPECT_EQ(Why(Issue(ada_.access_token, record, Make(kVersionId))), "grant.invalid");
}

TEST_F(Grants, RightsAreThoseOfTheRecordsProject) {
  EXPECT_EQ(Why(Issue(bob_.access_token, Build(project_, function_), Make(kVersionId))),
            "not_found");
  EXPECT_EQ(Why(Issue("", Build(project_, function_), Make(kVersionId))), "auth.invalid");
}

TEST_F(Grants, AFunctionIdBelongsToOneProject) {
  ASSERT_TRUE(Issue(ada_.access_token, Build(project_, function_), Make(kVersionId)));
  std::string bobs = ProjectOf(bob_);
  EXPECT_EQ(Why(Issue(bob_.access_token, Build(bobs, function_, 3), Make(kVersionId))),
            "not_found");
  EXPECT_EQ(Why(Run(service_->SetAlias(With(bob_.access_token), {function_, "prod", "ver_x"}))),
            "not_found");
  EXPECT_EQ(Why(Run(service_->RemoveFunction(With(bob_.access_token), {function_}))), "not_found");
}

TEST_F(Grants, AVersionIdIsUsedOnce) {
  std::string version = Make(kVersionId);
  ASSERT_TRUE(Issue(ada_.access_token, Build(project_, function_, 1), version));
  EXPECT_EQ(Why(Issue(ada_.access_token, Build(project_, function_, 2), version)),
            "request.invalid");
  EXPECT_EQ(Why(Issue(ada_.access_token, Build(project_, Make(kFunctionId), 2), version)),
            "request.invalid");
}

TEST_F(Grants, AliasesMoveAndAreBounded) {
  std::string first = Make(kVersionId);
  std::string second = Make(kVersionId);
  ASSERT_TRUE(Issue(ada_.access_token, Build(project_, function_, 1), first));
  ASSERT_TRUE(Issue(ada_.access_token, Build(project_, function_, 2), second));
  auto set = [&](std::string alias, std::string version) {
    return Run(service_->SetAlias(With(ada_.access_token), {function_, alias, version}));
  };
  auto before = Admit("", function_)->route_sequence;
  auto routes = set("prod", second);
  ASSERT_TRUE(routes);
  EXPECT_GT(routes->sequence, before);
  EXPECT_EQ(runner_->revoked.back().function_id, function_);
  ASSERT_EQ(routes->aliases.size(), 1u);
  EXPECT_EQ(routes->aliases[0].version_id, second);
  EXPECT_EQ(Why(set("prod", Make(kVersionId))), "not_found");
  EXPECT_EQ(Why(set("ver_x", first)), "request.invalid");
  EXPECT_EQ(Why(set("", first)), "request.invalid");
  for (size_t i = 1; i < kMaxAliases; ++i) EXPECT_TRUE(set("a" + std::to_string(i), first));
  EXPECT_EQ(Why(set("one-more", first)), "quota.items");
}

TEST_F(Grants, OldVersionsGoButNotThoseAnAliasNames) {
  std::string first = Make(kVersionId);
  ASSERT_TRUE(Issue(ada_.access_token, Build(project_, function_, 1), first));
  for (uint8_t i = 0; i < kMaxUnaliasedVersions + 5; ++i) {
    ASSERT_TRUE(
        Issue(ada_.access_token, Build(project_, function_, uint8_t(i + 2)), Make(kVersionId)));
  }
  auto admitted = Admit("", function_);
  ASSERT_TRUE(admitted);
  EXPECT_EQ(admitted->versions.size(), kMaxUnaliasedVersions + 1);
  EXPECT_EQ(Decode(admitted->versions[0].grant).version_id, first);
  auto grants = Run(store_->List("grant", "", 1000));
  EXPECT_EQ(grants->size(), kMaxUnaliasedVersions + 1);
}

TEST_F(Grants, ARemovedFunctionIsGoneAndCountsNoMore) {
  ASSERT_TRUE(Issue(ada_.access_token, Build(project_, function_), Make(kVersionId)));
  EXPECT_TRUE(Run(service_->RemoveFunction(With(ada_.access_token), {function_})));
  auto admitted = Admit(ada_.access_token, function_);
  ASSERT_TRUE(admitted);
  EXPECT_TRUE(admitted->project_id.empty());
  EXPECT_TRUE(admitted->project_key.empty());
  EXPECT_EQ(runner_->revoked.back().function_id, function_);
  EXPECT_TRUE(Run(store_->List("grant", "", 10))->empty());
  EXPECT_EQ(Why(Run(service_->RemoveFunction(With(ada_.access_token), {function_}))), "not_found");
}

TEST_F(Grants, AdmissionGivesRightsRoutesAndOneKeyPerProject) {
  ASSERT_TRUE(Issue(ada_.access_token, Build(project_, function_), Make(kVersionId)));
  auto ada = Admit(ada_.access_token, function_);
  ASSERT_TRUE(ada);
  EXPECT_EQ(ada->principal_id, ada_.account_id);
  ASSERT_EQ(ada->rights.size(), 1u);
  EXPECT_TRUE(ada->rights[0].invoke && ada->rights[0].read);
  EXPECT_EQ(ada->project_id, project_);
  EXPECT_EQ(ada->project_key.size(), 32u);
  EXPECT_EQ(ada->ttl_ms, 5000u);
  // Another account has no right in it; who it is, is known all the same.
  auto bob = Admit(bob_.access_token, function_);
  ASSERT_TRUE(bob);
  EXPECT_EQ(bob->principal_id, bob_.account_id);
  EXPECT_NE(bob->rights.at(0).project_id, project_);
  EXPECT_EQ(bob->project_key, ada->project_key);
  auto nobody = Admit("garbage", function_);
  ASSERT_TRUE(nobody);
  EXPECT_TRUE(nobody->principal_id.empty());
  EXPECT_TRUE(nobody->rights.empty());
  EXPECT_EQ(nobody->versions.size(), 1u);
  std::string bobs = ProjectOf(bob_);
  std::string other = Make(kFunctionId);
  ASSERT_TRUE(Issue(bob_.access_token, Build(bobs, other, 4), Make(kVersionId)));
  EXPECT_NE(Admit("", other)->project_key, ada->project_key);
  Restart();
  EXPECT_EQ(Admit("", function_)->project_key, ada->project_key);
  EXPECT_EQ(Admit("", "no id at all")->project_id, "");
}

TEST_F(Grants, AnInvokeKeyMayInvokeAndNotRead) {
  auto key = CreateKey(ada_, project_, {"functions:invoke"});
  ASSERT_TRUE(key);
  auto admitted = Admit(*key->secret, function_);
  ASSERT_TRUE(admitted);
  EXPECT_EQ(admitted->principal_id, key->id);
  ASSERT_EQ(admitted->rights.size(), 1u);
  EXPECT_TRUE(admitted->rights[0].invoke);
  EXPECT_FALSE(admitted->rights[0].read);
}

}  // namespace
}  // namespace nsl::account
