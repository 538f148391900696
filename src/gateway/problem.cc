// SPDX-License-Identifier: Apache-2.0
#include "gateway/problem.h"

#include "base/log.h"

namespace nsl::gateway {
namespace {

// "resource_exhausted" -> "Resource exhausted".
std::string TitleOf(Code code) {
  std::string title(TextOf(code));
  for (char& c : title) {
    if (c == '_') c = ' ';
  }
  if (!title.empty() && title[0] >= 'a') title[0] = static_cast<char>(title[0] - 'a' + 'A');
  return title;
}

void Member(std::string& out, std::string_view name, std::string_view text) {
  out += ",\"";
  out += name;
  out += "\":";
  AppendJsonString(out, text);
}

}  // namespace

void AppendProblem(const Error& error, std::string_view request_id, std::string& out) {
  std::string_view reason = TextOf(error.reason);
  out += R"({"type":"urn:nsl:reason:)";
  out += reason;
  out += '"';
  Member(out, "title", TitleOf(error.code()));
  out += ",\"status\":" + std::to_string(error.http_status());
  Member(out, "code", TextOf(error.code()));
  Member(out, "reason", reason);
  Member(out, "detail", error.detail);
  out += error.retryable() ? ",\"retryable\":true" : ",\"retryable\":false";
  if (error.retry_after_ms > 0) {
    out += ",\"retryAfterMs\":" + std::to_string(error.retry_after_ms);
  }
  Member(out, "requestId", request_id);
  if (!error.fields.empty()) {
    out += ",\"errors\":[";
    for (size_t i = 0; i < error.fields.size(); ++i) {
      out += i == 0 ? "{\"pointer\":" : ",{\"pointer\":";
      AppendJsonString(out, error.fields[i].pointer);
      Member(out, "detail", error.fields[i].detail);
      out += '}';
    }
    out += ']';
  }
  out += '}';
}

std::string Problem(const Error& error, std::string_view request_id) {
  std::string out;
  AppendProblem(error, request_id, out);
  return out;
}

}  // namespace nsl::gateway
