// SPDX-License-Identifier: Apache-2.0
// Steps 4 to 9 of the validation, in this order: chain, time, signature, freshness, PCR policy, and
// what user_data says.
#include <algorithm>

#include "base/codec.h"
#include "crypto/cose.h"
#include "crypto/hash.h"
#include "crypto/x509.h"
#include "enclave/attestation_document.h"

namespace nsl::enclave {
namespace {

constexpr std::string_view kKeysTag = "nsl/attest/1";
constexpr int64_t kFutureMs = 60'000;

bool AllZero(ByteView v) {
  return std::all_of(v.begin(), v.end(), [](uint8_t b) { return b == 0; });
}

bool SaysNotAws(ByteView der) {
  auto root = crypto::Certificate::FromDer(der);
  return root && root->CommonName().find(kSimulatedLabel) != std::string::npos;
}

Result<crypto::P384PublicKey> CheckChain(const DocumentPayload& doc,
                                         const AttestationPolicy& policy) {
  if (policy.root_der.empty()) return Fail(Reason::kAttestChain, "no root is pinned");
  if (!std::ranges::equal(doc.cabundle.front(), policy.root_der)) {
    if (!policy.simulated && SaysNotAws(doc.cabundle.front())) {
      return Fail(Reason::kAttestSimulated,
                  "a simulated document (NOT AWS); this program accepts real ones only");
    }
    return Fail(Reason::kAttestChain, "the first certificate of the bundle is not the pinned root");
  }
  UnixMillis at = policy.archived ? doc.timestamp : policy.now_ms;
  return crypto::VerifyP384Chain(doc.certificate, std::span(doc.cabundle).subspan(1),
                                 policy.root_der, at / 1000);
}

Status CheckSignature(const crypto::CoseSign1& cose, const crypto::P384PublicKey& leaf,
                      bool simulated) {
  if (VerifyCose(cose, leaf, simulated ? kSimulatedContext : crypto::kCoseContext)) return {};
  if (VerifyCose(cose, leaf, simulated ? crypto::kCoseContext : kSimulatedContext)) {
    return Fail(Reason::kAttestSimulated, simulated
                                              ? "a real document where a simulated one is expected"
                                              : "a simulated document; real ones only");
  }
  return Fail(Reason::kAttestSignature, "the document's signature does not verify");
}

Status CheckFreshness(const DocumentPayload& doc, const AttestationPolicy& policy) {
  if (policy.archived) return {};
  if (policy.nonce) {
    if (!doc.nonce || !ConstantTimeEqual(*doc.nonce, *policy.nonce)) {
      return Fail(Reason::kAttestNonce, "the document does not answer this challenge");
    }
    return {};
  }
  int64_t age = policy.now_ms - doc.timestamp;
  if (age > policy.max_age_ms || age < -kFutureMs) {
    return Fail(Reason::kAttestTime, "the document is " + std::to_string(age) +
                                         " ms old, the limit is " +
                                         std::to_string(policy.max_age_ms));
  }
  return {};
}

Status CheckPcrs(const DocumentPayload& doc, const AttestationPolicy& policy) {
  for (uint32_t index = 0; index < 3; ++index) {
    auto it = std::find_if(doc.pcrs.begin(), doc.pcrs.end(),
                           [&](const auto& pcr) { return pcr.first == index; });
    if (it == doc.pcrs.end()) {
      return Fail(Reason::kAttestPcr, "PCR" + std::to_string(index) + " is missing");
    }
    if (AllZero(it->second)) {
      return Fail(Reason::kAttestPcr,
                  "PCR" + std::to_string(index) + " is zero: the enclave runs in debug mode");
    }
    if (index == 0 && (!policy.simulated || !policy.pcr0.empty()) &&
        std::none_of(policy.pcr0.begin(), policy.pcr0.end(), [&](const Bytes& allowed) {
          return std::ranges::equal(allowed, it->second);
        })) {
      return Fail(Reason::kAttestPcr, "PCR0 is not of a release that is accepted here");
    }
  }
  return {};
}

Result<AttestedKeys> CheckKeys(const DocumentPayload& doc, const AttestationPolicy& policy) {
  auto keys = doc.user_data ? FromCbor<AttestedKeys>(*doc.user_data)
                            : Result<AttestedKeys>(Fail(Reason::kAttestRole, "no user_data"));
  if (!keys || keys->tag != kKeysTag) {
    return Fail(Reason::kAttestRole, "user_data is not a statement of a known form");
  }
  if (keys->role != policy.role) {
    return Fail(Reason::kAttestRole,
                "the document is of the role '" + keys->role + "', not '" + policy.role + "'");
  }
  return keys;
}

// The settings that user_data names must be those the module measured before anything was loaded.
Status CheckConfig(const DocumentPayload& doc, const AttestedKeys& keys) {
  auto it = std::find_if(doc.pcrs.begin(), doc.pcrs.end(),
                         [](const auto& pcr) { return pcr.first == kConfigPcr; });
  if (it == doc.pcrs.end() || !std::ranges::equal(it->second, ExtendedPcr(keys.config_hash))) {
    return Fail(Reason::kAttestPcr, "PCR16 does not hold the configuration that user_data names");
  }
  return {};
}

}  // namespace

ByteArray<48> ExtendedPcr(ByteView data) {
  static constexpr ByteArray<48> kZero{};
  return crypto::Sha384Digest().Update(kZero).Update(data).Finish();
}

Result<VerifiedDocument> VerifyDocument(ByteView document, const AttestationPolicy& policy) {
  if (document.size() > kMaxDocumentBytes) {
    return Fail(Reason::kAttestFormat, "the document is larger than 16 KiB");
  }
  NSL_TRY(crypto::CoseSign1 cose, crypto::ParseCose(document));
  if (cose.algorithm != crypto::CoseAlgorithm::kEs384) {
    return Fail(Reason::kAttestFormat, "the document is not signed with ES384");
  }
  VerifiedDocument out;
  NSL_TRY(out.payload, ParseDocumentPayload(cose.payload));
  NSL_TRY(crypto::P384PublicKey leaf, CheckChain(out.payload, policy));
  NSL_TRY_VOID(CheckSignature(cose, leaf, policy.simulated));
  NSL_TRY_VOID(CheckFreshness(out.payload, policy));
  NSL_TRY_VOID(CheckPcrs(out.payload, policy));
  out.simulated = policy.simulated;
  return out;
}

Result<AttestationView> VerifyAttestation(ByteView document, const AttestationPolicy& policy) {
  NSL_TRY(VerifiedDocument verified, VerifyDocument(document, policy));
  const DocumentPayload& doc = verified.payload;
  AttestationView view;
  NSL_TRY(view.keys, CheckKeys(doc, policy));
  NSL_TRY_VOID(CheckConfig(doc, view.keys));
  view.simulated = verified.simulated;
  view.module_id = std::string(doc.module_id);
  view.time_ms = doc.timestamp;
  for (const auto& [index, value] : doc.pcrs) view.pcrs.emplace_back(index, ToBytes(value));
  if (doc.public_key) view.public_key = ToBytes(*doc.public_key);
  if (doc.nonce) view.nonce = ToBytes(*doc.nonce);
  return view;
}

}  // namespace nsl::enclave
