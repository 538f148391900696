// SPDX-License-Identifier: Apache-2.0
#include "enclave/identity.h"

#include "base/codec.h"
#include "crypto/hash.h"
#include "enclave/files.h"

namespace nsl::enclave {
namespace {

constexpr size_t kMaxNonce = 64;
constexpr size_t kMaxRootBytes = 4096;
// Published by AWS for the certificate aws.nitro-enclaves G1.
constexpr std::string_view kAwsRootSha256 =
    "641a0321a3e244efe456463195d606317ed7cdcc3c1756e09893f3c68f79bb5b";

}  // namespace

Identity::Identity(SecurityModule& module, AttestedKeys keys)
    : module_(module), keys_(std::move(keys)) {
  keys_.tag = "nsl/attest/1";
  keys_.channel.clear();
}

Result<Bytes> Identity::Document(ByteView nonce, ByteView channel) {
  if (nonce.size() > kMaxNonce) {
    return Fail(Reason::kRequestInvalid, "a nonce has at most 64 bytes");
  }
  AttestedKeys keys = keys_;
  keys.channel = ToBytes(channel);
  AttestRequest request;
  request.user_data = ToCbor(keys);
  request.nonce = ToBytes(nonce);
  return module_.Attest(request);
}

Result<Bytes> ChannelAttester::Attest(ByteView bound_data) {
  return identity_.Document({}, bound_data);
}

Status ChannelAttester::Verify(ByteView document, std::string_view expected_role,
                               ByteView bound_data) {
  AttestationPolicy policy;
  policy.root_der = policy_.root_der;
  policy.simulated = policy_.simulated;
  policy.role = std::string(expected_role);
  policy.now_ms = clock_.NowMs();
  policy.pcr0 = policy_.pcr0;
  NSL_TRY(AttestationView view, VerifyAttestation(document, policy));
  // The bound data holds this side's own nonce: no older document can name it.
  if (!ConstantTimeEqual(view.keys.channel, bound_data)) {
    return Fail(Reason::kAttestNonce, "the document belongs to another channel");
  }
  if (view.keys.config_hash != identity_.keys().config_hash) {
    return Fail(Reason::kAttestPcr, "the peer runs with other trusted settings");
  }
  peer_ = std::move(view);
  return {};
}

std::string ChannelName(const TrustedSettings& settings) { return ToHex(SettingsHash(settings)); }

Result<Bytes> ReadAwsRoot(const std::string& path) {
  NSL_TRY(Bytes der, ReadWholeFile(path, kMaxRootBytes));
  if (ToHex(crypto::Sha256(der)) != kAwsRootSha256) {
    return Fail(Reason::kPlatformConfig, path + " is not the AWS Nitro Enclaves root G1");
  }
  return der;
}

}  // namespace nsl::enclave
