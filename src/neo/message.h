// SPDX-License-Identifier: Apache-2.0
//
// The layouts in which wallets of Neo sign a text or a sign-in challenge, all ECDSA with SHA-256.
//
//   classic           010001f0 varbytes(salt text) 0000, the salt before the text
//   plain             the text as it is
//   fake transaction  4 zero bytes, SHA256 of a transaction that has salt and text as its script
//   replay safe       the network's magic, SHA256(SHA256(classic))
//   authentication    NEP-20: nonce, time, network, account, "Authentication", domain; two older
//                     layouts have network, nonce, time and account alone
//
// A transaction is signed as 36 bytes, magic and hash. Three layouts are 36 bytes long, too, and a
// plain text can be. So there are two classes: a WalletMessage can only be compared with a
// signature that a wallet sent, and a SignableMessage, which is never 36 bytes long, can also be
// signed. Neither gives its bytes away.
//
// Guarantee: no key signs a transaction through this header. Texts are ASCII, because wallets
// encode others in different ways. Values; thread-safe. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "neo/verification_script.h"

namespace nsl::neo {

inline constexpr size_t kMaxMessageText = 16'384;
// 16 random bytes as lower-case hexadecimal text; the text is what is signed.
inline constexpr size_t kMessageSaltText = 32;

// What NEP-20 asks a wallet to sign.
struct AuthenticationChallenge {
  uint32_t network = 0;
  uint64_t nonce = 0;
  // Seconds since 1970.
  uint32_t timestamp = 0;
  // A host, with a port or without, in lower case. The older layouts leave it out.
  std::string domain;
};

// Made by the functions below alone.
class WalletMessage {
 public:
  // With 64 bytes r || s; false for any other length.
  bool SignedBy(const PublicKey& key, ByteView signature) const;

  // Texts of 1 to kMaxMessageText printable characters, tabs and line ends; else chain.invalid.
  static Result<WalletMessage> ClassicWithoutSalt(std::string_view text);
  // Not 36 characters long.
  static Result<WalletMessage> Plain(std::string_view text);
  static Result<WalletMessage> FakeTransaction(std::optional<std::string_view> salt,
                                               std::string_view text);
  static Result<WalletMessage> ReplaySafe(uint32_t magic, std::string_view salt,
                                          std::string_view text);
  // The layout of 2021 and that of NeoLine, which writes the account the other way round.
  static WalletMessage Authentication2021(const AuthenticationChallenge& challenge,
                                          const ScriptHash& account);
  static WalletMessage AuthenticationNeoLine(const AuthenticationChallenge& challenge,
                                             const ScriptHash& account);

 protected:
  explicit WalletMessage(Bytes bytes) : bytes_(std::move(bytes)) {}
  ByteView bytes() const { return bytes_; }

 private:
  Bytes bytes_;
};

class SignableMessage : public WalletMessage {
 public:
  // platform.integrity when the new signature did not verify.
  Result<Signature> SignWith(const crypto::P256PrivateKey& key) const;

  static Result<SignableMessage> Classic(std::string_view salt, std::string_view text);
  static Result<SignableMessage> Authentication(const AuthenticationChallenge& challenge,
                                                const ScriptHash& account);

 private:
  explicit SignableMessage(Bytes bytes);
};

}  // namespace nsl::neo
