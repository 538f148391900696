// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>

#include "account/tokens.h"
#include "account/vault_fixture.h"
#include "crypto/jwt.h"

namespace nsl::account {
namespace {

using Logins = VaultFixture;

TEST_F(Logins, RegistrationMakesAnAccountAndItsFirstProject) {
  auto session = Register();
  ASSERT_TRUE(session) << session.error().ToString();
  EXPECT_EQ(session->expires_in, 900u);
  auto me = Run(service_->GetMe(With(session->access_token), {}));
  ASSERT_TRUE(me);
  EXPECT_EQ(me->email, kEmail);
  ASSERT_EQ(me->projects.size(), 1u);
  EXPECT_EQ(me->projects[0].name, "default");
  EXPECT_EQ(me->projects[0].network, "private");
  EXPECT_EQ(me->projects[0].role, "owner");
}

TEST_F(Logins, PasswordLogsInAlsoAfterARestart) {
  ASSERT_TRUE(Register());
  EXPECT_TRUE(Login());
  Restart();
  EXPECT_TRUE(Login());
  EXPECT_TRUE(Login("  Ada@Example.ORG "));
}

TEST_F(Logins, EveryRefusalHasTheSameText) {
  auto session = Register();
  ASSERT_TRUE(session);
  auto wrong = Login(kEmail, "wrong horse battery");
  auto unknown = Login("bob@example.org", kPassword);
  auto forged = Authenticate(session->access_token + "x");
  auto nothing = Authenticate("");
  auto no_key = Authenticate("nsl_" + std::string(26, '0') + "_" + std::string(52, 'a'));
  ASSERT_FALSE(wrong);
  for (const Error& e :
       {wrong.error(), unknown.error(), forged.error(), nothing.error(), no_key.error()}) {
    EXPECT_EQ(e.ToString(), wrong.error().ToString());
  }
  EXPECT_EQ(wrong.error().reason, Reason::kAuthInvalid);
}

TEST_F(Logins, ABoxIsGoodForItsMethodAddressAndBootAlone) {
  ASSERT_TRUE(Register());
  auto for_register = Sealed(kRegisterMethod, kEmail, kPassword);
  EXPECT_EQ(Why(Run(service_->Login({}, for_register))), "auth.sealed_field");
  auto moved = Sealed(kLoginMethod, kEmail, kPassword);
  moved.email = "bob@example.org";
  EXPECT_EQ(Why(Run(service_->Login({}, moved))), "auth.sealed_field");
  auto kept = Sealed(kLoginMethod, kEmail, kPassword);
  Restart();
  EXPECT_EQ(Why(Run(service_->Login({}, kept))), "auth.sealed_field");
}

TEST_F(Logins, WeakPasswordsAreRefused) {
  EXPECT_EQ(Why(Register(kEmail, "short")), "auth.weak_password");
  EXPECT_EQ(Why(Register(kEmail, "Password123!")), "auth.weak_password");
  EXPECT_EQ(Why(Register("not-an-address", kPassword)), "request.invalid");
}

TEST_F(Logins, RegisteringAgainIsALoginForTheOwnerAlone) {
  auto first = Register();
  ASSERT_TRUE(first);
  auto again = Register();
  ASSERT_TRUE(again);
  EXPECT_EQ(again->account_id, first->account_id);
  EXPECT_EQ(Why(Register(kEmail, "another good one")), "account.exists");
}

TEST_F(Logins, TenFailuresLockAnAddressWhetherItExistsOrNot) {
  ASSERT_TRUE(Register());
  for (std::string_view email : {kEmail, std::string_view("nobody@example.org")}) {
    for (int i = 0; i < 10; ++i)
      EXPECT_EQ(Why(Login(email, "wrong horse battery")), "auth.invalid");
    EXPECT_EQ(Why(Login(email, kPassword)), "auth.locked");
    EXPECT_EQ(Why(Register(email, "a third good one")), "auth.locked");
  }
  clock_.AdvanceMs(15 * 60'000 + 1);
  EXPECT_TRUE(Login());
}

TEST_F(Logins, NineFailuresAndASuccessStartAnew) {
  ASSERT_TRUE(Register());
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 9; ++i)
      EXPECT_EQ(Why(Login(kEmail, "wrong horse battery")), "auth.invalid");
    EXPECT_TRUE(Login());
  }
}

Task<void> RegisterInto(AccountService& service, CredentialsRequest request,
                        std::vector<Result<Session>>& out) {
  auto session = co_await service.Register({}, std::move(request));
  out.push_back(std::move(session));
}

TEST_F(Logins, TwoRegistrationsAtOnceMakeOneAccount) {
  std::vector<Result<Session>> done;
  TaskGroup group(io_.get_executor());
  for (int i = 0; i < 4; ++i) {
    group.Spawn(RegisterInto(*service_, Sealed(kRegisterMethod, kEmail, kPassword), done));
  }
  group.Spawn(
      RegisterInto(*service_, Sealed(kRegisterMethod, kEmail, "a different good one"), done));
  Run(group.Wait());
  std::vector<std::string> accounts;
  for (auto& d : done) {
    if (d) accounts.push_back(d->account_id);
  }
  ASSERT_FALSE(accounts.empty());
  EXPECT_EQ(std::count(accounts.begin(), accounts.end(), accounts[0]),
            static_cast<ptrdiff_t>(accounts.size()));
}

TEST_F(Logins, RefreshRotatesAndReuseEndsTheLogin) {
  auto session = Register();
  ASSERT_TRUE(session);
  auto second = Run(service_->Refresh({}, {session->refresh_token}));
  ASSERT_TRUE(second);
  auto third = Run(service_->Refresh({}, {second->refresh_token}));
  ASSERT_TRUE(third);
  EXPECT_TRUE(Authenticate(third->access_token));
  EXPECT_EQ(Why(Run(service_->Refresh({}, {session->refresh_token}))), "auth.invalid");
  EXPECT_EQ(Why(Authenticate(third->access_token)), "auth.invalid");
  EXPECT_EQ(Why(Run(service_->Refresh({}, {third->refresh_token}))), "auth.invalid");
  ASSERT_FALSE(runner_->revoked.empty());
  EXPECT_EQ(runner_->revoked.back().principal_id, session->account_id);
}

TEST_F(Logins, AGuessedRefreshTokenEndsNothing) {
  auto session = Register();
  ASSERT_TRUE(session);
  std::string guess = session->refresh_token;
  guess.back() = guess.back() == 'a' ? 'b' : 'a';
  guess[guess.size() - 10] = guess[guess.size() - 10] == 'a' ? 'b' : 'a';
  EXPECT_EQ(Why(Run(service_->Refresh({}, {guess}))), "auth.invalid");
  EXPECT_EQ(Why(Run(service_->Logout({}, {guess}))), "auth.invalid");
  EXPECT_TRUE(Run(service_->Refresh({}, {session->refresh_token})));
}

TEST_F(Logins, RefreshEndsWhenIdleOrOld) {
  auto session = Register();
  ASSERT_TRUE(session);
  clock_.AdvanceMs(kRefreshIdleMs + 1);
  EXPECT_EQ(Why(Run(service_->Refresh({}, {session->refresh_token}))), "auth.invalid");
  session = Login();
  ASSERT_TRUE(session);
  std::string token = session->refresh_token;
  for (int days = 0; days < 80; days += 20) {
    clock_.AdvanceMs(int64_t{20} * 24 * 3'600'000);
    auto next = Run(service_->Refresh({}, {token}));
    ASSERT_TRUE(next);
    token = next->refresh_token;
  }
  clock_.AdvanceMs(int64_t{11} * 24 * 3'600'000);
  EXPECT_EQ(Why(Run(service_->Refresh({}, {token}))), "auth.invalid");
}

TEST_F(Logins, LogoutEndsTheLoginAtOnceAndTellsTheRunners) {
  auto session = Register();
  ASSERT_TRUE(session);
  EXPECT_TRUE(Run(service_->Logout({}, {session->refresh_token})));
  EXPECT_EQ(Why(Authenticate(session->access_token)), "auth.invalid");
  EXPECT_EQ(runner_->revoked.back().principal_id, session->account_id);
}

TEST_F(Logins, AccessTokenEndsAfter15Minutes) {
  auto session = Register();
  ASSERT_TRUE(session);
  clock_.AdvanceMs(14 * 60'000);
  EXPECT_TRUE(Authenticate(session->access_token));
  clock_.AdvanceMs(2 * 60'000);
  EXPECT_EQ(Why(Authenticate(session->access_token)), "auth.invalid");
}

TEST_F(Logins, TokensOfOtherKeysAudiencesAndKindsAreRefused) {
  auto session = Register();
  ASSERT_TRUE(session);
  auto principal = Authenticate(session->access_token);
  ASSERT_TRUE(principal);
  auto list = Run(store_->List("login", principal->id + "/", 1));
  ASSERT_TRUE(list);
  AccessClaims claims{principal->id, list->at(0).key.substr(principal->id.size() + 1)};
  int64_t now = clock_.NowMs();
  auto other_key = crypto::P256PrivateKey::Generate(random_);
  EXPECT_TRUE(Authenticate(*MakeAccessToken(keys_->signing, store_->name_space(), claims, now)));
  EXPECT_FALSE(Authenticate(*MakeAccessToken(other_key, store_->name_space(), claims, now)));
  EXPECT_FALSE(Authenticate(*MakeAccessToken(keys_->signing, "ns_other", claims, now)));
  EXPECT_FALSE(Authenticate(session->refresh_token));
  claims.login_id = Make(kLoginId);
  EXPECT_FALSE(Authenticate(*MakeAccessToken(keys_->signing, store_->name_space(), claims, now)));
  // {"alg":"none"} with the claims of the genuine token.
  std::string token = session->access_token;
  std::string body = token.substr(token.find('.'), token.rfind('.') - token.find('.') + 1);
  EXPECT_FALSE(Authenticate(ToBase64Url(AsBytes("{\"alg\":\"none\",\"typ\":\"JWT\"}")) + body));
  for (size_t i = 0; i < token.size(); i += 7) {
    std::string bad = token;
    bad[i] = bad[i] == 'A' ? 'B' : 'A';
    if (bad != token) EXPECT_FALSE(Authenticate(bad)) << i;
  }
}

TEST_F(Logins, OldLoginsGoWhenThereAreTooMany) {
  auto first = Register();
  ASSERT_TRUE(first);
  for (size_t i = 0; i < kMaxLoginsPerAccount; ++i) {
    clock_.AdvanceMs(5);
    ASSERT_TRUE(Login());
  }
  EXPECT_FALSE(Authenticate(first->access_token));
  auto list = Run(store_->List("login", first->account_id + "/", 1000));
  EXPECT_LE(list->size(), kMaxLoginsPerAccount);
}

TEST_F(Logins, ACanaryPasswordIsNowhere) {
  constexpr std::string_view kCanary = "canary-7f3a-wq81-lobster";
  ASSERT_TRUE(Register(kEmail, kCanary));
  ASSERT_TRUE(Login(kEmail, kCanary));
  EXPECT_FALSE(Login(kEmail, std::string(kCanary) + "x"));
  EXPECT_EQ(log_.text().find("canary"), std::string::npos);
  ASSERT_FALSE(records_.written.empty());
  for (const auto& r : records_.written) {
    std::string all = r.table + r.key + std::string(AsText(r.sealed));
    EXPECT_EQ(all.find("canary"), std::string::npos);
    // Nor the address, which only the owner and the host's request log know.
    EXPECT_EQ(all.find("ada@"), std::string::npos);
  }
}

TEST_F(Logins, NothingIsAnsweredWhileTheHostIsAway) {
  auto session = Register();
  ASSERT_TRUE(session);
  auto gone = [](const enclave::RecordsPutRequest&) {
    return Status(Fail(Reason::kPlatformUnknownResult, "gone"));
  };
  records_.before_put = gone;
  EXPECT_EQ(Why(Login()), "platform.unknown_result");
  EXPECT_EQ(Why(Authenticate(session->access_token)), "platform.unavailable");
  EXPECT_EQ(Why(Login()), "platform.unavailable");
  EXPECT_EQ(Why(Admit(session->access_token, Make(kFunctionId))), "platform.unavailable");
  EXPECT_EQ(Why(Run(service_->Attestation({}, {std::string(32, 'a')}))), "platform.unavailable");
}

}  // namespace
}  // namespace nsl::account
