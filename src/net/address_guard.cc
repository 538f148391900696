// SPDX-License-Identifier: Apache-2.0
#include "net/address_guard.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>
#include <string>

namespace nsl::net {
namespace {

struct RangeV4 {
  uint32_t base;
  int bits;
  AddressKind kind;
};

constexpr uint32_t V4(uint32_t a, uint32_t b, uint32_t c, uint32_t d) {
  return a << 24 | b << 16 | c << 8 | d;
}

// IANA IPv4 Special-Purpose Address Registry, and class D and E.
constexpr RangeV4 kRangesV4[] = {
    {V4(0, 0, 0, 0), 8, AddressKind::kUnspecified},
    {V4(10, 0, 0, 0), 8, AddressKind::kPrivate},
    {V4(100, 64, 0, 0), 10, AddressKind::kCarrierNat},
    {V4(127, 0, 0, 0), 8, AddressKind::kLoopback},
    {V4(169, 254, 0, 0), 16, AddressKind::kLinkLocal},
    {V4(172, 16, 0, 0), 12, AddressKind::kPrivate},
    {V4(192, 0, 0, 0), 24, AddressKind::kReserved},
    {V4(192, 0, 2, 0), 24, AddressKind::kDocumentation},
    {V4(192, 31, 196, 0), 24, AddressKind::kReserved},
    {V4(192, 52, 193, 0), 24, AddressKind::kReserved},
    {V4(192, 88, 99, 0), 24, AddressKind::kReserved},
    {V4(192, 168, 0, 0), 16, AddressKind::kPrivate},
    {V4(192, 175, 48, 0), 24, AddressKind::kReserved},
    {V4(198, 18, 0, 0), 15, AddressKind::kBenchmark},
    {V4(198, 51, 100, 0), 24, AddressKind::kDocumentation},
    {V4(203, 0, 113, 0), 24, AddressKind::kDocumentation},
    {V4(224, 0, 0, 0), 4, AddressKind::kMulticast},
    {V4(240, 0, 0, 0), 4, AddressKind::kReserved},
};

using AddressV6 = std::array<uint8_t, 16>;

bool StartsWith(const AddressV6& address, std::initializer_list<uint8_t> prefix) {
  return std::equal(prefix.begin(), prefix.end(), address.begin());
}

AddressKind EmbeddedV4(const AddressV6& address, size_t at) {
  return ClassifyV4({address[at], address[at + 1], address[at + 2], address[at + 3]});
}

bool AllZero(const AddressV6& address, size_t from, size_t to) {
  return std::all_of(address.begin() + static_cast<ptrdiff_t>(from),
                     address.begin() + static_cast<ptrdiff_t>(to),
                     [](uint8_t b) { return b == 0; });
}

}  // namespace

AddressKind ClassifyV4(const std::array<uint8_t, 4>& address) {
  uint32_t value = V4(address[0], address[1], address[2], address[3]);
  for (const RangeV4& range : kRangesV4) {
    if ((value ^ range.base) >> (32 - range.bits) == 0) return range.kind;
  }
  return AddressKind::kPublic;
}

AddressKind ClassifyV6(const AddressV6& address) {
  // ::, ::1, the abandoned ::/96, and ::ffff:0:0/96, ::ffff:0:0:0/96 that embed IPv4.
  if (AllZero(address, 0, 15) && address[15] <= 1) {
    return address[15] == 0 ? AddressKind::kUnspecified : AddressKind::kLoopback;
  }
  if (AllZero(address, 0, 12)) return AddressKind::kReserved;
  if (AllZero(address, 0, 10) && address[10] == 0xff && address[11] == 0xff) {
    return EmbeddedV4(address, 12);
  }
  if (AllZero(address, 0, 8) && address[8] == 0xff && address[9] == 0xff && address[10] == 0 &&
      address[11] == 0) {
    return EmbeddedV4(address, 12);
  }
  // NAT64 (RFC 6052), local NAT64 (RFC 8215: any layout, so refused), 6to4 (RFC 3056).
  if (StartsWith(address, {0x00, 0x64, 0xff, 0x9b}) && AllZero(address, 4, 12)) {
    return EmbeddedV4(address, 12);
  }
  if (StartsWith(address, {0x00, 0x64, 0xff, 0x9b})) return AddressKind::kReserved;
  if (StartsWith(address, {0x20, 0x02})) return EmbeddedV4(address, 2);
  // Teredo (RFC 4380): the client's address is stored inverted.
  if (StartsWith(address, {0x20, 0x01, 0x00, 0x00})) {
    AddressV6 plain = address;
    for (size_t i = 12; i < 16; ++i) plain[i] = static_cast<uint8_t>(~plain[i]);
    AddressKind server = EmbeddedV4(address, 4);
    return server == AddressKind::kPublic ? EmbeddedV4(plain, 12) : server;
  }
  if (StartsWith(address, {0x20, 0x01, 0x0d, 0xb8})) return AddressKind::kDocumentation;
  if (address[0] == 0x3f && address[1] == 0xff && (address[2] & 0xf0) == 0) {
    return AddressKind::kDocumentation;
  }
  // Rest of 2001::/23: benchmarking, ORCHID and other protocol assignments.
  if (StartsWith(address, {0x20, 0x01}) && (address[2] & 0xfe) == 0) {
    return StartsWith(address, {0x20, 0x01, 0x00, 0x02, 0x00, 0x00}) ? AddressKind::kBenchmark
                                                                     : AddressKind::kReserved;
  }
  if (address[0] == 0xff) return AddressKind::kMulticast;
  if (address[0] == 0xfe && (address[1] & 0xc0) == 0x80) return AddressKind::kLinkLocal;
  if (address[0] == 0xfe && (address[1] & 0xc0) == 0xc0) return AddressKind::kPrivate;
  if ((address[0] & 0xfe) == 0xfc) return AddressKind::kPrivate;
  // Global unicast is 2000::/3; everything else is not assigned.
  return (address[0] & 0xe0) == 0x20 ? AddressKind::kPublic : AddressKind::kReserved;
}

AddressKind Classify(const sockaddr* address) {
  if (address->sa_family == AF_INET) {
    std::array<uint8_t, 4> v4;
    std::memcpy(v4.data(), &reinterpret_cast<const sockaddr_in*>(address)->sin_addr, v4.size());
    return ClassifyV4(v4);
  }
  if (address->sa_family == AF_INET6) {
    AddressV6 v6;
    std::memcpy(v6.data(), &reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr, v6.size());
    return ClassifyV6(v6);
  }
  return AddressKind::kReserved;
}

std::optional<AddressKind> Classify(std::string_view literal) {
  std::string text(literal);
  std::array<uint8_t, 4> v4;
  if (::inet_pton(AF_INET, text.c_str(), v4.data()) == 1) return ClassifyV4(v4);
  AddressV6 v6;
  if (::inet_pton(AF_INET6, text.c_str(), v6.data()) == 1) return ClassifyV6(v6);
  return std::nullopt;
}

std::string_view TextOf(AddressKind kind) {
  switch (kind) {
    case AddressKind::kPublic:
      return "public";
    case AddressKind::kUnspecified:
      return "unspecified";
    case AddressKind::kLoopback:
      return "loopback";
    case AddressKind::kPrivate:
      return "private";
    case AddressKind::kLinkLocal:
      return "link local";
    case AddressKind::kCarrierNat:
      return "carrier NAT";
    case AddressKind::kMulticast:
      return "multicast";
    case AddressKind::kDocumentation:
      return "documentation";
    case AddressKind::kBenchmark:
      return "benchmark";
    case AddressKind::kReserved:
      return "reserved";
  }
  return "reserved";
}

}  // namespace nsl::net
