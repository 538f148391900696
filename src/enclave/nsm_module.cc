// SPDX-License-Identifier: Apache-2.0
// Requests and answers of the Nitro security module (aws-nitro-enclaves-nsm-api), by key, in any
// order of keys.
#include "enclave/nsm_module.h"

#include <algorithm>

#include "base/cbor.h"
#include "base/random.h"
#include "enclave/attestation_document.h"

namespace nsl::enclave {
namespace {

constexpr uint32_t kFirstOwnPcr = 16;
constexpr uint32_t kPcrs = 32;
// AWS's texts contradict each other above this size.
constexpr size_t kMaxField = 512;

Error ModuleError(std::string_view request, std::string_view what) {
  return Error(Reason::kPlatformModule,
               "/dev/nsm: " + std::string(request) + ": " + std::string(what));
}

// {request: {…}} -> the bytes of the inner item; {"Error": name} -> that error.
Result<ByteView> Inner(ByteView answer, std::string_view request) {
  CborReader r(answer, {.depth = 6, .items = 256}, CborMode::kForeign);
  if (r.PeekType() == CborType::kText) {
    bool same = r.Text() == request;
    if (!r.Finish() || !same) return Fail(ModuleError(request, "unexpected answer"));
    return ByteView();
  }
  ByteView inner;
  std::string error;
  size_t pairs = 0;
  for (size_t n = r.Map(); r.More(n); ++pairs) {
    std::string_view name = r.Text();
    if (name == "Error") {
      error = std::string(r.Text());
    } else {
      if (name != request) r.Refuse("an answer to another request");
      inner = r.Item();
    }
  }
  if (!r.Finish() || pairs != 1) return Fail(ModuleError(request, "malformed answer"));
  if (!error.empty()) return Fail(ModuleError(request, error));
  return inner;
}

// The byte string `name` of an inner map.
Result<Bytes> InnerBytes(ByteView inner, std::string_view request, std::string_view name) {
  CborReader r(inner, {.depth = 6, .items = 256}, CborMode::kForeign);
  Bytes value;
  bool found = false;
  for (size_t n = r.Map(); r.More(n);) {
    if (r.Text() == name) {
      if (found) r.Refuse("a key stands twice");
      value = ToBytes(r.Bytes());
      found = true;
    } else {
      r.Skip();
    }
  }
  if (!r.Finish() || !found) return Fail(ModuleError(request, "malformed answer"));
  return value;
}

Bytes WordRequest(std::string_view word) {
  Bytes out;
  CborWriter(out).Text(word);
  return out;
}

void OptionalField(CborWriter& w, std::string_view name, ByteView value) {
  w.Text(name);
  if (value.empty()) {
    w.Null();
  } else {
    w.Bytes(value);
  }
}

Status ExtendPcr(NsmChannel& channel, uint32_t index, ByteView data) {
  Bytes request;
  CborWriter w(request);
  w.Map(1);
  w.Text("ExtendPCR");
  w.Map(2);
  w.Text("index");
  w.Uint(index);
  w.Text("data");
  w.Bytes(data);
  NSL_TRY(Bytes answer, channel.Call(request));
  NSL_TRY(ByteView inner, Inner(answer, "ExtendPCR"));
  NSL_TRY(Bytes value, InnerBytes(inner, "ExtendPCR", "data"));
  if (!std::ranges::equal(value, ExtendedPcr(data))) {
    return Fail(ModuleError("ExtendPCR", "PCR16 was not zero before: another program ran first"));
  }
  return {};
}

Status LockPcr(NsmChannel& channel, uint32_t index) {
  Bytes request;
  CborWriter w(request);
  w.Map(1);
  w.Text("LockPCR");
  w.Map(1);
  w.Text("index");
  w.Uint(index);
  NSL_TRY(Bytes answer, channel.Call(request));
  NSL_TRY([[maybe_unused]] ByteView done, Inner(answer, "LockPCR"));
  return {};
}

}  // namespace

Result<std::unique_ptr<NsmModule>> NsmModule::Open(std::unique_ptr<NsmChannel> channel,
                                                   ByteView config_hash) {
  NSL_TRY_VOID(ExtendPcr(*channel, kConfigPcr, config_hash));
  for (uint32_t index = kFirstOwnPcr; index < kPcrs; ++index) {
    NSL_TRY_VOID(LockPcr(*channel, index));
  }
  return std::unique_ptr<NsmModule>(new NsmModule(std::move(channel)));
}

Result<Bytes> NsmModule::Attest(const AttestRequest& request) {
  if (request.user_data.size() > kMaxField || request.nonce.size() > kMaxField ||
      request.public_key.size() > kMaxField) {
    return Fail(ModuleError("Attestation", "a field is larger than 512 bytes"));
  }
  Bytes message;
  CborWriter w(message);
  w.Map(1);
  w.Text("Attestation");
  w.Map(3);
  OptionalField(w, "user_data", request.user_data);
  OptionalField(w, "nonce", request.nonce);
  OptionalField(w, "public_key", request.public_key);
  NSL_TRY(Bytes answer, channel_->Call(message));
  NSL_TRY(ByteView inner, Inner(answer, "Attestation"));
  NSL_TRY(Bytes document, InnerBytes(inner, "Attestation", "document"));
  if (document.empty() || document.size() > kMaxDocumentBytes) {
    return Fail(ModuleError("Attestation", "a document of a wrong size"));
  }
  return document;
}

Result<crypto::SecretBytes> NsmModule::SealingRoot() {
  return Fail(Reason::kPlatformModule,
              "the sealing root of a release program comes from KMS, and KMS support is not part "
              "of this release: use the -dev program");
}

Status NsmModule::FillRandom(std::span<uint8_t> out) {
  SystemRandom().Fill(out);
  // Mixed, not replaced: neither the module nor the kernel alone decides.
  for (size_t at = 0; at < out.size();) {
    NSL_TRY(Bytes answer, channel_->Call(WordRequest("GetRandom")));
    NSL_TRY(ByteView inner, Inner(answer, "GetRandom"));
    NSL_TRY(Bytes random, InnerBytes(inner, "GetRandom", "random"));
    if (random.empty()) return Fail(ModuleError("GetRandom", "no bytes"));
    for (size_t i = 0; i < random.size() && at < out.size(); ++i, ++at) out[at] ^= random[i];
  }
  return {};
}

}  // namespace nsl::enclave
