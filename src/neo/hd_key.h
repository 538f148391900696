// SPDX-License-Identifier: Apache-2.0
//
// Keys derived from a seed: BIP-32 on P-256 and the seed of BIP-39.
//
// Two rules for the master key are in use on Neo and give different keys from one seed; whoever
// keeps a seed keeps the rule with it. The one of Neo's own library stops where a derived number
// is no key, SLIP-10 goes on from there (both with a chance below 2^-31).
//
// Guarantee: keys, chain codes and seeds lie in SecretBytes alone; mnemonic and passphrase are the
// caller's to wipe. The list of words is not known here: a mnemonic with a mistyped word gives
// another seed, not an error. Bip39Seed runs 2048 rounds, a millisecond. An object is immutable:
// const members are thread-safe. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "crypto/ecdsa.h"

namespace nsl::neo {

enum class SeedRule : uint8_t {
  // HMAC key "Bitcoin seed": Neo's own library.
  kBip32,
  // HMAC key "Nist256p1 seed": SLIP-10, hardware wallets.
  kSlip10,
};

// Added to the number of a hardened step.
inline constexpr uint32_t kHardened = uint32_t{1} << 31;
inline constexpr size_t kMaxPathSteps = 16;

using KeyPath = std::vector<uint32_t>;

// "m" or "m/44'/888'/0'/0/0": decimal numbers below 2^31, ' for hardened. chain.invalid.
Result<KeyPath> ParseKeyPath(std::string_view text);
std::string ToText(const KeyPath& path);
// m/44'/888'/0'/0/index, where wallets of Neo keep their keys; index is below 2^31.
KeyPath NeoKeyPath(uint32_t index);

// Both in Unicode normal form KD, which is the caller's part. chain.invalid unless these are 12,
// 15, 18, 21 or 24 words with one space between.
Result<crypto::SecretBytes> Bip39Seed(std::string_view mnemonic, std::string_view passphrase);

class HdKey {
 public:
  // From 16 to 64 bytes of seed; chain.invalid.
  static Result<HdKey> FromSeed(ByteView seed, SeedRule rule);

  // chain.invalid where the rule has no key for this step.
  Result<HdKey> Child(uint32_t step) const;
  Result<HdKey> Derive(const KeyPath& path) const;

  const crypto::P256PrivateKey& key() const { return key_; }
  const crypto::SecretBytes& chain_code() const { return chain_code_; }
  SeedRule rule() const { return rule_; }

 private:
  HdKey(SeedRule rule, crypto::P256PrivateKey key, crypto::SecretBytes chain_code)
      : rule_(rule), key_(std::move(key)), chain_code_(std::move(chain_code)) {}

  SeedRule rule_;
  crypto::P256PrivateKey key_;
  crypto::SecretBytes chain_code_;
};

}  // namespace nsl::neo
