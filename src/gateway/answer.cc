// SPDX-License-Identifier: Apache-2.0
// How the gateway answers: headers that every answer has, results and problems.
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <array>

#include "gateway/gateway_parts.h"

namespace nsl::gateway {
namespace {

// Headers of one answer; numbers live in the object.
class HeaderList {
 public:
  void Add(std::string_view name, std::string_view value) {
    if (count_ < headers_.size()) headers_[count_++] = {name, value};
  }
  void AddNumber(std::string_view name, uint64_t value) {
    if (numbers_used_ == numbers_.size()) return;
    auto& buffer = numbers_[numbers_used_++];
    fmt::format_int text(value);
    size_t size = text.size();
    std::copy(text.data(), text.data() + size, buffer.data());
    Add(name, {buffer.data(), size});
  }
  std::span<const net::HttpHeader> view() const { return {headers_.data(), count_}; }

 private:
  std::array<net::HttpHeader, 24> headers_;
  std::array<std::array<char, 20>, 5> numbers_;
  size_t count_ = 0;
  size_t numbers_used_ = 0;
};

constexpr std::string_view kNothingAllowed = "default-src 'none'; frame-ancestors 'none'";

template <class Meta>
void AddCommon(HeaderList& headers, const Meta& meta, std::string_view date,
               std::string_view content_type, std::string_view policy) {
  headers.Add("date", date);
  if (!content_type.empty()) headers.Add("content-type", content_type);
  headers.Add("x-request-id", meta.request_id);
  headers.Add("traceparent", meta.traceparent);
  if (!meta.run_id.empty()) headers.Add("x-run-id", meta.run_id);
  if (meta.rate.limit > 0) {
    headers.AddNumber("ratelimit-limit", meta.rate.limit);
    headers.AddNumber("ratelimit-remaining", meta.rate.remaining);
    headers.AddNumber("ratelimit-reset", meta.rate.reset_s);
  }
  headers.Add("cache-control", "no-store");
  headers.Add("x-content-type-options", "nosniff");
  headers.Add("referrer-policy", "no-referrer");
  headers.Add("content-security-policy", policy);
}

}  // namespace

// RFC 9110 §6.6.1; made once a second.
std::string_view Gateway::Date() {
  int64_t second = env_.clock.CoarseMs() / 1000;
  if (second != date_second_) {
    date_second_ = second;
    date_ =
        fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(static_cast<std::time_t>(second)));
  }
  return date_;
}

void Gateway::Send(net::HttpReply reply, const Meta& meta, const Answer& answer) {
  HeaderList headers;
  std::string etag;
  std::string location;
  bool has_body = answer.status != 204;
  AddCommon(
      headers, meta, Date(), has_body ? answer.content_type : std::string_view(),
      answer.content_security_policy.empty() ? kNothingAllowed : answer.content_security_policy);
  if (answer.version) {
    etag = "\"" + std::to_string(*answer.version) + "\"";
    headers.Add("etag", etag);
  }
  if (answer.status == 202 && !answer.run_id.empty()) {
    location = "/v1/runs/" + answer.run_id;
    headers.Add("location", location);
  }
  reply.Send(answer.status, headers.view(), AsBytes(answer.body));
}

void Gateway::SendRun(net::HttpReply reply, const Meta& meta, ByteView result) {
  HeaderList headers;
  AddCommon(headers, meta, Date(), kJsonType, kNothingAllowed);
  reply.Send(200, headers.view(), result);
}

void Gateway::SendError(net::HttpReply reply, const Meta& meta, const Error& error,
                        std::string_view allow) {
  HeaderList headers;
  AddCommon(headers, meta, Date(), kProblemType, kNothingAllowed);
  unsigned status = error.http_status();
  if (status == 401) headers.Add("www-authenticate", "Bearer realm=\"nsl\"");
  if (!allow.empty()) headers.Add("allow", allow);
  if (status == 429 || status == 503 || error.retry_after_ms > 0) {
    // RFC 9110 §10.2.3: whole seconds.
    headers.AddNumber("retry-after", std::max<uint32_t>((error.retry_after_ms + 999) / 1000, 1));
  }
  std::string body = Problem(error, meta.request_id);
  reply.Send(status, headers.view(), AsBytes(body));
}

}  // namespace nsl::gateway
