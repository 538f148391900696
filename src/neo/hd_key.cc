// SPDX-License-Identifier: Apache-2.0
#include "neo/hd_key.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "crypto/hash.h"
#include "crypto/kdf.h"

namespace nsl::neo {
namespace {

constexpr size_t kKeyBytes = 32;
constexpr uint32_t kBip39Rounds = 2'048;
// Each further try has a chance below 2^-31.
constexpr int kMaxTries = 8;

std::string_view HmacKey(SeedRule rule) {
  return rule == SeedRule::kBip32 ? "Bitcoin seed" : "Nist256p1 seed";
}

// Key material in its left half, chain code in its right one.
crypto::SecretBytes Hmac(ByteView key, ByteView data) {
  ByteArray<64> raw = crypto::HmacSha512(key, data);
  crypto::SecretBytes out = crypto::SecretBytes::CopyOf(raw);
  crypto::WipeMemory(raw);
  return out;
}

ByteView Left(const crypto::SecretBytes& raw) { return raw.view().first(kKeyBytes); }
ByteView Right(const crypto::SecretBytes& raw) { return raw.view().last(kKeyBytes); }

void PutStep(std::span<uint8_t> out, uint32_t step) {
  for (size_t i = 0; i < 4; ++i) out[i] = static_cast<uint8_t>(step >> (24 - 8 * i));
}

// 00 and the private key for a hardened step, else the public key; then the step.
crypto::SecretBytes ChildData(const crypto::P256PrivateKey& key, uint32_t step) {
  crypto::SecretBytes out(1 + kKeyBytes + 4);
  std::span<uint8_t> to = out.Writable();
  if (step >= kHardened) {
    crypto::SecretBytes scalar = key.Scalar();
    std::ranges::copy(scalar.view(), to.begin() + 1);
  } else {
    std::ranges::copy(key.PublicKey().Compressed(), to.begin());
  }
  PutStep(to.last(4), step);
  return out;
}

// What SLIP-10 hashes when the last try gave no key: 01, the chain code of that try, the step.
crypto::SecretBytes RetryData(ByteView chain_code, uint32_t step) {
  crypto::SecretBytes out(1 + kKeyBytes + 4);
  std::span<uint8_t> to = out.Writable();
  to[0] = 0x01;
  std::ranges::copy(chain_code, to.begin() + 1);
  PutStep(to.last(4), step);
  return out;
}

std::optional<uint32_t> ParseStep(std::string_view text) {
  bool hardened = text.ends_with('\'');
  if (hardened) text.remove_suffix(1);
  uint32_t number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  bool whole = !text.empty() && error == std::errc() && end == text.data() + text.size();
  bool leading_zero = text.size() > 1 && text[0] == '0';
  if (!whole || leading_zero || number >= kHardened) return std::nullopt;
  return hardened ? number + kHardened : number;
}

}  // namespace

Result<KeyPath> ParseKeyPath(std::string_view text) {
  KeyPath out;
  bool good = text.starts_with('m');
  std::string_view rest = good ? text.substr(1) : text;
  while (good && !rest.empty()) {
    good = rest[0] == '/' && out.size() < kMaxPathSteps;
    if (!good) break;
    rest.remove_prefix(1);
    size_t length = std::min(rest.find('/'), rest.size());
    std::optional<uint32_t> step = ParseStep(rest.substr(0, length));
    rest.remove_prefix(length);
    good = step.has_value();
    if (good) out.push_back(*step);
  }
  if (!good) {
    return Fail(Reason::kChainInvalid,
                "step " + std::to_string(out.size() + 1) +
                    " of the key path does not fit: a path reads like m/44'/888'/0'/0/0, with "
                    "numbers below 2147483648 and at most 16 steps");
  }
  return out;
}

std::string ToText(const KeyPath& path) {
  std::string out = "m";
  for (uint32_t step : path) {
    out += '/' + std::to_string(step & (kHardened - 1));
    if (step >= kHardened) out += '\'';
  }
  return out;
}

KeyPath NeoKeyPath(uint32_t index) {
  NSL_CHECK(index < kHardened);
  return {kHardened + 44, kHardened + 888, kHardened, 0, index};
}

Result<crypto::SecretBytes> Bip39Seed(std::string_view mnemonic, std::string_view passphrase) {
  size_t words = 1 + static_cast<size_t>(std::ranges::count(mnemonic, ' '));
  bool spaced = !mnemonic.empty() && mnemonic.front() != ' ' && mnemonic.back() != ' ' &&
                mnemonic.find("  ") == std::string_view::npos &&
                std::ranges::none_of(mnemonic, [](char c) { return c >= 0 && c < ' '; });
  if (!spaced || words < 12 || words > 24 || words % 3 != 0) {
    return Fail(Reason::kChainInvalid,
                "a mnemonic has 12, 15, 18, 21 or 24 words with one space between");
  }
  constexpr std::string_view kPrefix = "mnemonic";
  crypto::SecretBytes salt(kPrefix.size() + passphrase.size());
  auto rest = std::ranges::copy(kPrefix, salt.Writable().begin()).out;
  std::ranges::copy(passphrase, rest);
  return crypto::Pbkdf2HmacSha512(AsBytes(mnemonic), salt.view(), kBip39Rounds, 64);
}

Result<HdKey> HdKey::FromSeed(ByteView seed, SeedRule rule) {
  if (seed.size() < 16 || seed.size() > 64) {
    return Fail(Reason::kChainInvalid,
                "a seed has from 16 to 64 bytes, not " + std::to_string(seed.size()));
  }
  crypto::SecretBytes raw = Hmac(AsBytes(HmacKey(rule)), seed);
  for (int i = 0; i < kMaxTries; ++i) {
    auto key = crypto::P256PrivateKey::FromScalar(Left(raw));
    if (key) return HdKey(rule, *std::move(key), crypto::SecretBytes::CopyOf(Right(raw)));
    if (rule == SeedRule::kBip32) break;
    raw = Hmac(AsBytes(HmacKey(rule)), raw.view());
  }
  return Fail(Reason::kChainInvalid, "this seed gives no master key by this rule");
}

Result<HdKey> HdKey::Child(uint32_t step) const {
  crypto::SecretBytes first = ChildData(key_, step);
  crypto::SecretBytes raw = Hmac(chain_code_.view(), first.view());
  for (int i = 0; i < kMaxTries; ++i) {
    auto key = key_.Tweaked(Left(raw));
    if (key) return HdKey(rule_, *std::move(key), crypto::SecretBytes::CopyOf(Right(raw)));
    if (rule_ == SeedRule::kBip32) break;
    crypto::SecretBytes data = RetryData(Right(raw), step);
    raw = Hmac(chain_code_.view(), data.view());
  }
  return Fail(Reason::kChainInvalid, "there is no key at this step of the path: take the next one");
}

Result<HdKey> HdKey::Derive(const KeyPath& path) const {
  crypto::SecretBytes scalar = key_.Scalar();
  NSL_TRY(auto own, crypto::P256PrivateKey::FromScalar(scalar.view()));
  HdKey at(rule_, std::move(own), chain_code_.Clone());
  for (uint32_t step : path) {
    NSL_TRY(at, at.Child(step));
  }
  return at;
}

}  // namespace nsl::neo
