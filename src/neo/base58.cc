// SPDX-License-Identifier: Apache-2.0
#include "neo/base58.h"

#include <algorithm>

#include "base/result.h"
#include "crypto/hash.h"

namespace nsl::neo {
namespace {

constexpr std::string_view kAlphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
constexpr size_t kChecksum = 4;
constexpr size_t kMaxPayload = 80;
// 84 bytes need 115 characters at most; 128 characters give 128 bytes at most, when all are zero.
constexpr size_t kWorkspace = kMaxBase58Text;

using Workspace = std::span<uint8_t, kWorkspace>;

// Writes the characters to the front of the workspace; how many.
size_t Encode(ByteView raw, Workspace out) {
  size_t n = 0;
  for (uint8_t byte : raw) {
    unsigned carry = byte;
    for (uint8_t& digit : out.first(n)) {
      carry += static_cast<unsigned>(digit) << 8;
      digit = static_cast<uint8_t>(carry % 58);
      carry /= 58;
    }
    for (; carry > 0; carry /= 58) out[n++] = static_cast<uint8_t>(carry % 58);
  }
  for (size_t i = 0; i < raw.size() && raw[i] == 0; ++i) out[n++] = 0;
  std::reverse(out.begin(), out.begin() + static_cast<ptrdiff_t>(n));
  for (uint8_t& digit : out.first(n)) digit = static_cast<uint8_t>(kAlphabet[digit]);
  return n;
}

// Writes the bytes to the front of the workspace; how many, or nothing for a wrong character.
std::optional<size_t> Decode(std::string_view text, Workspace out) {
  size_t n = 0;
  for (char c : text) {
    size_t digit = kAlphabet.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    unsigned carry = static_cast<unsigned>(digit);
    for (uint8_t& byte : out.first(n)) {
      carry += 58u * byte;
      byte = static_cast<uint8_t>(carry & 0xff);
      carry >>= 8;
    }
    for (; carry > 0; carry >>= 8) out[n++] = static_cast<uint8_t>(carry & 0xff);
  }
  for (size_t i = 0; i < text.size() && text[i] == kAlphabet[0]; ++i) out[n++] = 0;
  std::reverse(out.begin(), out.begin() + static_cast<ptrdiff_t>(n));
  return n;
}

// The payload in the workspace.
std::optional<ByteView> DecodeChecked(std::string_view text, Workspace workspace) {
  if (text.empty() || text.size() > kMaxBase58Text) return std::nullopt;
  std::optional<size_t> size = Decode(text, workspace);
  if (!size || *size < kChecksum) return std::nullopt;
  ByteView payload = workspace.first(*size - kChecksum);
  Hash256 hash = crypto::Hash256(payload);
  if (!std::equal(hash.begin(), hash.begin() + kChecksum, workspace.data() + payload.size())) {
    return std::nullopt;
  }
  return payload;
}

// The text in the workspace; `raw` has room for the payload and the checksum.
ByteView EncodeChecked(ByteView payload, std::span<uint8_t> raw, Workspace workspace) {
  NSL_CHECK(payload.size() <= kMaxPayload && raw.size() == payload.size() + kChecksum);
  Hash256 hash = crypto::Hash256(payload);
  std::ranges::copy(payload, raw.begin());
  std::copy_n(hash.begin(), kChecksum, raw.begin() + static_cast<ptrdiff_t>(payload.size()));
  return workspace.first(Encode(raw, workspace));
}

}  // namespace

std::string ToBase58Check(ByteView payload) {
  ByteArray<kWorkspace> workspace;
  Bytes raw(payload.size() + kChecksum);
  return std::string(AsText(EncodeChecked(payload, raw, workspace)));
}

std::optional<Bytes> FromBase58Check(std::string_view text) {
  ByteArray<kWorkspace> workspace;
  std::optional<ByteView> payload = DecodeChecked(text, workspace);
  if (!payload) return std::nullopt;
  return ToBytes(*payload);
}

crypto::SecretBytes ToSecretBase58Check(const crypto::SecretBytes& payload) {
  crypto::SecretBytes workspace(kWorkspace);
  crypto::SecretBytes raw(payload.size() + kChecksum);
  return crypto::SecretBytes::CopyOf(
      EncodeChecked(payload.view(), raw.Writable(), workspace.Writable().first<kWorkspace>()));
}

std::optional<crypto::SecretBytes> FromSecretBase58Check(std::string_view text) {
  crypto::SecretBytes workspace(kWorkspace);
  auto payload = DecodeChecked(text, workspace.Writable().first<kWorkspace>());
  if (!payload) return std::nullopt;
  return crypto::SecretBytes::CopyOf(*payload);
}

}  // namespace nsl::neo
