// SPDX-License-Identifier: Apache-2.0
//
// Authority: what a credential may do, decided on stored rows at each question. Nothing is taken
// from the token but which login it belongs to, so a role that was lowered or a key that was
// revoked counts at once. A signed request is judged over the bytes of the HTTP request that came
// with it; who acts on one uses Act (acting.h), which also reads the request from those bytes. One
// thread.
#pragma once

#include <string>
#include <vector>

#include "account/client/nonce_window.h"
#include "account/directory.h"
#include "account/roles.h"
#include "base/env.h"
#include "crypto/ecdsa.h"

namespace nsl::account {

enum class AuthorisedBy : uint8_t {
  // Somebody who held the credential: the caller, or the host that it passed through.
  kBearer,
  // The session key of the caller's login, over this very request.
  kSignature,
};
BOOST_DESCRIBE_ENUM(AuthorisedBy, kBearer, kSignature)

// A credential that was accepted.
struct Caller {
  // acc_… or key_…
  std::string id;
  std::string account_id;
  // Empty for API keys.
  std::string login_id;
  std::vector<Membership> memberships;
  AuthorisedBy authorised_by = AuthorisedBy::kBearer;
  // Of a signature: its id and the compressed public key.
  std::string session_key_id;
  Bytes session_key;
  bool is_key() const { return login_id.empty(); }
  bool has_signed() const { return authorised_by == AuthorisedBy::kSignature; }
};

// What signatures of this vault's clients are made for.
struct SigningTerms {
  uint32_t magic = 0;
  ByteArray<16> boot_id{};
};

class Authority {
 public:
  Authority(Env env, Directory& directory, const crypto::P256PublicKey& signing_key,
            SigningTerms terms)
      : env_(env), directory_(directory), signing_key_(signing_key), terms_(terms) {}

  // A bearer credential, for reads. auth.invalid, with the same text for whatever is wrong.
  Task<Result<Caller>> Check(std::string credential);
  // The same, for access tokens of accounts alone.
  Task<Result<Caller>> CheckAccount(std::string credential);
  // Any credential, for the host's routing: a signed request is judged and not used up.
  Task<Result<Caller>> Look(CallContext context);
  // For a change. A signed request is used up: it counts once, whatever becomes of the change. A
  // bearer credential gives auth.signature_required where `need` is kRequired.
  Task<Result<Caller>> Resolve(CallContext context, Signature need);

  const SigningTerms& terms() const { return terms_; }

 private:
  // `take`: use the nonce up.
  Task<Result<Caller>> CheckSigned(CallContext context, bool take);
  Task<Result<Caller>> CallerOf(std::string account_id, std::string login_id);
  Task<Result<Caller>> CheckToken(std::string credential);
  Task<Result<Caller>> CheckKey(std::string credential);

  Env env_;
  Directory& directory_;
  const crypto::P256PublicKey& signing_key_;
  SigningTerms terms_;
  NonceWindow nonces_;
};

// not_found for projects the caller is no member of, auth.forbidden without the scope.
Status Require(const Caller& caller, std::string_view project_id, std::string_view scope);
bool HasScope(const Caller& caller, std::string_view project_id, std::string_view scope);

}  // namespace nsl::account
