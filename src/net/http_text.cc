// SPDX-License-Identifier: Apache-2.0
#include "net/http_text.h"

#include <charconv>
#include <cstring>
#include <string>

#include "base/reason.h"
#include "net/http_parser.h"

namespace nsl::net {
namespace {

void Append(std::string_view text, Bytes& out) {
  const auto* data = reinterpret_cast<const uint8_t*>(text.data());
  out.insert(out.end(), data, data + text.size());
}

std::string_view StatusLine(unsigned status) {
  switch (status) {
#define NSL_STATUS(code, text) \
  case code:                   \
    return "HTTP/1.1 " #code " " text "\r\n";
    NSL_STATUS(100, "Continue")
    NSL_STATUS(101, "Switching Protocols")
    NSL_STATUS(200, "OK")
    NSL_STATUS(201, "Created")
    NSL_STATUS(202, "Accepted")
    NSL_STATUS(204, "No Content")
    NSL_STATUS(206, "Partial Content")
    NSL_STATUS(301, "Moved Permanently")
    NSL_STATUS(302, "Found")
    NSL_STATUS(303, "See Other")
    NSL_STATUS(304, "Not Modified")
    NSL_STATUS(307, "Temporary Redirect")
    NSL_STATUS(308, "Permanent Redirect")
    NSL_STATUS(400, "Bad Request")
    NSL_STATUS(401, "Unauthorized")
    NSL_STATUS(402, "Payment Required")
    NSL_STATUS(403, "Forbidden")
    NSL_STATUS(404, "Not Found")
    NSL_STATUS(405, "Method Not Allowed")
    NSL_STATUS(408, "Request Timeout")
    NSL_STATUS(409, "Conflict")
    NSL_STATUS(412, "Precondition Failed")
    NSL_STATUS(413, "Content Too Large")
    NSL_STATUS(414, "URI Too Long")
    NSL_STATUS(415, "Unsupported Media Type")
    NSL_STATUS(417, "Expectation Failed")
    NSL_STATUS(422, "Unprocessable Content")
    NSL_STATUS(423, "Locked")
    NSL_STATUS(428, "Precondition Required")
    NSL_STATUS(429, "Too Many Requests")
    NSL_STATUS(431, "Request Header Fields Too Large")
    NSL_STATUS(500, "Internal Server Error")
    NSL_STATUS(501, "Not Implemented")
    NSL_STATUS(502, "Bad Gateway")
    NSL_STATUS(503, "Service Unavailable")
    NSL_STATUS(504, "Gateway Timeout")
#undef NSL_STATUS
    default:
      return {};
  }
}

bool IsFramingSafe(const HttpHeader& header) {
  for (char c : header.name) {
    if (static_cast<unsigned char>(c) <= ' ' || c == ':' || c == '\x7f') return false;
  }
  for (char c : header.value) {
    if (c == '\r' || c == '\n' || c == '\0') return false;
  }
  return !header.name.empty();
}

Reason ReasonOfRefusal(unsigned status) {
  switch (status) {
    case 408:
      return Reason::kRequestTimeout;
    case 413:
      return Reason::kRequestTooLarge;
    case 414:
    case 431:
      return Reason::kRequestHeaderTooLarge;
    case 500:
      return Reason::kPlatformInternal;
    default:
      return Reason::kRequestMalformed;
  }
}

// What to do about it; nothing of the request is repeated.
std::string DetailOfRefusal(unsigned status) {
  constexpr HttpParserLimits kLimits;
  switch (status) {
    case 400:
      return "the request is not HTTP/1.1 that can be read in one way only; one Host, one "
             "Content-Length or Transfer-Encoding: chunked, lines that end in CR LF, no folding";
    case 408:
      return "the request did not arrive in time; send it in one piece";
    case 413:
      return "the body is larger than this path takes; /v1/limits lists the limits";
    case 414:
      return "the target is longer than " + std::to_string(kLimits.target_bytes) +
             " bytes; send what is long in the body";
    case 417:
      return "the only expectation that is known is 100-continue";
    case 431:
      return "the headers are larger than " + std::to_string(kLimits.header_bytes) +
             " bytes or more than " + std::to_string(kLimits.headers) + "; send fewer";
    default:
      return "the server could not serve the request; try again";
  }
}

}  // namespace

bool EqualsIgnoreCase(std::string_view a, std::string_view lower) {
  if (a.size() != lower.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    char c = a[i];
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
    if (c != lower[i]) return false;
  }
  return true;
}

std::optional<uint64_t> ParseDecimal(std::string_view text) {
  if (text.empty() || text.size() > 19) return std::nullopt;
  uint64_t out = 0;
  for (char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    out = out * 10 + static_cast<uint64_t>(c - '0');
  }
  return out;
}

bool IsHostValue(std::string_view text) {
  if (text.empty()) return false;
  for (char c : text) {
    bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!plain && (c == '\0' || std::strchr("-._~:[]%", c) == nullptr)) return false;
  }
  return true;
}

