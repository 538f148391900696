// SPDX-License-Identifier: Apache-2.0
#include "account/logins.h"

#include "account/client/sealed_password.h"
#include "account/client/signed_request.h"
#include "account/emails.h"
#include "account/new_project.h"
#include "account/tokens.h"
#include "crypto/hash.h"

namespace nsl::account {
namespace {

constexpr size_t kMaxSealed = 2'048;
constexpr size_t kLoginSecret = 32;

std::string LoginKey(std::string_view account_id, std::string_view login_id) {
  return std::string(account_id) + "/" + std::string(login_id);
}

}  // namespace

Logins::Logins(Shared& shared, const crypto::X25519PrivateKey& hpke_key,
               crypto::SecretBytes address_key, PasswordHasher& hasher)
    : shared_(shared),
      hpke_key_(hpke_key),
      address_key_(std::move(address_key)),
      hasher_(hasher),
      lockout_(shared.env.clock) {}

std::string Logins::AddressKey(std::string_view email) const {
  return ToBase32(crypto::HmacSha256(address_key_, AsBytes(email)));
}

Result<Logins::Opened> Logins::OpenBox(std::string_view method,
                                       const CredentialsRequest& request) const {
  const SealedBox& box = request.sealed_password;
  if (box.ciphertext.size() <= kMaxSealed) {
    auto opened = crypto::HpkeOpenSecret(hpke_key_, box.enc, {},
                                         AsBytes(SealedAad(method, request.email)), box.ciphertext);
    auto secrets = opened ? ReadLoginSecrets(*opened) : std::nullopt;
    if (secrets) {
      return Opened{std::make_shared<const crypto::SecretBytes>(std::move(secrets->password)),
                    std::move(secrets->session_key)};
    }
  }
  return Fail(
      Error(Reason::kAuthSealed,
            "the box is not {password, sessionKey} sealed to the key this vault has now, for this "
            "method and address; fetch /v1/attestation again and seal it anew")
          .WithField("/sealedPassword", "does not open"));
}

Task<Result<Logins::Judged>> Logins::Judge(std::string email, Password password) {
  Status free = lockout_.Check(email);
  if (!free) co_return std::unexpected(std::move(free.error()));
  auto address = co_await shared_.directory.Find<EmailRow>(AddressKey(email));
  if (!address) co_return std::unexpected(std::move(address.error()));
  Judged judged;
  Bytes expected;
  if (*address) {
    judged.account_id = (*address)->row.account_id;
    auto account = co_await shared_.directory.Find<AccountRow>(judged.account_id);
    if (!account) co_return std::unexpected(std::move(account.error()));
    if (!*account) co_return Fail(Reason::kPlatformIntegrity, "an address names a lost account");
    judged.salt = (*account)->row.salt;
    // A wrong length never compares equal: a deactivated account refuses every password.
    if ((*account)->row.active) expected = (*account)->row.password_hash;
  } else {
    judged.salt = shared_.env.random.Draw(kPasswordSaltBytes);
  }
  lockout_.Failed(email);
  auto hash = co_await hasher_.Hash(std::move(password), judged.salt);
  if (!hash) {
    lockout_.NotJudged(email);
    co_return std::unexpected(std::move(hash.error()));
  }
  judged.hash = std::move(*hash);
  if (*address) {
    judged.verdict = ConstantTimeEqual(expected, judged.hash) ? Verdict::kRight : Verdict::kWrong;
    if (judged.verdict == Verdict::kRight) lockout_.Succeeded(email);
  }
  co_return judged;
}

Task<Result<Session>> Logins::Register(CallContext, CredentialsRequest request) {
  NSL_CO_TRY(std::string email, NormaliseEmail(request.email));
  NSL_CO_TRY(Opened opened, OpenBox(kRegisterMethod, request));
  Password password = std::move(opened.password);
  NSL_CO_TRY_VOID(CheckPassword(AsText(password->view()), email));
  for (int attempt = 0; attempt < kChangeAttempts; ++attempt) {
    auto judged = co_await Judge(email, password);
    if (!judged) co_return std::unexpected(std::move(judged.error()));
    if (judged->verdict == Verdict::kWrong) {
      co_return Fail(Reason::kAccountExists,
                     "this address cannot be registered with this password; log in instead");
    }
    if (judged->verdict == Verdict::kRight) {
      auto session =
          co_await StartLogin(std::move(judged->account_id), std::move(opened.session_key));
      co_return session;
    }
    lockout_.Succeeded(email);
    auto session = co_await MakeAccount(email, std::move(judged->salt), std::move(judged->hash),
                                        opened.session_key);
    // Somebody registered the same address in between: judge again, against that account.
    if (!session && session.error().reason == Reason::kRequestVersionConflict) continue;
    co_return session;
  }
  co_return Fail(Reason::kQuotaBusy, "the address is being registered elsewhere; try again");
}

Task<Result<Session>> Logins::Login(CallContext, CredentialsRequest request) {
  NSL_CO_TRY(std::string email, NormaliseEmail(request.email));
  NSL_CO_TRY(Opened opened, OpenBox(kLoginMethod, request));
  auto judged = co_await Judge(std::move(email), std::move(opened.password));
  if (!judged) co_return std::unexpected(std::move(judged.error()));
  if (judged->verdict != Verdict::kRight) co_return InvalidCredential();
  auto session = co_await StartLogin(std::move(judged->account_id), std::move(opened.session_key));
  co_return session;
}

Task<Result<Session>> Logins::MakeAccount(std::string email, Bytes salt, Bytes hash,
                                          Bytes session_key) {
  AccountRow account;
  account.id = shared_.ids.Make(kAccountId);
  account.email = email;
  account.salt = std::move(salt);
  account.password_hash = std::move(hash);
  account.created_ms = shared_.env.clock.NowMs();
  ProjectRow project = NewProject(shared_, account.id, "default", shared_.network);
  account.projects.push_back(project.id);
  LoginRow login = NewLogin(account.id, std::move(session_key));
  Changes changes;
  changes.Put(AddressKey(email), EmailRow{account.id}, 0)
      .Put(account.id, account, 0)
      .Put(project.id, project, 0)
      .Put(LoginKey(account.id, login.id), login, 0);
  Status done = co_await shared_.directory.store().Commit(changes.Take());
  if (!done) co_return std::unexpected(std::move(done.error()));
  shared_.env.log.Info("account_made", {{"account", account.id}});
  co_return SessionOf(login);
}

LoginRow Logins::NewLogin(std::string account_id, Bytes session_key) {
  LoginRow login;
  login.id = shared_.ids.Make(kLoginId);
  login.account_id = std::move(account_id);
  login.session_key = std::move(session_key);
  login.secret = shared_.env.random.Draw(kLoginSecret);
  login.created_ms = login.used_ms = shared_.env.clock.NowMs();
  return login;
}

Task<Result<Session>> Logins::StartLogin(std::string account_id, Bytes session_key) {
  Status pruned = co_await PruneLogins(account_id);
  if (!pruned) co_return std::unexpected(std::move(pruned.error()));
  LoginRow login = NewLogin(account_id, std::move(session_key));
  Changes changes;
  changes.Put(LoginKey(account_id, login.id), login, 0);
  Status done = co_await shared_.directory.store().Commit(changes.Take());
  if (!done) co_return std::unexpected(std::move(done.error()));
  co_return SessionOf(login);
}

// Keeps the number of logins bounded: ids sort by time, so the first are the oldest.
Task<Status> Logins::PruneLogins(std::string account_id) {
  auto list = co_await shared_.directory.store().List(std::string(LoginRow::kTable),
                                                      account_id + "/", kMaxLoginsPerAccount * 2);
  if (!list) co_return std::unexpected(std::move(list.error()));
  if (list->size() < kMaxLoginsPerAccount) co_return Status();
  Changes changes;
  for (size_t i = 0; i + kMaxLoginsPerAccount <= list->size(); ++i) {
    changes.Remove<LoginRow>((*list)[i].key);
  }
  Status done = co_await shared_.directory.store().Commit(changes.Take());
  co_return done;
}

Result<Session> Logins::SessionOf(const LoginRow& login) const {
  Session session;
  session.account_id = login.account_id;
  session.expires_in = kAccessSeconds;
  if (!login.session_key.empty()) {
    const SigningTerms& terms = shared_.authority.terms();
    session.signing = SigningParameters{SessionKeyId(login.account_id, login.id),
                                        ToHex(terms.boot_id), terms.magic};
  }
  session.refresh_token =
      MakeRefreshToken(login.account_id, login.id, login.secret, login.generation);
  NSL_TRY(session.access_token,
          MakeAccessToken(shared_.signing_key, shared_.directory.store().name_space(),
                          {login.account_id, login.id}, shared_.env.clock.NowMs()));
  return session;
}

Task<Result<Stored<LoginRow>>> Logins::FindLogin(std::string account_id, std::string login_id) {
  auto found = co_await shared_.directory.Find<LoginRow>(LoginKey(account_id, login_id));
  if (!found) co_return std::unexpected(std::move(found.error()));
  if (!*found) co_return InvalidCredential();
  co_return std::move(**found);
}

Task<Result<Session>> Logins::Refresh(CallContext, RefreshRequest request) {
  auto claims = ReadRefreshToken(request.refresh_token);
  if (!claims) co_return InvalidCredential();
  auto login = co_await FindLogin(claims->account_id, claims->login_id);
  if (!login) co_return std::unexpected(std::move(login.error()));
  LoginRow row = std::move(login->row);
  if (!ConstantTimeEqual(claims->proof, RefreshProof(row.secret, claims->generation)) ||
      claims->generation > row.generation) {
    co_return InvalidCredential();
  }
  auto account = co_await shared_.directory.Find<AccountRow>(row.account_id);
  if (!account) co_return std::unexpected(std::move(account.error()));
  int64_t now = shared_.env.clock.NowMs();
  bool ended = !*account || !(*account)->row.active || now - row.used_ms > kRefreshIdleMs ||
               now - row.created_ms > kRefreshTotalMs;
  Changes changes;
  std::string key = LoginKey(row.account_id, row.id);
  // A genuine token of an earlier generation was used twice: one of the two users is a thief.
  if (ended || claims->generation < row.generation) {
    changes.Remove<LoginRow>(key);
    Status done = co_await shared_.directory.store().Commit(changes.Take());
    if (!done) co_return std::unexpected(std::move(done.error()));
    shared_.env.log.Warn("login_ended_by_reuse", {{"login", row.id}});
    co_await shared_.runners.Revoke(RevokeRequest{row.account_id, {}});
    co_return InvalidCredential();
  }
  ++row.generation;
  row.used_ms = now;
  changes.Put(key, row, login->version);
  Status done = co_await shared_.directory.store().Commit(changes.Take());
  // The same token at the same time: the other one has won, this one is a reuse.
  if (IsConflict(done)) {
    Changes end;
    end.Remove<LoginRow>(key);
    Status removed = co_await shared_.directory.store().Commit(end.Take());
    if (!removed) co_return std::unexpected(std::move(removed.error()));
    co_await shared_.runners.Revoke(RevokeRequest{row.account_id, {}});
    co_return InvalidCredential();
  }
  if (!done) co_return std::unexpected(std::move(done.error()));
  co_return SessionOf(row);
}

Task<Result<rpc::Empty>> Logins::Logout(CallContext, RefreshRequest request) {
  auto claims = ReadRefreshToken(request.refresh_token);
  if (!claims) co_return InvalidCredential();
  auto login = co_await FindLogin(claims->account_id, claims->login_id);
  if (!login) co_return std::unexpected(std::move(login.error()));
  const LoginRow& row = login->row;
  if (!ConstantTimeEqual(claims->proof, RefreshProof(row.secret, claims->generation))) {
    co_return InvalidCredential();
  }
  Changes changes;
  changes.Remove<LoginRow>(LoginKey(row.account_id, row.id));
  Status done = co_await shared_.directory.store().Commit(changes.Take());
  if (!done) co_return std::unexpected(std::move(done.error()));
  co_await shared_.runners.Revoke(RevokeRequest{row.account_id, {}});
  co_return rpc::Empty{};
}

}  // namespace nsl::account
