// SPDX-License-Identifier: Apache-2.0
#include "rpc/wire.h"

namespace nsl::rpc {
namespace {

// Longest text of a context member; a credential is the longest of them.
constexpr size_t kMaxContextText = 8 * 1024;

// A target is as long as the HTTP server allows.
constexpr size_t kMaxSignedTarget = 8 * 1024;
constexpr size_t kMaxSignedMethod = 16;

void WriteSigned(CborWriter& writer, const SignedHttp& http) {
  writer.Text("signed");
  writer.Array(4);
  writer.Text(http.method);
  writer.Text(http.target);
  writer.Bytes(http.body_hash);
  writer.Bytes(http.body);
}

SignedHttp ReadSigned(CborReader& reader) {
  if (reader.Array() != 4) reader.Refuse("a signed request has four members");
  SignedHttp out;
  std::string_view method = reader.Text();
  std::string_view target = reader.Text();
  ByteView hash = reader.Bytes();
  ByteView body = reader.Bytes();
  if (method.size() > kMaxSignedMethod || target.size() > kMaxSignedTarget || hash.size() != 32 ||
      body.size() > kMaxSignedBody) {
    reader.Refuse("a member of the signed request has a wrong length");
    return out;
  }
  return {std::string(method), std::string(target), ToBytes(hash), ToBytes(body)};
}

void Member(CborWriter& writer, std::string_view key, const std::string& value) {
  if (value.empty()) return;
  writer.Text(key);
  writer.Text(value);
}

}  // namespace

void AppendCallHead(const CallContext& context, Bytes& out) {
  CborWriter writer(out);
  writer.Array(2);
  writer.Map(context.signed_http.has_value() + (context.if_match >= 0) +
             !context.request_id.empty() + !context.credential.empty() +
             !context.traceparent.empty() + !context.idempotency_key.empty());
  // In the order of the encoded keys (RFC 8949 §4.2.1): shorter ones first.
  if (context.signed_http) WriteSigned(writer, *context.signed_http);
  if (context.if_match >= 0) {
    writer.Text("ifMatch");
    writer.Int(context.if_match);
  }
  Member(writer, "requestId", context.request_id);
  Member(writer, "credential", context.credential);
  Member(writer, "traceparent", context.traceparent);
  Member(writer, "idempotencyKey", context.idempotency_key);
}

Result<ByteView> ParseCallHead(ByteView body, CallContext& context) {
  CborReader reader(body);
  if (reader.Array() != 2) reader.Refuse("a call is [context, request]");
  for (size_t n = reader.Map(); reader.More(n);) {
    std::string_view key = reader.Text();
    std::string* text = key == "requestId"        ? &context.request_id
                        : key == "credential"     ? &context.credential
                        : key == "traceparent"    ? &context.traceparent
                        : key == "idempotencyKey" ? &context.idempotency_key
                                                  : nullptr;
    if (text != nullptr) {
      std::string_view value = reader.Text();
      if (value.size() > kMaxContextText) reader.Refuse("a context member is too long");
      *text = value;
    } else if (key == "signed") {
      context.signed_http = ReadSigned(reader);
    } else if (key == "ifMatch") {
      context.if_match = reader.Int();
    } else {
      reader.Skip();
    }
  }
  ByteView request = reader.Item();
  Status finished = reader.Finish();
  if (!finished) return std::unexpected(std::move(finished.error()));
  return request;
}

}  // namespace nsl::rpc
