// SPDX-License-Identifier: Apache-2.0
//
// Passwords: which are accepted, and their slow hash.
//
// Guarantee: at most 4 hashes at a time, a bounded queue behind them (quota.busy), and the same
// work whether the account exists or not. scrypt N=32768 r=8 p=3 (requirements §1).
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/blocking_pool.h"
#include "base/bytes.h"
#include "crypto/kdf.h"

namespace nsl::account {

inline constexpr crypto::ScryptParams kPasswordCost{.n = 32'768, .r = 8, .p = 3};
inline constexpr size_t kPasswordHashBytes = 32;
inline constexpr size_t kPasswordSaltBytes = 16;

// auth.weak_password unless it has 10 to 256 characters (UTF-8) and is not among the common ones.
Status CheckPassword(std::string_view password, std::string_view email);
// True for passwords that a guesser tries first, by rule: a common word, or two, or one repeated,
// with the usual exchanges of letters and anything of digits and signs around it; runs of the
// keyboard or the alphabet; one pattern repeated; the address itself.
bool IsCommonPassword(std::string_view password, std::string_view email);

class PasswordHasher {
 public:
  explicit PasswordHasher(crypto::ScryptParams cost = kPasswordCost, size_t threads = 4,
                          size_t queue = 32)
      : cost_(cost), pool_("password", threads, queue) {}

  // shared_ptr: the pool's work must be copyable; the secret itself is never copied.
  Task<Result<Bytes>> Hash(std::shared_ptr<const crypto::SecretBytes> password, Bytes salt);
  void Stop() { pool_.Stop(); }

 private:
  crypto::ScryptParams cost_;
  BlockingPool pool_;
};

}  // namespace nsl::account
