// SPDX-License-Identifier: Apache-2.0
//
// Verification scripts of standard accounts, one key or m of n keys, and the invocation scripts
// that answer them. The script hash of the verification script is the account.
//
//   one key   PUSHDATA1 33 key SYSCALL System.Crypto.CheckSig
//   m of n    push(m) (PUSHDATA1 33 key) x n push(n) SYSCALL System.Crypto.CheckMultisig
//   invocation (PUSHDATA1 64 r||s) x m, in the order of the keys
//
// Guarantee: what the builders make, the parsers read back; the parsers accept nothing else, apart
// from the second form of push(16) (PUSHINT8, as neo-go writes it) and any order of the keys, which
// a chain may hold. Pure; thread-safe.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "neo/public_key.h"
#include "neo/script_hash.h"
#include "neo/witness.h"

namespace nsl::neo {

inline constexpr size_t kSignatureBytes = 64;
// What fits: 66 bytes for a signature, 35 for a key.
inline constexpr size_t kMaxSignatures = kMaxWitnessScriptBytes / (2 + kSignatureBytes);
inline constexpr size_t kMaxMultisigKeys = 29;

using Signature = ByteArray<kSignatureBytes>;

enum class KeyOrder : uint8_t {
  // X, then Y: the standard of the chain.
  kByPoint,
  // The 33 bytes: only to find an account that some tool made this way.
  kByEncoding,
};

void SortKeys(std::vector<PublicKey>& keys, KeyOrder order);

// A standard account's script, taken apart.
struct VerificationScript {
  // Nothing for a single-key account.
  std::optional<size_t> threshold;
  // In the order of the script; exactly one without a threshold.
  std::vector<PublicKey> keys;

  bool multisig() const { return threshold.has_value(); }
  size_t signatures() const { return threshold.value_or(1); }
};

Bytes SingleKeyScript(const PublicKey& key);
// The keys are sorted here. chain.invalid for no key, more than 29, a key twice, or a threshold
// outside 1..n or above 15, which no witness could reach.
Result<Bytes> MultisigScript(size_t threshold, std::vector<PublicKey> keys,
                             KeyOrder order = KeyOrder::kByPoint);

// chain.invalid with the offset of the first byte that does not fit.
Result<VerificationScript> ParseVerificationScript(ByteView script);

ScriptHash AccountOf(const PublicKey& key);
std::string AddressOf(const PublicKey& key);

// At most 15 signatures, in the order of the keys.
Bytes InvocationScript(std::span<const Signature> signatures);
// chain.invalid with the offset; from 1 to 15 signatures.
Result<std::vector<Signature>> ParseInvocationScript(ByteView script);

// Threshold of the block signers: n - (n - 1) / 3. 0 for no keys.
constexpr size_t BftThreshold(size_t n) { return n == 0 ? 0 : n - (n - 1) / 3; }
// Threshold of the committee: n - (n - 1) / 2. 0 for no keys.
constexpr size_t CommitteeThreshold(size_t n) { return n == 0 ? 0 : n - (n - 1) / 2; }
// The account that signs blocks (nextConsensus) and the one that governs.
Result<Bytes> BftScript(std::vector<PublicKey> validators);
Result<Bytes> CommitteeScript(std::vector<PublicKey> committee);

}  // namespace nsl::neo
