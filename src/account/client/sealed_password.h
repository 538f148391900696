// SPDX-License-Identifier: Apache-2.0
//
// The box in which a password travels: sealed by the client to the vault's attested HPKE key,
// opened by the vault. Both ends take the associated data from here.
#pragma once

#include <string>
#include <string_view>

#include "account/api.h"
#include "crypto/hpke.h"

namespace nsl::account {

inline constexpr std::string_view kRegisterMethod = "account.register";
inline constexpr std::string_view kLoginMethod = "account.login";

// "nsl/sealed/1|<method>|<email>", the address as it stands in the request. HPKE info is empty.
inline std::string SealedAad(std::string_view method, std::string_view email) {
  return "nsl/sealed/1|" + std::string(method) + "|" + std::string(email);
}

// `hpke_key`: AttestedKeys::hpke_key of a document that was verified.
inline Result<SealedBox> SealPassword(ByteView hpke_key, std::string_view method,
                                      std::string_view email, std::string_view password,
                                      Random& random) {
  NSL_TRY(auto box, crypto::HpkeSeal(hpke_key, {}, AsBytes(SealedAad(method, email)),
                                     AsBytes(password), random));
  return SealedBox{ToBytes(ByteView(box.enc)), std::move(box.ciphertext)};
}

}  // namespace nsl::account
