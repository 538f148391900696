// SPDX-License-Identifier: Apache-2.0
//
// Which addresses a request made for a stranger may reach: public unicast ones alone.
//
// Judges the address that is connected to, after name resolution, so that a name cannot point
// inward. IPv6 forms that embed an IPv4 address (mapped, NAT64, 6to4, Teredo) are judged by it.
#pragma once

#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace nsl::net {

enum class AddressKind : uint8_t {
  kPublic,
  kUnspecified,
  kLoopback,
  kPrivate,
  kLinkLocal,
  kCarrierNat,
  kMulticast,
  kDocumentation,
  kBenchmark,
  kReserved,
};

AddressKind ClassifyV4(const std::array<uint8_t, 4>& address);
AddressKind ClassifyV6(const std::array<uint8_t, 16>& address);
// kReserved for families other than IPv4 and IPv6.
AddressKind Classify(const sockaddr* address);
// None when it is no numeric address.
std::optional<AddressKind> Classify(std::string_view literal);
inline bool IsPublic(AddressKind kind) { return kind == AddressKind::kPublic; }
std::string_view TextOf(AddressKind kind);

}  // namespace nsl::net
