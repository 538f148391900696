// SPDX-License-Identifier: Apache-2.0
//
// Collects the leaves of finished runs, signs their Merkle root and hands each waiting run its
// proof.
//
// Guarantee: every leaf that was added is under exactly one signed root; roots chain without gap.
// A leaf costs one hash; the signature is shared by the whole batch. One thread.
#pragma once

#include <functional>
#include <vector>

#include "base/env.h"
#include "crypto/ecdsa.h"
#include "function_runner/receipt.h"

namespace nsl::function_runner {

class ReceiptBatch {
 public:
  using OnProof = std::function<void(Result<Receipt>)>;

  ReceiptBatch(const Clock& clock, const crypto::P256PrivateKey& key, Bytes boot_id);

  // Adds the encoded leaf. With on_proof the caller waits: the batch closes at the next Flush().
  void Add(ByteView leaf, OnProof on_proof = nullptr);
  // True when a caller waits for proof or the batch is full.
  bool due() const { return !waiting_.empty() || leaves_.size() >= kMaxLeaves; }
  size_t size() const { return leaves_.size(); }
  const Bytes& boot_id() const { return boot_id_; }
  // Signs what is collected; nothing when empty.
  void Flush();
  // The runner's document, put into each receipt; renewed by main.
  void SetAttestation(Bytes document) { attestation_ = std::move(document); }

  static constexpr size_t kMaxLeaves = 1'024;

 private:
  struct Waiting {
    size_t index;
    Bytes leaf;
    OnProof on_proof;
  };
  const Clock& clock_;
  const crypto::P256PrivateKey& key_;
  Bytes boot_id_;
  Bytes attestation_;
  std::vector<Hash256> leaves_;
  std::vector<Waiting> waiting_;
  uint64_t batch_ = 0;
  Hash256 previous_{};
};

}  // namespace nsl::function_runner
