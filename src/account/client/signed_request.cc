// SPDX-License-Identifier: Apache-2.0
#include "account/client/signed_request.h"

#include <algorithm>
#include <charconv>

#include "base/ids.h"
#include "crypto/hash.h"

namespace nsl::account {
namespace {

constexpr std::string_view kTag = "nsl/request/1";
// Five fields of fixed form; the time has at most 16 digits.
constexpr size_t kMaxHeader = 512;
constexpr size_t kMaxTimeDigits = 16;

// Takes "name=value" up to the next ", " or, for the last, up to the end.
std::optional<std::string_view> TakeField(std::string_view& rest, std::string_view name,
                                          bool last) {
  if (!rest.starts_with(name)) return std::nullopt;
  rest.remove_prefix(name.size());
  if (!rest.starts_with('=')) return std::nullopt;
  rest.remove_prefix(1);
  size_t end = last ? rest.size() : rest.find(", ");
  if (end == std::string_view::npos) return std::nullopt;
  std::string_view value = rest.substr(0, end);
  rest.remove_prefix(last ? end : end + 2);
  return value;
}

template <size_t N>
bool ReadHex(std::optional<std::string_view> text, ByteArray<N>& out) {
  if (!text || text->size() != 2 * N) return false;
  if (std::any_of(text->begin(), text->end(), [](char c) { return c >= 'A' && c <= 'F'; })) {
    return false;
  }
  auto bytes = FromHex(*text);
  if (!bytes) return false;
  std::copy(bytes->begin(), bytes->end(), out.begin());
  return true;
}

bool ReadTime(std::optional<std::string_view> text, UnixMillis& out) {
  if (!text || text->empty() || text->size() > kMaxTimeDigits || text->front() == '0' ||
      text->front() == '-') {
    return false;
  }
  auto [end, failed] = std::from_chars(text->data(), text->data() + text->size(), out);
  return failed == std::errc() && end == text->data() + text->size();
}

bool ReadKeyId(std::optional<std::string_view> text, SignedHeader& out) {
  if (!text) return false;
  size_t dot = text->find('.');
  if (dot == std::string_view::npos) return false;
  out.key_id = *text;
  out.account_id = text->substr(0, dot);
  out.login_id = text->substr(dot + 1);
  return IsId(kAccountId, out.account_id) && IsId(kLoginId, out.login_id);
}

}  // namespace

std::string SessionKeyId(std::string_view account_id, std::string_view login_id) {
  return std::string(account_id) + "." + std::string(login_id);
}

std::optional<SignedHeader> ParseSignedHeader(std::string_view credential) {
  if (!LooksSigned(credential) || credential.size() > kMaxHeader) return std::nullopt;
  std::string_view rest = credential.substr(kSignedScheme.size());
  SignedHeader out;
  bool good = ReadKeyId(TakeField(rest, "key", false), out) &&
              ReadTime(TakeField(rest, "time", false), out.time_ms) &&
              ReadHex(TakeField(rest, "nonce", false), out.nonce) &&
              ReadHex(TakeField(rest, "aud", false), out.audience) &&
              ReadHex(TakeField(rest, "sig", true), out.signature);
  if (!good) return std::nullopt;
  return out;
}

std::string RenderSignedHeader(const SignedHeader& header) {
  return std::string(kSignedScheme) + "key=" + header.key_id +
         ", time=" + std::to_string(header.time_ms) + ", nonce=" + ToHex(header.nonce) +
         ", aud=" + ToHex(header.audience) + ", sig=" + ToHex(header.signature);
}

std::string SigningText(uint32_t magic, std::string_view method, std::string_view target,
                        ByteView body_hash, const SignedHeader& header) {
  std::string out(kTag);
  auto line = [&out](std::string_view text) {
    out += '\n';
    out += text;
  };
  line(std::to_string(magic));
  line(method);
  line(target);
  line(ToHex(body_hash));
  line(std::to_string(header.time_ms));
  line(ToHex(header.nonce));
  line(ToHex(header.audience));
  line(header.key_id);
  return out;
}

bool IsSignableTarget(std::string_view target) {
  return target.starts_with('/') &&
         std::all_of(target.begin(), target.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

Result<std::string> SignRequest(const crypto::P256PrivateKey& key,
                                const SigningParameters& parameters, std::string_view method,
                                std::string_view target, ByteView body, UnixMillis now_ms,
                                Random& random) {
  SignedHeader header;
  if (!ReadKeyId(parameters.key_id, header) || !ReadHex(parameters.audience, header.audience) ||
      !IsSignableTarget(target)) {
    return Fail(Reason::kRequestInvalid,
                "the key id, the audience or the path of this request cannot be signed for");
  }
  header.time_ms = now_ms;
  Bytes nonce = random.Draw(header.nonce.size());
  std::copy(nonce.begin(), nonce.end(), header.nonce.begin());
  std::string text = SigningText(parameters.magic, method, target, crypto::Sha256(body), header);
  NSL_TRY(Bytes signature, key.Sign(AsBytes(text)));
  std::copy(signature.begin(), signature.end(), header.signature.begin());
  return RenderSignedHeader(header);
}

}  // namespace nsl::account
