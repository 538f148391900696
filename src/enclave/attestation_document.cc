// SPDX-License-Identifier: Apache-2.0
// Steps 1 to 3: the payload of an attestation document, as strict as its maker allows.
#include "enclave/attestation_document.h"

#include <algorithm>

#include "base/cbor.h"

namespace nsl::enclave {
namespace {

constexpr size_t kMaxPcrs = 32;
constexpr size_t kMaxBundle = 16;
constexpr size_t kMaxCertificate = 1024;
constexpr size_t kMaxPublicKey = 1024;
constexpr size_t kMaxUserData = 512;
constexpr size_t kPcrBytes = 48;

void ReadPcrs(CborReader& r, DocumentPayload& out) {
  CborKeySet seen;
  for (size_t n = r.Map(); r.More(n);) {
    size_t from = r.offset();
    uint64_t index = r.Uint();
    if (!seen.Add(r.Since(from))) r.Refuse("a PCR stands twice");
    ByteView value = r.Bytes();
    if (index >= kMaxPcrs) r.Refuse("a PCR index above 31");
    if (value.size() != kPcrBytes) r.Refuse("a PCR that is not 48 bytes");
    if (!r.ok()) return;
    out.pcrs.emplace_back(static_cast<uint32_t>(index), value);
  }
  if (out.pcrs.empty()) r.Refuse("no PCRs");
  std::sort(out.pcrs.begin(), out.pcrs.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
}

ByteView ReadCertificate(CborReader& r) {
  ByteView der = r.Bytes();
  if (der.empty() || der.size() > kMaxCertificate)
    r.Refuse("a certificate of 0 or over 1024 bytes");
  return der;
}

void ReadBundle(CborReader& r, DocumentPayload& out) {
  for (size_t n = r.Array(); r.More(n);) {
    out.cabundle.push_back(ReadCertificate(r));
    if (out.cabundle.size() > kMaxBundle) r.Refuse("a cabundle of more than 16 certificates");
    if (!r.ok()) return;
  }
  if (out.cabundle.empty()) r.Refuse("an empty cabundle");
}

std::optional<ByteView> ReadOptional(CborReader& r, size_t min, size_t max) {
  if (r.TryNull()) return std::nullopt;
  ByteView value = r.Bytes();
  if (value.size() < min || value.size() > max) r.Refuse("an optional field of a wrong size");
  return value;
}

void ReadField(CborReader& r, std::string_view name, DocumentPayload& out) {
  if (name == "module_id") {
    out.module_id = r.Text();
    if (out.module_id.empty()) r.Refuse("an empty module_id");
  } else if (name == "digest") {
    if (r.Text() != "SHA384") r.Refuse("a digest other than SHA384");
  } else if (name == "timestamp") {
    uint64_t timestamp = r.Uint();
    if (timestamp == 0 || timestamp > uint64_t{1} << 53) r.Refuse("a timestamp out of range");
    out.timestamp = static_cast<UnixMillis>(timestamp);
  } else if (name == "pcrs") {
    ReadPcrs(r, out);
  } else if (name == "certificate") {
    out.certificate = ReadCertificate(r);
  } else if (name == "cabundle") {
    ReadBundle(r, out);
  } else if (name == "public_key") {
    out.public_key = ReadOptional(r, 1, kMaxPublicKey);
  } else if (name == "user_data") {
    out.user_data = ReadOptional(r, 0, kMaxUserData);
  } else if (name == "nonce") {
    out.nonce = ReadOptional(r, 0, kMaxUserData);
  } else {
    r.Skip();
  }
}

}  // namespace

Result<DocumentPayload> ParseDocumentPayload(ByteView payload) {
  DocumentPayload out;
  CborReader r(payload, {.depth = 8, .items = 1024}, CborMode::kForeign);
  CborKeySet seen;
  std::vector<std::string_view> required = {"module_id", "digest",      "timestamp",
                                            "pcrs",      "certificate", "cabundle"};
  for (size_t n = r.Map(); r.More(n);) {
    size_t from = r.offset();
    std::string_view name = r.Text();
    if (!seen.Add(r.Since(from))) r.Refuse("a key stands twice");
    if (!r.ok()) break;
    ReadField(r, name, out);
    std::erase(required, name);
  }
  Status whole = r.Finish();
  if (!whole) {
    return Fail(Reason::kAttestFormat, "attestation payload: " + whole.error().detail);
  }
  if (!required.empty()) {
    return Fail(Reason::kAttestFormat,
                "attestation payload: " + std::string(required.front()) + " is missing");
  }
  return out;
}

}  // namespace nsl::enclave
