// SPDX-License-Identifier: Apache-2.0
#include "function_runner/receipt_verify.h"

#include "crypto/ecdsa.h"
#include "crypto/hash.h"
#include "crypto/merkle.h"

namespace nsl::function_runner {

Result<VerifiedReceipt> VerifyReceipt(const Receipt& receipt, const Bytes& root_der, bool simulated,
                                      const std::vector<Bytes>& pcr0) {
  enclave::AttestationPolicy policy;
  policy.root_der = root_der;
  policy.simulated = simulated;
  policy.role = enclave::kRunnerRole;
  policy.archived = true;
  policy.pcr0 = pcr0;
  NSL_TRY(enclave::AttestationView view, enclave::VerifyAttestation(receipt.attestation, policy));

  VerifiedReceipt out;
  NSL_TRY(out.root, ParseReceiptRoot(receipt.root));
  NSL_TRY(out.leaf, ParseReceiptLeaf(receipt.leaf));
  if (!ConstantTimeEqual(out.root.boot_id, view.keys.boot_id)) {
    return Fail(Reason::kReceiptInvalid, "the root names another boot than the attested one");
  }
  auto key = crypto::P256PublicKey::FromCompressed(view.keys.signing_key);
  if (!key) return Fail(Reason::kReceiptInvalid, "the attested signing key is not a P-256 point");
  if (!key->Verify(receipt.root, receipt.signature)) {
    return Fail(Reason::kReceiptInvalid, "the signature of the root does not verify");
  }
  auto expected = ToArray<32>(out.root.root);
  if (!expected || !crypto::VerifyMerklePath(crypto::MerkleLeaf(receipt.leaf), receipt.index,
                                             out.root.leaves, receipt.path, *expected)) {
    return Fail(Reason::kReceiptInvalid, "the leaf is not under the signed root");
  }
  out.simulated = view.simulated;
  out.release = view.keys.release;
  out.anchor = view.keys.anchor;
  return out;
}

bool MatchesSaltedHash(ByteView salt, ByteView content, ByteView hash) {
  Bytes joined(salt.begin(), salt.end());
  joined.insert(joined.end(), content.begin(), content.end());
  return ConstantTimeEqual(crypto::Sha256(joined), hash);
}

}  // namespace nsl::function_runner
