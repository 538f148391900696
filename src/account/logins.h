// SPDX-License-Identifier: Apache-2.0
//
// Register, log in, refresh, log out.
//
// Guarantee: a password is seen in clear only inside this object, in locked memory; every refusal
// costs the same hash and has the same text; a refresh token works once, and one that comes a
// second time ends its login; a session key is the one that was sealed beside the password.
// Registering an address that exists tells so only to who knows its password, or after the full
// price of a guess (docs/decisions/0010). One thread; hashes run on a pool.
#pragma once

#include <memory>
#include <string>

#include "account/context.h"
#include "account/lockout.h"
#include "account/passwords.h"
#include "crypto/x25519.h"

namespace nsl::account {

class Logins {
 public:
  // `address_key`: 32 bytes, names the rows of addresses.
  Logins(Shared& shared, const crypto::X25519PrivateKey& hpke_key, crypto::SecretBytes address_key,
         PasswordHasher& hasher);

  Task<Result<Session>> Register(CallContext context, CredentialsRequest request);
  Task<Result<Session>> Login(CallContext context, CredentialsRequest request);
  Task<Result<Session>> Refresh(CallContext context, RefreshRequest request);
  Task<Result<rpc::Empty>> Logout(CallContext context, RefreshRequest request);

 private:
  using Password = std::shared_ptr<const crypto::SecretBytes>;
  enum class Verdict : uint8_t { kUnknown, kWrong, kRight };
  struct Judged {
    Verdict verdict = Verdict::kUnknown;
    std::string account_id;
    // Of an unknown address: what the new account keeps.
    Bytes salt;
    Bytes hash;
  };

  std::string AddressKey(std::string_view email) const;
  struct Opened {
    Password password;
    Bytes session_key;
  };
  Result<Opened> OpenBox(std::string_view method, const CredentialsRequest& request) const;
  // One hash, whether the address is known or not; counts towards the lock.
  Task<Result<Judged>> Judge(std::string email, Password password);
  Task<Result<Session>> MakeAccount(std::string email, Bytes salt, Bytes hash, Bytes session_key);
  Task<Result<Session>> StartLogin(std::string account_id, Bytes session_key);
  Task<Status> PruneLogins(std::string account_id);
  LoginRow NewLogin(std::string account_id, Bytes session_key);
  Result<Session> SessionOf(const LoginRow& login) const;
  Task<Result<Stored<LoginRow>>> FindLogin(std::string account_id, std::string login_id);

  Shared& shared_;
  const crypto::X25519PrivateKey& hpke_key_;
  crypto::SecretBytes address_key_;
  PasswordHasher& hasher_;
  Lockout lockout_;
};

}  // namespace nsl::account
