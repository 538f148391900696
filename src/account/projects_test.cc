// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>

#include "account/vault_fixture.h"

namespace nsl::account {
namespace {

class Projects : public VaultFixture {
 protected:
  void SetUp() override {
    ada_ = *Register();
    bob_ = *Register("bob@example.org", "another good password");
    project_ = ProjectOf(ada_);
  }
  Result<ApiKey> Key(std::vector<std::string> scopes, std::optional<uint32_t> expires = {}) {
    return CreateKey(ada_, project_, std::move(scopes), expires);
  }

  Session ada_;
  Session bob_;
  std::string project_;
};

TEST_F(Projects, AnAccountMakesProjectsUpToItsLimit) {
  for (size_t i = 1; i < kMaxProjectsPerAccount; ++i) {
    auto made = CreateProject(ada_, "project " + std::to_string(i), "testnet");
    ASSERT_TRUE(made) << made.error().ToString();
    EXPECT_EQ(made->network, "testnet");
  }
  EXPECT_EQ(Why(CreateProject(ada_, "one more", "testnet")), "quota.items");
  auto list = Run(service_->ListProjects(With(ada_.access_token), {}));
  ASSERT_TRUE(list);
  EXPECT_EQ(list->items.size(), kMaxProjectsPerAccount);
  EXPECT_EQ(Why(CreateProject(bob_, "default", "testnet")), "project.exists");
  EXPECT_EQ(Why(CreateProject(bob_, "x", "testnet")), "request.invalid");
  EXPECT_EQ(Why(CreateProject(bob_, "name", "Test Net")), "request.invalid");
}

TEST_F(Projects, ForeignObjectsDoNotExist) {
  auto key = Key({"functions:invoke"});
  ASSERT_TRUE(key);
  auto as_bob = With(bob_.access_token);
  EXPECT_EQ(Why(Run(service_->GetProject(as_bob, {project_}))), "not_found");
  EXPECT_EQ(Why(Run(service_->ListKeys(as_bob, {project_}))), "not_found");
  EXPECT_EQ(Why(CreateKey(bob_, project_, {"functions:read"})), "not_found");
  EXPECT_EQ(Why(DeleteKey(bob_, key->id)), "not_found");
  // The same answer, word for word, as for what never was.
  auto foreign = DeleteKey(bob_, key->id);
  auto absent = DeleteKey(bob_, Make(kKeyId));
  EXPECT_EQ(foreign.error().ToString(), absent.error().ToString());
  auto no_project = Run(service_->GetProject(as_bob, {Make(kProjectId)}));
  EXPECT_EQ(no_project.error().ToString(),
            Run(service_->GetProject(as_bob, {project_})).error().ToString());
}

TEST_F(Projects, AKeyDoesWhatItsScopesSayAndNothingElse) {
  auto key = Key({"functions:invoke"});
  ASSERT_TRUE(key) << key.error().ToString();
  ASSERT_TRUE(key->secret);
  EXPECT_EQ(key->secret->size(), 4u + 26 + 1 + 52);
  auto principal = Authenticate(*key->secret);
  ASSERT_TRUE(principal);
  EXPECT_EQ(principal->id, key->id);
  EXPECT_EQ(principal->account_id, ada_.account_id);
  EXPECT_EQ(principal->ttl_ms, 5000u);
  ASSERT_EQ(principal->memberships.size(), 1u);
  EXPECT_EQ(principal->memberships[0].scopes, std::vector<std::string>{"functions:invoke"});
  EXPECT_EQ(Why(Run(service_->GetProject(With(*key->secret), {project_}))), "auth.forbidden");
  // Keys are no accounts.
  EXPECT_EQ(Why(Run(service_->GetMe(With(*key->secret), {}))), "auth.invalid");
  EXPECT_EQ(Why(Run(service_->ListKeys(With(*key->secret), {project_}))), "auth.invalid");
  auto record = Build(project_, Make(kFunctionId));
  EXPECT_EQ(Why(Issue(*key->secret, record, Make(kVersionId))), "auth.forbidden");
  auto deployer = Key({"functions:write"});
  EXPECT_EQ(Why(Issue(*deployer->secret, record, Make(kVersionId))), "ok");
}

TEST_F(Projects, KeysAreListedWithoutSecretsAndCanBeRevoked) {
  auto key = Key({"project:read"}, 3600);
  ASSERT_TRUE(key);
  auto list = Run(service_->ListKeys(With(ada_.access_token), {project_}));
  ASSERT_TRUE(list);
  ASSERT_EQ(list->items.size(), 1u);
  EXPECT_FALSE(list->items[0].secret);
  EXPECT_TRUE(list->items[0].expires_at);
  EXPECT_TRUE(Run(service_->GetProject(With(*key->secret), {project_})));
  EXPECT_TRUE(DeleteKey(ada_, key->id));
  EXPECT_EQ(Why(Authenticate(*key->secret)), "auth.invalid");
  EXPECT_EQ(runner_->revoked.back().principal_id, key->id);
  EXPECT_TRUE(Run(service_->ListKeys(With(ada_.access_token), {project_}))->items.empty());
}

TEST_F(Projects, KeysExpire) {
  auto key = Key({"project:read"}, 60);
  ASSERT_TRUE(key);
  EXPECT_TRUE(Authenticate(*key->secret));
  clock_.AdvanceMs(60'000);
  EXPECT_EQ(Why(Authenticate(*key->secret)), "auth.invalid");
}

TEST_F(Projects, AWrongSecretOrAnotherSpellingIsNoKey) {
  auto key = Key({"project:read"});
  ASSERT_TRUE(key);
  std::string text = *key->secret;
  for (size_t i = 4; i < text.size(); ++i) {
    std::string bad = text;
    bad[i] = bad[i] == 'b' ? 'c' : 'b';
    EXPECT_FALSE(Authenticate(bad)) << i;
  }
  EXPECT_FALSE(Authenticate(text + "a"));
  EXPECT_FALSE(Authenticate(text.substr(0, text.size() - 1)));
  std::string upper = text;
  std::transform(upper.begin(), upper.end(), upper.begin(), ::toupper);
  EXPECT_FALSE(Authenticate(upper));
  EXPECT_TRUE(Authenticate(text));
}

TEST_F(Projects, KeysCarryScopesOfADeveloperAtMost) {
  EXPECT_EQ(Why(Key({"keys:write"})), "request.invalid");
  EXPECT_EQ(Why(Key({"project:delete"})), "request.invalid");
  EXPECT_EQ(Why(Key({"no:such"})), "request.invalid");
  EXPECT_EQ(Why(Key({})), "request.invalid");
  EXPECT_EQ(Why(Key({"kv:read", "kv:read"})), "request.invalid");
  EXPECT_EQ(Why(Key({"kv:read", "functions:write"})), "ok");
}

TEST(Roles, HigherRolesHaveWhatLowerOnesHave) {
  static_assert(RoleHas(Role::kViewer, "functions:read"));
  static_assert(!RoleHas(Role::kViewer, "functions:invoke"));
  static_assert(RoleHas(Role::kOperator, "functions:invoke"));
  static_assert(!RoleHas(Role::kOperator, "functions:write"));
  static_assert(RoleHas(Role::kDeveloper, "functions:write"));
  static_assert(!RoleHas(Role::kDeveloper, "keys:write"));
  static_assert(RoleHas(Role::kAdmin, "keys:write"));
  static_assert(!RoleHas(Role::kAdmin, "project:delete"));
  static_assert(!RoleHas(Role::kOwner, "no:such"));
  for (const ScopeRow& row : kScopes) {
    EXPECT_TRUE(RoleHas(Role::kOwner, row.scope)) << row.scope;
  }
  EXPECT_EQ(RoleFromText("admin"), Role::kAdmin);
  EXPECT_FALSE(RoleFromText("root"));
}

// Every scope that a method names is in the table, or nobody could ever have it.
TEST(Roles, CoverEveryProjectMethod) {
  std::apply(
      [](const auto&... rows) {
        auto check = [](std::string_view scope) {
          // Scopes of the account itself are no project's business.
          if (scope.empty() || scope.starts_with("account:")) return;
          EXPECT_TRUE(LowestRole(scope)) << scope;
        };
        (check(rows.scope), ...);
      },
      AccountApi::kMethods);
}

}  // namespace
}  // namespace nsl::account
