// SPDX-License-Identifier: Apache-2.0
//
// Interop services of N3 by name and by id, and the flags of a contract call.
//
// Guarantee: the id of a service is computed from its name, so the table cannot disagree with the
// rule (the first four bytes of SHA256 of the name). Pure; the first use builds the table.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "base/bytes.h"

namespace nsl::neo {

// In the order of the wire, as it stands behind SYSCALL.
using InteropId = ByteArray<4>;

InteropId InteropIdOf(std::string_view name);
// Every service the nodes know.
std::span<const std::string_view> InteropNames();
// Nothing for an id no known service has.
std::optional<std::string_view> InteropNameOf(const InteropId& id);

enum class CallFlags : uint8_t {
  kNone = 0,
  kReadStates = 1,
  kWriteStates = 2,
  kAllowCall = 4,
  kAllowNotify = 8,
  kStates = 3,
  kReadOnly = 5,
  kAll = 15,
};

}  // namespace nsl::neo
