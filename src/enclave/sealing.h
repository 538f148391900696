// SPDX-License-Identifier: Apache-2.0
//
// Sealing of single records: what a host may keep but neither read nor move.
//
// Guarantee: a sealed record opens only with the same root key at exactly the place it was sealed
// for; every field of the place is associated data. Each sealing draws a fresh 32-byte salt, and
// key and nonce come from root key and salt (HKDF-SHA-256), so no pair of key and nonce is used
// twice. Form: 0x01, epoch (u32 big endian), salt, ciphertext, 16-byte tag. Thread-safe.
#pragma once

#include <string_view>

#include "base/bytes.h"
#include "base/random.h"
#include "base/result.h"

namespace nsl::enclave {

// Where a record belongs. Borrowed for the call.
struct SealPlace {
  std::string_view environment;
  std::string_view name_space;
  // Empty for records of the vault itself.
  std::string_view project;
  std::string_view table;
  std::string_view key;
  uint64_t version = 0;
  uint32_t epoch = 1;
};

// Bytes that sealing adds to the plaintext.
inline constexpr size_t kSealOverhead = 1 + 4 + 32 + 16;

// `root_key` has 32 bytes: the sealing root of the vault or the key of a project.
Bytes SealRecord(ByteView root_key, const SealPlace& place, ByteView plaintext, Random& random);
// platform.integrity naming table and key, for anything not sealed for this place.
Result<Bytes> OpenRecord(ByteView root_key, const SealPlace& place, ByteView sealed);

}  // namespace nsl::enclave
