// SPDX-License-Identifier: Apache-2.0
//
// COSE_Sign1 (RFC 9052 §4.2) with ES256 and ES384.
//
// What is verified are the bytes that were received: nothing is encoded again. The unprotected
// header is never read. The context string is "Signature1"; a simulated security module uses
// another one, so that its documents can never pass for real ones. Thread-safe.
#pragma once

#include "base/cbor.h"
#include "crypto/ecdsa.h"

namespace nsl::crypto {

inline constexpr std::string_view kCoseContext = "Signature1";

enum class CoseAlgorithm : int8_t { kEs256 = -7, kEs384 = -35 };

// Borrows from the parsed bytes.
struct CoseSign1 {
  CoseAlgorithm algorithm = CoseAlgorithm::kEs384;
  ByteView protected_header;
  ByteView payload;
  // Raw r || s, 64 or 96 bytes.
  ByteView signature;
};

// Untagged, with a protected header of the algorithm alone.
Result<Bytes> SignCose(const P256PrivateKey& key, ByteView payload,
                       std::string_view context = kCoseContext, ByteView external_aad = {});
Result<Bytes> SignCose(const P384PrivateKey& key, ByteView payload,
                       std::string_view context = kCoseContext, ByteView external_aad = {});

// Exactly one COSE_Sign1, tagged 18 or not, its protected header exactly {1: algorithm}.
// attest.format for any other shape.
Result<CoseSign1> ParseCose(ByteView message);

// False when the algorithm is not the key's.
bool VerifyCose(const CoseSign1& message, const P256PublicKey& key,
                std::string_view context = kCoseContext, ByteView external_aad = {});
bool VerifyCose(const CoseSign1& message, const P384PublicKey& key,
                std::string_view context = kCoseContext, ByteView external_aad = {});

}  // namespace nsl::crypto
