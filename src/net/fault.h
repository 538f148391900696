// SPDX-License-Identifier: Apache-2.0
//
// A stream that misbehaves as told, around another one: what a hostile relay or a bad network does.
// For tests. Offsets count the bytes of one direction from its start.
#pragma once

#include <chrono>
#include <optional>

#include "net/byte_stream.h"

namespace nsl::net {

struct FaultPlan {
  // Ends the direction as if the other end had closed, before this byte.
  std::optional<uint64_t> cut_at = {};
  // Inverts the lowest bit of this byte.
  std::optional<uint64_t> flip_at = {};
  // Leaves this byte out.
  std::optional<uint64_t> drop_at = {};
  // At most so many bytes per call; 0 = no limit.
  size_t slice = 0;
  // Before each read.
  std::chrono::milliseconds delay{0};
};

std::unique_ptr<ByteStream> MakeFaulty(std::unique_ptr<ByteStream> inner, FaultPlan reading,
                                       FaultPlan writing = {});

}  // namespace nsl::net