void AppendStatusLine(unsigned status, Bytes& out) {
  std::string_view line = StatusLine(status);
  if (!line.empty()) return Append(line, out);
  Append("HTTP/1.1 ", out);
  Append(std::to_string(status), out);
  Append(" \r\n", out);
}

bool AppendResponse(unsigned status, std::span<const HttpHeader> headers, ByteView body,
                    ResponseShape shape, Bytes& out) {
  std::string other;
  std::string_view line = StatusLine(status);
  if (line.empty()) {
    other = "HTTP/1.1 " + std::to_string(status) + " \r\n";
    line = other;
  }
  std::string_view connection;
  if (shape.close) {
    connection = "Connection: close\r\n";
  } else if (shape.http10) {
    connection = "Connection: keep-alive\r\n";
  }
  // RFC 9110 §8.6: none of these has a length.
  bool bodiless = status == 204 || status == 304 || status < 200;
  std::string_view length_name = bodiless ? "" : "Content-Length: ";
  char digits[24];
  size_t digit_count = 0;
  if (!bodiless) {
    auto [end, error] = std::to_chars(digits, digits + sizeof digits - 2, body.size());
    end[0] = '\r';
    end[1] = '\n';
    digit_count = static_cast<size_t>(end - digits) + 2;
  }
  ByteView shown = bodiless || shape.without_body ? ByteView() : body;

  // Measured, then written: every answer of the platform passes here.
  size_t bytes =
      line.size() + connection.size() + length_name.size() + digit_count + 2 + shown.size();
  for (const HttpHeader& header : headers) {
    if (!IsFramingSafe(header)) return false;
    bytes += header.name.size() + header.value.size() + 4;
  }
  size_t at = out.size();
  out.resize(at + bytes);
  uint8_t* to = out.data() + at;
  auto put = [&to](std::string_view text) {
    if (!text.empty()) std::memcpy(to, text.data(), text.size());
    to += text.size();
  };
  put(line);
  for (const HttpHeader& header : headers) {
    put(header.name);
    put(": ");
    put(header.value);
    put("\r\n");
  }
  put(connection);
  put(length_name);
  put({digits, digit_count});
  put("\r\n");
  put(AsText(shown));
  return true;
}

void AppendRefusal(unsigned status, ResponseShape shape, Bytes& out) {
  const ReasonRow& row = RowOf(ReasonOfRefusal(status));
  std::string_view line = StatusLine(status);
  // "HTTP/1.1 NNN <title>\r\n"
  std::string_view title = line.empty() ? "Error" : line.substr(13, line.size() - 15);
  std::string body = R"({"type":"about:blank","title":")" + std::string(title) + R"(","status":)" +
                     std::to_string(status) + R"(,"code":")" + std::string(TextOf(row.code)) +
                     R"(","reason":")" + std::string(row.text) + R"(","detail":")" +
                     DetailOfRefusal(status) + R"(","retryable":false})";
  HttpHeader type{"Content-Type", "application/problem+json"};
  AppendResponse(status, std::span(&type, 1), AsBytes(body), shape, out);
}

}  // namespace nsl::net
