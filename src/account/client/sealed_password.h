// SPDX-License-Identifier: Apache-2.0
//
// The box in which a password travels, and with it the public key of the session key: sealed by the
// client to the vault's attested HPKE key, opened by the vault. The host can neither read the
// password nor put a key of its own beside it. Both ends take plaintext and associated data from
// here.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "account/api.h"
#include "base/cbor.h"
#include "crypto/ecdsa.h"
#include "crypto/hpke.h"

namespace nsl::account {

inline constexpr std::string_view kRegisterMethod = "account.register";
inline constexpr std::string_view kLoginMethod = "account.login";

// "nsl/sealed/2|<method>|<email>", the address as it stands in the request. HPKE info is empty.
inline std::string SealedAad(std::string_view method, std::string_view email) {
  return "nsl/sealed/2|" + std::string(method) + "|" + std::string(email);
}

// `hpke_key`: AttestedKeys::hpke_key of a document that was verified. `session_key`: the compressed
// public key, or empty for a login that will sign nothing.
inline Result<SealedBox> SealPassword(ByteView hpke_key, std::string_view method,
                                      std::string_view email, std::string_view password,
                                      Random& random, ByteView session_key = {}) {
  Bytes plaintext;
  // No growth: that would leave copies of the password behind.
  plaintext.reserve(password.size() + session_key.size() + 64);
  CborWriter writer(plaintext);
  writer.Map(session_key.empty() ? 1 : 2);
  writer.Text("password");
  writer.Text(password);
  if (!session_key.empty()) {
    writer.Text("sessionKey");
    writer.Bytes(session_key);
  }
  auto box = crypto::HpkeSeal(hpke_key, {}, AsBytes(SealedAad(method, email)), plaintext, random);
  crypto::WipeMemory(plaintext);
  if (!box) return std::unexpected(std::move(box.error()));
  return SealedBox{ToBytes(ByteView(box->enc)), std::move(box->ciphertext)};
}

struct LoginSecrets {
  crypto::SecretBytes password;
  // Compressed and on the curve; empty when there was none.
  Bytes session_key;
};
// Nothing unless it is exactly the map above, with nothing else in it.
inline std::optional<LoginSecrets> ReadLoginSecrets(ByteView plaintext) {
  CborReader reader(plaintext);
  size_t members = reader.Map();
  if (reader.Text() != "password") return std::nullopt;
  std::string_view password = reader.Text();
  ByteView session_key;
  if (members == 2) {
    if (reader.Text() != "sessionKey") return std::nullopt;
    session_key = reader.Bytes();
    if (!crypto::P256PublicKey::FromCompressed(session_key)) return std::nullopt;
  }
  if ((members != 1 && members != 2) || !reader.Finish()) return std::nullopt;
  return LoginSecrets{crypto::SecretBytes::CopyOf(AsBytes(password)), ToBytes(session_key)};
}

}  // namespace nsl::account
