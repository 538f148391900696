// SPDX-License-Identifier: Apache-2.0
#include "http.h"

#include <curl/curl.h>

#include <algorithm>

namespace nsl::cli {
namespace {

constexpr size_t kAnswerBytes = 32 << 20;
constexpr size_t kHeaderBytes = 64 << 10;

struct Reply {
  HttpResponse response;
  size_t header_bytes = 0;
  bool too_large = false;
};

size_t OnBody(char* data, size_t size, size_t count, void* user) {
  auto* reply = static_cast<Reply*>(user);
  size_t n = size * count;
  if (reply->response.body.size() + n > kAnswerBytes) {
    reply->too_large = true;
    return 0;
  }
  reply->response.body.append(data, n);
  return n;
}

size_t OnHeader(char* data, size_t size, size_t count, void* user) {
  auto* reply = static_cast<Reply*>(user);
  size_t n = size * count;
  reply->header_bytes += n;
  if (reply->header_bytes > kHeaderBytes) return 0;
  std::string_view line(data, n);
  while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
  size_t colon = line.find(':');
  if (colon == std::string_view::npos) return n;
  std::string name(line.substr(0, colon));
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
  line.remove_prefix(colon + 1);
  while (line.starts_with(' ') || line.starts_with('\t')) line.remove_prefix(1);
  reply->response.headers[name] = line;
  return n;
}

bool IsLoopback(std::string_view url) {
  size_t at = url.find("://");
  if (at == std::string_view::npos) return false;
  std::string_view host = url.substr(at + 3);
  return host.starts_with("127.") || host.starts_with("localhost") || host.starts_with("[::1]");
}

struct HeaderList {
  curl_slist* list = nullptr;
  ~HeaderList() { curl_slist_free_all(list); }
  void Add(const std::string& line) {
    if (auto* longer = curl_slist_append(list, line.c_str())) list = longer;
  }
};

std::unexpected<CliError> Failure(CURLcode code, const HttpRequest& request, const char* text,
                                  bool too_large) {
  std::string why = *text != '\0' ? text : curl_easy_strerror(code);
  if (too_large) return FailWith("upstream.failed", "the answer is larger than 32 MiB");
  switch (code) {
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return Usage("'" + request.url + "' is not a http or https address");
    case CURLE_COULDNT_CONNECT:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
      return FailWith("cli.offline", "nothing answers at " + request.url + " (" + why +
                                         "); start a system with `nsl dev` or name another with"
                                         " NSL_API or `nsl config set api URL`");
    case CURLE_OPERATION_TIMEDOUT:
      return FailWith("upstream.failed", "no answer from " + request.url + " within " +
                                             std::to_string(request.timeout_ms) + " ms");
    default:
      return FailWith("upstream.failed", request.url + ": " + why);
  }
}

}  // namespace

struct HttpClient::Handle {
  CURL* curl = nullptr;
};

HttpClient::HttpClient() : handle_(std::make_unique<Handle>()) {
  curl_global_init(CURL_GLOBAL_DEFAULT);
  handle_->curl = curl_easy_init();
  NSL_CHECK(handle_->curl != nullptr);
}

HttpClient::~HttpClient() {
  curl_easy_cleanup(handle_->curl);
  curl_global_cleanup();
}

CliResult<HttpResponse> HttpClient::Send(const HttpRequest& request) {
  CURL* curl = handle_->curl;
  curl_easy_reset(curl);
  Reply reply;
  HeaderList headers;
  char why[CURL_ERROR_SIZE] = "";
  for (const auto& line : request.headers) headers.Add(line);
  // Without it curl waits a second for "100 Continue" before a larger body.
  headers.Add("Expect:");
  curl_easy_setopt(curl, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, 5'000L);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, request.timeout_ms);
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, why);
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.list);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &OnBody);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &reply);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, &OnHeader);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &reply);
  if (IsLoopback(request.url)) curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
  if (request.method != "GET") {
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.body.data());
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(request.body.size()));
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  }
  CURLcode code = curl_easy_perform(curl);
  if (code != CURLE_OK) return Failure(code, request, why, reply.too_large);
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  reply.response.status = static_cast<int>(status);
  return std::move(reply.response);
}

std::string UrlEncode(std::string_view text) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (char c : text) {
    auto u = static_cast<unsigned char>(c);
    bool plain = (u >= '0' && u <= '9') || (u >= 'A' && u <= 'Z') || (u >= 'a' && u <= 'z') ||
                 u == '-' || u == '.' || u == '_' || u == '~';
    if (plain) {
      out.push_back(c);
    } else {
      out += {'%', kHex[u >> 4], kHex[u & 15]};
    }
  }
  return out;
}

}  // namespace nsl::cli
