// SPDX-License-Identifier: Apache-2.0
#include "neo/message.h"

#include <algorithm>

#include "crypto/hash.h"
#include "neo/signing.h"

namespace nsl::neo {
namespace {

constexpr ByteArray<4> kClassicStart = {0x01, 0x00, 0x01, 0xf0};
constexpr ByteArray<2> kClassicEnd = {0x00, 0x00};
// Header of a transaction 25, one signer: count 1, account 20, scope 1; no attributes 1.
constexpr size_t kFakeTransactionStart = 48;
constexpr size_t kSignerCountAt = 25;
constexpr std::string_view kAction = "Authentication";
constexpr size_t kMaxDomain = 253;

void Append(Bytes& out, ByteView bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); }

void AppendNumber(Bytes& out, uint64_t value, size_t bytes) {
  for (size_t i = 0; i < bytes; ++i) out.push_back(static_cast<uint8_t>(value >> (8 * i)));
}

// At most 65535 bytes in the two parts.
void AppendVarBytes(Bytes& out, std::string_view first, std::string_view second = {}) {
  size_t size = first.size() + second.size();
  NSL_CHECK(size <= UINT16_MAX);
  if (size >= 0xfd) out.push_back(0xfd);
  AppendNumber(out, size, size >= 0xfd ? 2 : 1);
  Append(out, AsBytes(first));
  Append(out, AsBytes(second));
}

Status CheckText(std::string_view text) {
  if (text.empty() || text.size() > kMaxMessageText) {
    return Fail(Reason::kChainInvalid, "a message has from 1 to " +
                                           std::to_string(kMaxMessageText) + " characters, not " +
                                           std::to_string(text.size()));
  }
  auto odd = std::ranges::find_if(
      text, [](char c) { return (c < 0x20 || c > 0x7e) && c != '\n' && c != '\r' && c != '\t'; });
  if (odd != text.end()) {
    return Fail(Reason::kChainInvalid, "byte " + std::to_string(odd - text.begin()) +
                                           " of the message is no printable ASCII character");
  }
  return {};
}

Status CheckSalt(std::string_view salt) {
  bool lower_hex = std::ranges::all_of(
      salt, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
  if (salt.size() != kMessageSaltText || !lower_hex) {
    return Fail(Reason::kChainInvalid,
                "the salt of a message is 32 lower-case hexadecimal characters");
  }
  return {};
}

Status CheckDomain(std::string_view domain) {
  bool good = std::ranges::all_of(domain, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == ':';
  });
  if (domain.empty() || domain.size() > kMaxDomain || !good) {
    return Fail(Reason::kChainInvalid,
                "the domain of a challenge is a host in lower case, with a port or without, of at "
                "most 253 characters");
  }
  return {};
}

Result<Bytes> ClassicBytes(std::string_view salt, std::string_view text) {
  NSL_TRY_VOID(CheckText(text));
  Bytes out(kClassicStart.begin(), kClassicStart.end());
  AppendVarBytes(out, salt, text);
  Append(out, kClassicEnd);
  return out;
}

// How the older layouts begin.
Bytes NetworkFirst(const AuthenticationChallenge& challenge) {
  Bytes out;
  AppendNumber(out, challenge.network, 4);
  AppendNumber(out, challenge.nonce, 8);
  AppendNumber(out, challenge.timestamp, 4);
  return out;
}

}  // namespace

bool WalletMessage::SignedBy(const PublicKey& key, ByteView signature) const {
  return key.ecdsa().Verify(bytes_, signature);
}

Result<WalletMessage> WalletMessage::ClassicWithoutSalt(std::string_view text) {
  NSL_TRY(Bytes bytes, ClassicBytes({}, text));
  return WalletMessage(std::move(bytes));
}

Result<WalletMessage> WalletMessage::Plain(std::string_view text) {
  NSL_TRY_VOID(CheckText(text));
  if (text.size() == kSignDataBytes) {
    return Fail(Reason::kChainInvalid,
                "a plain message of 36 characters is refused: its signature could be that of a "
                "transaction");
  }
  return WalletMessage(ToBytes(text));
}

Result<WalletMessage> WalletMessage::FakeTransaction(std::optional<std::string_view> salt,
                                                     std::string_view text) {
  NSL_TRY_VOID(CheckText(text));
  if (salt) NSL_TRY_VOID(CheckSalt(*salt));
  Bytes transaction(kFakeTransactionStart);
  transaction[kSignerCountAt] = 1;
  AppendVarBytes(transaction, salt.value_or(std::string_view()), text);
  SignData data = TransactionSignData(0, crypto::Sha256(transaction));
  return WalletMessage(ToBytes(ByteView(data)));
}

Result<WalletMessage> WalletMessage::ReplaySafe(uint32_t magic, std::string_view salt,
                                                std::string_view text) {
  NSL_TRY_VOID(CheckSalt(salt));
  NSL_TRY(Bytes classic, ClassicBytes(salt, text));
  SignData data = TransactionSignData(magic, crypto::Hash256(classic));
  return WalletMessage(ToBytes(ByteView(data)));
}

WalletMessage WalletMessage::Authentication2021(const AuthenticationChallenge& challenge,
                                                const ScriptHash& account) {
  Bytes bytes = NetworkFirst(challenge);
  Append(bytes, account.bytes);
  return WalletMessage(std::move(bytes));
}

WalletMessage WalletMessage::AuthenticationNeoLine(const AuthenticationChallenge& challenge,
                                                   const ScriptHash& account) {
  Bytes bytes = NetworkFirst(challenge);
  bytes.insert(bytes.end(), account.bytes.rbegin(), account.bytes.rend());
  return WalletMessage(std::move(bytes));
}

SignableMessage::SignableMessage(Bytes bytes) : WalletMessage(std::move(bytes)) {
  NSL_CHECK(this->bytes().size() > kSignDataBytes);
}

Result<Signature> SignableMessage::SignWith(const crypto::P256PrivateKey& key) const {
  NSL_TRY(Bytes raw, key.Sign(bytes()));
  auto signature = ToArray<kSignatureBytes>(raw);
  NSL_CHECK(signature.has_value());
  return *signature;
}

Result<SignableMessage> SignableMessage::Classic(std::string_view salt, std::string_view text) {
  NSL_TRY_VOID(CheckSalt(salt));
  NSL_TRY(Bytes bytes, ClassicBytes(salt, text));
  return SignableMessage(std::move(bytes));
}

Result<SignableMessage> SignableMessage::Authentication(const AuthenticationChallenge& challenge,
                                                        const ScriptHash& account) {
  NSL_TRY_VOID(CheckDomain(challenge.domain));
  Bytes bytes;
  AppendNumber(bytes, challenge.nonce, 8);
  AppendNumber(bytes, challenge.timestamp, 4);
  AppendNumber(bytes, challenge.network, 4);
  Append(bytes, account.bytes);
  AppendVarBytes(bytes, kAction);
  AppendVarBytes(bytes, challenge.domain);
  return SignableMessage(std::move(bytes));
}

}  // namespace nsl::neo
