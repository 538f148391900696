// SPDX-License-Identifier: Apache-2.0
//
// The frames between two programs, little-endian:
//
//   u32 length of what follows | u8 version = 1 | u8 kind | u16 method | u64 call id |
//   u32 remaining milliseconds (0 = no deadline) | body
//
// The low half of a call id is the caller's slot, the high half its generation, so that both ends
// find a call in a table. A body above kChunkBytes * 4 travels as chunk frames of kChunkBytes each
// and a last frame of the proper kind. The decoder reads a flat buffer, allocates nothing and
// refuses everything else: a refused frame ends the connection.
#pragma once

#include "base/bytes.h"
#include "base/result.h"

namespace nsl::rpc {

enum class FrameKind : uint8_t {
  kCall = 1,
  kReply = 2,
  kError = 3,
  kCancel = 4,
  kPing = 5,
  kPong = 6,
  kNotify = 7,
  // A piece of a call's body; the piece of a reply's body.
  kCallChunk = 8,
  kReplyChunk = 9,
};

inline constexpr uint8_t kFrameVersion = 1;
inline constexpr size_t kFrameHeaderBytes = 20;
inline constexpr size_t kChunkBytes = 256 * 1024;
// Largest body of one frame.
inline constexpr size_t kMaxFrameBody = 4 * kChunkBytes;
// Largest body at all, in chunks.
inline constexpr size_t kMaxBody = size_t{24} << 20;

struct Frame {
  FrameKind kind = FrameKind::kPing;
  uint16_t method = 0;
  uint64_t call_id = 0;
  uint32_t remaining_ms = 0;
  // Borrows from the buffer.
  ByteView body = {};
};

enum class FrameStatus : uint8_t { kFrame, kNeedMore, kBad };

// Reads the frame at the start of `buffer`; `consumed` is its whole length. After kNeedMore it is
// the number of bytes that the buffer must hold before another try can succeed.
FrameStatus ReadFrame(ByteView buffer, Frame& frame, size_t& consumed);

// Appends header and body; the body fits one frame.
void AppendFrame(const Frame& frame, Bytes& out);
// The same in two steps, for a body that is written in place: Begin gives where the frame starts,
// the caller appends the body, End sets the length.
size_t BeginFrame(FrameKind kind, uint16_t method, uint64_t call_id, uint32_t remaining_ms,
                  Bytes& out);
void EndFrame(size_t start, Bytes& out);

// The body of an error frame: CBOR map {reason, detail, fields, retryAfterMs}. An unknown reason
// becomes platform.internal, what does not decode too. At most 16 fields and 4 KiB of detail.
void AppendError(const Error& error, Bytes& out);
Error ParseError(ByteView body);

}  // namespace nsl::rpc
