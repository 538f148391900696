// SPDX-License-Identifier: Apache-2.0
//
// The records of an attested channel: u32 length (little-endian), AES-256-GCM text. The nonce is
// the direction and a sequence number, the length is associated data, and an empty record is the
// end, so a cut shows. Inside the room alone.
#pragma once

#include <memory>

#include "net/byte_stream.h"

namespace nsl::rpc {

inline constexpr size_t kMaxRecordText = 64 * 1024;

// `direction` numbers what this end writes: 0 or 1; the other end writes the other.
std::unique_ptr<net::ByteStream> MakeChannelStream(std::unique_ptr<net::ByteStream> inner,
                                                   ByteView write_key, ByteView read_key,
                                                   uint32_t direction);

}  // namespace nsl::rpc
