// SPDX-License-Identifier: Apache-2.0
#include "account/authority.h"

#include <algorithm>

#include "account/client/signed_request.h"
#include "account/tokens.h"
#include "crypto/hash.h"

namespace nsl::account {
namespace {

const Membership* Find(const Caller& caller, std::string_view project_id) {
  auto it = std::find_if(caller.memberships.begin(), caller.memberships.end(),
                         [&](const Membership& m) { return m.project_id == project_id; });
  return it == caller.memberships.end() ? nullptr : &*it;
}

}  // namespace

Task<Result<Caller>> Authority::Check(std::string credential) {
  if (LooksLikeKey(credential)) return CheckKey(std::move(credential));
  return CheckToken(std::move(credential));
}

Task<Result<Caller>> Authority::CheckAccount(std::string credential) {
  return CheckToken(std::move(credential));
}

Task<Result<Caller>> Authority::Look(CallContext context) {
  if (LooksSigned(context.credential)) return CheckSigned(std::move(context), false);
  return Check(std::move(context.credential));
}

Task<Result<Caller>> Authority::Resolve(CallContext context, Signature need) {
  if (LooksSigned(context.credential)) {
    // A signature never stands for what takes none.
    if (need == Signature::kNone) co_return InvalidCredential();
    auto caller = co_await CheckSigned(std::move(context), true);
    co_return caller;
  }
  auto caller = co_await Check(std::move(context.credential));
  if (caller && need == Signature::kRequired) {
    co_return Fail(Reason::kAuthSignature,
                   "this change needs a signed request: a bearer credential passes through a host "
                   "that could act with it; log in with a session key and sign the request");
  }
  co_return caller;
}

Task<Result<Caller>> Authority::CheckSigned(CallContext context, bool take) {
  if (!directory_.store().ready()) {
    co_return Fail(Reason::kPlatformUnavailable, "the vault has not read its records yet");
  }
  auto header = ParseSignedHeader(context.credential);
  if (!header || !context.signed_http) co_return InvalidCredential();
  const rpc::SignedHttp& http = *context.signed_http;
  if (header->audience != terms_.boot_id) {
    // Boot ids are public; with this one the client signs again. Same reason, same text.
    Error stale = InvalidCredential().error();
    co_return Fail(
        std::move(stale).WithField(std::string(kAudiencePointer), ToHex(terms_.boot_id)));
  }
  UnixMillis now = env_.clock.NowMs();
  if (header->time_ms > now + kMaxSkewMs || header->time_ms < now - kMaxSkewMs ||
      !IsSignableTarget(http.target)) {
    co_return InvalidCredential();
  }
  auto login = co_await directory_.Find<LoginRow>(header->account_id + "/" + header->login_id);
  if (!login) co_return std::unexpected(std::move(login.error()));
  if (!*login) co_return InvalidCredential();
  Bytes session_key = (*login)->row.session_key;
  auto key = crypto::P256PublicKey::FromCompressed(session_key);
  std::string text = SigningText(terms_.magic, http.method, http.target, http.body_hash, *header);
  if (!key || !key->Verify(AsBytes(text), header->signature)) co_return InvalidCredential();
  auto caller = co_await CallerOf(header->account_id, header->login_id);
  if (!caller) co_return std::unexpected(std::move(caller.error()));
  if (take) {
    NSL_CO_TRY_VOID(nonces_.Take(header->key_id, header->time_ms, header->nonce, now));
  }
  caller->authorised_by = AuthorisedBy::kSignature;
  caller->session_key_id = std::move(header->key_id);
  caller->session_key = std::move(session_key);
  co_return caller;
}

Task<Result<Caller>> Authority::CheckToken(std::string credential) {
  if (!directory_.store().ready()) {
    co_return Fail(Reason::kPlatformUnavailable, "the vault has not read its records yet");
  }
  auto claims = ReadAccessToken(credential, signing_key_, directory_.store().name_space(),
                                env_.clock.NowMs());
  if (!claims) co_return std::unexpected(std::move(claims.error()));
  auto login = co_await directory_.Find<LoginRow>(claims->account_id + "/" + claims->login_id);
  if (!login) co_return std::unexpected(std::move(login.error()));
  if (!*login) co_return InvalidCredential();
  auto caller = co_await CallerOf(std::move(claims->account_id), std::move(claims->login_id));
  co_return caller;
}

Task<Result<Caller>> Authority::CallerOf(std::string account_id, std::string login_id) {
  auto account = co_await directory_.Find<AccountRow>(account_id);
  if (!account) co_return std::unexpected(std::move(account.error()));
  if (!*account || !(*account)->row.active) co_return InvalidCredential();
  Caller caller;
  caller.id = account_id;
  caller.account_id = std::move(account_id);
  caller.login_id = std::move(login_id);
  for (std::string& id : (*account)->row.projects) {
    auto project = co_await directory_.Find<ProjectRow>(id);
    if (!project) co_return std::unexpected(std::move(project.error()));
    if (!*project) continue;
    const auto& members = (*project)->row.members;
    auto member = members.find(caller.account_id);
    auto role = member == members.end() ? std::nullopt : RoleFromText(member->second);
    if (role) caller.memberships.push_back({std::move(id), member->second, ScopesOf(*role)});
  }
  co_return caller;
}

Task<Result<Caller>> Authority::CheckKey(std::string credential) {
  auto text = ReadKeyText(credential);
  if (!text) co_return InvalidCredential();
  auto key = co_await directory_.Find<KeyRow>(text->key_id);
  if (!key) co_return std::unexpected(std::move(key.error()));
  if (!*key) co_return InvalidCredential();
  KeyRow& row = (*key)->row;
  if (!ConstantTimeEqual(crypto::Sha256(text->secret), row.secret_hash) ||
      (row.expires_ms && *row.expires_ms <= env_.clock.NowMs())) {
    co_return InvalidCredential();
  }
  auto account = co_await directory_.Find<AccountRow>(row.account_id);
  if (!account) co_return std::unexpected(std::move(account.error()));
  if (!*account || !(*account)->row.active) co_return InvalidCredential();
  auto project = co_await directory_.Find<ProjectRow>(row.project_id);
  if (!project) co_return std::unexpected(std::move(project.error()));
  if (!*project) co_return InvalidCredential();
  // A key never has more than its maker has now.
  const auto& members = (*project)->row.members;
  auto maker = members.find(row.account_id);
  auto role = maker == members.end() ? std::nullopt : RoleFromText(maker->second);
  if (!role) co_return InvalidCredential();
  std::erase_if(row.scopes, [&](const std::string& scope) {
    return !RoleHas(*role, scope) || !RoleHas(kKeyCeiling, scope);
  });
  Caller caller;
  caller.id = row.id;
  caller.account_id = row.account_id;
  caller.memberships.push_back({row.project_id, "key", std::move(row.scopes)});
  co_return caller;
}

bool HasScope(const Caller& caller, std::string_view project_id, std::string_view scope) {
  const Membership* member = Find(caller, project_id);
  return member != nullptr &&
         std::find(member->scopes.begin(), member->scopes.end(), scope) != member->scopes.end();
}

Status Require(const Caller& caller, std::string_view project_id, std::string_view scope) {
  if (Find(caller, project_id) == nullptr) return Fail(Reason::kNotFound, "no such project");
  if (!HasScope(caller, project_id, scope)) {
    return Fail(Reason::kAuthForbidden,
                "this needs the scope " + std::string(scope) + ", which the credential lacks");
  }
  return {};
}

}  // namespace nsl::account
