// SPDX-License-Identifier: Apache-2.0
//
// Small text rules of HTTP (RFC 9110, 9112) and the bytes of responses. Inside the room alone.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "net/http.h"

namespace nsl::net {

// ASCII letters alone fold.
bool EqualsIgnoreCase(std::string_view a, std::string_view lower);
// 1 to 19 digits and nothing else.
std::optional<uint64_t> ParseDecimal(std::string_view text);
// uri-host [ ":" port ], loosely: no byte that could end it early in another parser.
bool IsHostValue(std::string_view text);

struct ResponseShape {
  // The answer to HEAD: length without body.
  bool without_body = false;
  bool close = false;
  bool http10 = false;
};

// Appends status line, headers and body. False, and nothing appended, when a header holds a byte
// that would break the framing.
bool AppendResponse(unsigned status, std::span<const HttpHeader> headers, ByteView body,
                    ResponseShape shape, Bytes& out);
// "HTTP/1.1 404 Not Found\r\n"; for a status without a name the number alone.
void AppendStatusLine(unsigned status, Bytes& out);
// What the server itself says about a request it refuses: a problem document (RFC 9457).
void AppendRefusal(unsigned status, ResponseShape shape, Bytes& out);

}  // namespace nsl::net
