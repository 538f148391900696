// SPDX-License-Identifier: Apache-2.0
//
// The arithmetic under ecdsa.h: points, scalars, RFC 6979 and the two forms of a signature.
// For ecdsa.cc alone. Thread-safe.
#pragma once

#include <span>

#include "crypto/ecdsa.h"

namespace nsl::crypto {

// 02/03 || x or 04 || x || y to 04 || x || y; false unless it is a point of the curve.
bool DecodePoint(Curve curve, ByteView point, std::span<uint8_t> uncompressed);

// False unless 1 <= scalar < order.
bool ScalarTimesGenerator(Curve curve, ByteView scalar, std::span<uint8_t> uncompressed);

// (a + b) mod order, big-endian; false unless both lie below the order.
bool AddScalars(Curve curve, ByteView a, ByteView b, std::span<uint8_t> sum);

// RFC 6979 §3.2 with SHA-256; raw r || s. The result must be verified before it is released.
Bytes SignP256Deterministic(const SecretBytes& scalar, const ByteArray<32>& digest);

Bytes SignatureToDer(ByteView raw);
// Empty when it is no signature whose halves fit `half` bytes.
Bytes SignatureFromDer(ByteView der, size_t half);

}  // namespace nsl::crypto
