// SPDX-License-Identifier: Apache-2.0
//
// Offline proof of a receipt: leaf, path, root, signature, and the attestation of the key that
// signed, back to a pinned root. Pure: no clock, no network, no file.
#pragma once

#include "enclave/api.h"
#include "function_runner/receipt.h"

namespace nsl::function_runner {

struct VerifiedReceipt {
  // Views borrow from the receipt.
  ReceiptLeaf leaf;
  ReceiptRoot root;
  bool simulated = false;
  std::string release;
  enclave::AnchorLevel anchor = enclave::AnchorLevel::kNone;
};

// receipt.invalid or attest.<step>, with the failed step in the detail. `root_der` is the pinned
// root; `simulated` says which kind of document that root signs.
Result<VerifiedReceipt> VerifyReceipt(const Receipt& receipt, const Bytes& root_der, bool simulated,
                                      const std::vector<Bytes>& pcr0 = {});

// True when SHA-256(salt || content) is `hash`.
bool MatchesSaltedHash(ByteView salt, ByteView content, ByteView hash);

}  // namespace nsl::function_runner
