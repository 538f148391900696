// SPDX-License-Identifier: Apache-2.0
//
// The attestation document below VerifyAttestation(): form, chain, signature, freshness, PCR
// policy, without a word about what user_data means. Source: AWS Nitro Enclaves "Verifying the root
// of trust" and the rules of strict readers; every step fails closed with attest.<step>.
// Thread-safe.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "enclave/api.h"

namespace nsl::enclave {

inline constexpr size_t kMaxDocumentBytes = 16u << 10;
// Signed instead of "Signature1" by simulated modules.
inline constexpr std::string_view kSimulatedContext = "NSL-Simulated1";
inline constexpr std::string_view kSimulatedLabel = "NOT AWS";

// Holds the hash of the trusted settings.
inline constexpr uint32_t kConfigPcr = 16;

// A PCR that was zero and extended once: SHA384(0^48 || data).
ByteArray<48> ExtendedPcr(ByteView data);

// Views borrow from the document.
struct DocumentPayload {
  std::string_view module_id;
  UnixMillis timestamp = 0;
  std::vector<std::pair<uint32_t, ByteView>> pcrs;
  ByteView certificate;
  std::vector<ByteView> cabundle;
  std::optional<ByteView> public_key;
  std::optional<ByteView> user_data;
  std::optional<ByteView> nonce;
};

// Steps 1 to 3: attest.format.
Result<DocumentPayload> ParseDocumentPayload(ByteView payload);

struct VerifiedDocument {
  bool simulated = false;
  DocumentPayload payload;
};

// Steps 1 to 8 without user_data. policy.role is not looked at.
Result<VerifiedDocument> VerifyDocument(ByteView document, const AttestationPolicy& policy);

}  // namespace nsl::enclave
