// SPDX-License-Identifier: Apache-2.0
//
// Receipts: what a run did, as a leaf of a Merkle tree whose root the runner's attested key signs.
//
// A batch closes every 10 ms, at 1,024 runs, or at once when a caller waits for proof. Roots chain:
// each names the one before, so a removed or doubled run shows. Hashes of input and output are
// salted with 16 random bytes that only the run's detail holds. Leaf and root are positional CBOR
// arrays in the order of the members below (RFC 8949 §4.2.1), hashed and signed as they stand.
#pragma once

#include <boost/describe.hpp>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace nsl::function_runner {

inline constexpr std::string_view kReceiptTag = "nsl/receipt/2";
inline constexpr std::string_view kReceiptRootTag = "nsl/receipt-root/1";
inline constexpr size_t kSaltBytes = 16;

struct ReceiptLeaf {
  std::string_view run_id;
  // manual, http, …
  std::string_view origin;
  // Evidence of the origin: "host" for calls that came through the gateway.
  std::string_view evidence;
  std::string_view project_id;
  std::string_view function_id;
  std::string_view version_id;
  ByteView code_hash;
  // acc_…, key_… or "anonymous"; and SHA-256 of the credential.
  std::string_view principal_id;
  ByteView credential_hash;
  // SHA-256(salt || input), SHA-256(salt || output).
  ByteView input_hash;
  ByteView output_hash;
  // Empty = succeeded.
  std::string_view reason;
  // Who asked for the deploy of this version, as its grant says: "signature" or "bearer".
  std::string_view authorised_by;
  // CBOR of the transactions that the vault signed for this run (ReceiptTransaction); empty = none.
  ByteView transactions;
  uint64_t cpu_us = 0;
  uint64_t wall_us = 0;
  uint64_t input_bytes = 0;
  uint64_t output_bytes = 0;
  uint64_t host_calls = 0;
  uint64_t peak_memory_kb = 0;
  // Highest chain height that a read of this run saw; 0 = none.
  uint64_t chain_height = 0;
  uint64_t route_sequence = 0;
  // Position of the run in the life of this runner, from 1.
  uint64_t run_sequence = 0;
  uint64_t started_ms = 0;
};

struct ReceiptRoot {
  ByteView boot_id;
  // From 1.
  uint64_t batch = 0;
  uint64_t leaves = 0;
  ByteView root;
  // SHA-256 of the signed root before this one; 32 zero bytes for the first.
  ByteView previous;
  uint64_t time_ms = 0;
};

// One of a leaf's transactions: what the run's intent became. The hash names the signed bytes, and
// with them receiver, amount, method and arguments.
struct ReceiptTransaction {
  // tx_… and wal_…
  std::string id;
  std::string wallet_id;
  // 0x…, as explorers show it.
  std::string hash;
};

// CBOR array of [id, wallet id, hash]; nothing for an empty list.
Bytes EncodeReceiptTransactions(const std::vector<ReceiptTransaction>& list);
// receipt.invalid for anything else.
Result<std::vector<ReceiptTransaction>> ParseReceiptTransactions(ByteView encoded);

void AppendReceiptLeaf(const ReceiptLeaf& leaf, Bytes& out);
// Views borrow from `encoded`. receipt.invalid for anything but the exact array.
Result<ReceiptLeaf> ParseReceiptLeaf(ByteView encoded);
void AppendReceiptRoot(const ReceiptRoot& root, Bytes& out);
Result<ReceiptRoot> ParseReceiptRoot(ByteView encoded);

struct Receipt {
  // CBOR of a ReceiptLeaf and a ReceiptRoot: the hashed and signed bytes.
  Bytes leaf;
  uint64_t index = 0;
  std::vector<Hash256> path;
  Bytes root;
  // ES256 over `root`, raw r || s.
  Bytes signature;
  // The runner's attestation document, which names the signing key.
  Bytes attestation;
};
BOOST_DESCRIBE_STRUCT(Receipt, (), (leaf, index, path, root, signature, attestation))

}  // namespace nsl::function_runner
