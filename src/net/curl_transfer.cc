// SPDX-License-Identifier: Apache-2.0
#include "net/curl_transfer.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "net/address_guard.h"

namespace nsl::net {
namespace {

constexpr size_t kMaxHeaderBytes = 64 * 1024;
constexpr long kMaxRedirects = 3;
constexpr long kConnectTimeoutMs = 5'000;

bool IsToken(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  });
}

bool HasControl(std::string_view text) {
  return std::ranges::any_of(text, [](char c) {
    return (static_cast<unsigned char>(c) < ' ' && c != '\t') || c == '\x7f';
  });
}

std::string NumericAddress(const sockaddr* address) {
  char text[INET6_ADDRSTRLEN] = {};
  const void* raw =
      address->sa_family == AF_INET
          ? static_cast<const void*>(&reinterpret_cast<const sockaddr_in*>(address)->sin_addr)
          : &reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr;
  if (address->sa_family == AF_INET || address->sa_family == AF_INET6) {
    ::inet_ntop(address->sa_family, raw, text, sizeof text);
  }
  return text;
}

}  // namespace

CurlTransfer::~CurlTransfer() {
  if (easy_ != nullptr) curl_easy_cleanup(easy_);
  curl_slist_free_all(headers_);
}

Status CurlTransfer::Prepare() {
  easy_ = curl_easy_init();
  if (easy_ == nullptr) return Fail(Reason::kPlatformUnavailable, "libcurl gave no handle");
  if (HasControl(fetch_.url))
    return Fail(Reason::kRequestInvalid, "the URL has control characters");
  curl_easy_setopt(easy_, CURLOPT_PRIVATE, this);
  curl_easy_setopt(easy_, CURLOPT_URL, fetch_.url.c_str());
  curl_easy_setopt(easy_, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy_, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy_, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy_, CURLOPT_ERRORBUFFER, error_);
  curl_easy_setopt(easy_, CURLOPT_TIMEOUT_MS, static_cast<long>(fetch_.timeout.count()));
  curl_easy_setopt(easy_, CURLOPT_CONNECTTIMEOUT_MS,
                   std::min<long>(kConnectTimeoutMs, static_cast<long>(fetch_.timeout.count())));
  curl_easy_setopt(easy_, CURLOPT_ACCEPT_ENCODING, "");
  curl_easy_setopt(easy_, CURLOPT_WRITEFUNCTION, &CurlTransfer::OnBody);
  curl_easy_setopt(easy_, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(easy_, CURLOPT_HEADERFUNCTION, &CurlTransfer::OnHeader);
  curl_easy_setopt(easy_, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(easy_, CURLOPT_OPENSOCKETFUNCTION, &CurlTransfer::OnOpen);
  curl_easy_setopt(easy_, CURLOPT_OPENSOCKETDATA, this);
  // A proxy of the environment would connect in our place, past the address guard.
  if (!fetch_.allow_private) curl_easy_setopt(easy_, CURLOPT_PROXY, "");
  bool plain = fetch_.method == "GET" || fetch_.method == "HEAD";
  if (fetch_.follow && plain) {
    curl_easy_setopt(easy_, CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt(easy_, CURLOPT_MAXREDIRS, kMaxRedirects);
  }
  NSL_TRY_VOID(SetMethod());
  return SetHeaders();
}

Status CurlTransfer::SetMethod() {
  if (!IsToken(fetch_.method)) return Fail(Reason::kRequestInvalid, "the method is no HTTP token");
  if (fetch_.method == "HEAD") {
    curl_easy_setopt(easy_, CURLOPT_NOBODY, 1L);
    return Status();
  }
  if (fetch_.method == "GET" && fetch_.body.empty()) return Status();
  curl_easy_setopt(easy_, CURLOPT_POST, 1L);
  curl_easy_setopt(easy_, CURLOPT_POSTFIELDS, fetch_.body.data());
  curl_easy_setopt(easy_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(fetch_.body.size()));
  curl_easy_setopt(easy_, CURLOPT_CUSTOMREQUEST, fetch_.method.c_str());
  return Status();
}

Status CurlTransfer::SetHeaders() {
  for (const auto& [name, value] : fetch_.headers) {
    if (!IsToken(name) || HasControl(value)) {
      return Fail(Reason::kRequestInvalid,
                  "header '" + name + "' has characters that are not allowed");
    }
    // "Name;" is how libcurl sends a header without value.
    std::string line = value.empty() ? name + ";" : name + ": " + value;
    headers_ = curl_slist_append(headers_, line.c_str());
  }
  // No wait for a go-ahead: requests are small.
  headers_ = curl_slist_append(headers_, "Expect:");
  curl_easy_setopt(easy_, CURLOPT_HTTPHEADER, headers_);
  return Status();
}

size_t CurlTransfer::OnBody(char* data, size_t size, size_t count, void* self) {
  auto* transfer = static_cast<CurlTransfer*>(self);
  size_t n = size * count;
  if (transfer->answer_.body.size() + n > transfer->fetch_.max_bytes) {
    transfer->too_large_ = true;
    return 0;
  }
  transfer->answer_.body.insert(transfer->answer_.body.end(), data, data + n);
  return n;
}

size_t CurlTransfer::OnHeader(char* data, size_t size, size_t count, void* self) {
  auto* transfer = static_cast<CurlTransfer*>(self);
  size_t n = size * count;
  transfer->header_bytes_ += n;
  if (transfer->header_bytes_ > kMaxHeaderBytes) {
    transfer->too_large_ = true;
    return 0;
  }
  std::string_view line(data, n);
  // A new status line: an interim answer or a redirect came before.
  if (line.starts_with("HTTP/")) transfer->answer_.headers.clear();
  size_t colon = line.find(':');
  if (colon == std::string_view::npos) return n;
  std::string name(line.substr(0, colon));
  std::ranges::transform(name, name.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? char(c | 0x20) : c; });
  std::string_view value = line.substr(colon + 1);
  size_t first = value.find_first_not_of(" \t\r\n");
  size_t last = value.find_last_not_of(" \t\r\n");
  value = first == std::string_view::npos ? "" : value.substr(first, last - first + 1);
  transfer->answer_.headers.emplace_back(std::move(name), value);
  return n;
}

curl_socket_t CurlTransfer::OnOpen(void* self, curlsocktype, curl_sockaddr* address) {
  auto* transfer = static_cast<CurlTransfer*>(self);
  AddressKind kind = Classify(&address->addr);
  if (!IsPublic(kind) && !transfer->fetch_.allow_private) {
    transfer->refused_address_ =
        NumericAddress(&address->addr) + " (" + std::string(TextOf(kind)) + ")";
    return CURL_SOCKET_BAD;
  }
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

Result<HttpAnswer> CurlTransfer::Verdict(CURLcode code) {
  if (too_large_) {
    return Fail(Reason::kRequestTooLarge,
                "the answer is larger than " + std::to_string(fetch_.max_bytes) + " bytes");
  }
  if (code == CURLE_OK) {
    long status = 0;
    curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
    answer_.status = static_cast<unsigned>(status);
    return std::move(answer_);
  }
  if (!refused_address_.empty()) {
    return Fail(Reason::kRequestInvalid, "the address " + refused_address_ + " may not be reached");
  }
  std::string why = error_[0] != '\0' ? error_ : curl_easy_strerror(code);
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
      return Fail(Reason::kPlatformDeadline, why);
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return Fail(Reason::kRequestInvalid, why);
    default:
      return Fail(Reason::kUpstreamFailed, why);
  }
}

void CurlTransfer::Finish(CURLcode code) { std::exchange(done_, nullptr)(Verdict(code)); }

void CurlTransfer::Cancel() {
  std::exchange(done_, nullptr)(Fail(Reason::kPlatformCancelled, "the HTTP client was stopped"));
}

}  // namespace nsl::net
