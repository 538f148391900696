// SPDX-License-Identifier: Apache-2.0
#include "function_runner/supervisor/receipt_batch.h"

#include "crypto/hash.h"
#include "crypto/merkle.h"

namespace nsl::function_runner {

ReceiptBatch::ReceiptBatch(const Clock& clock, const crypto::P256PrivateKey& key, Bytes boot_id)
    : clock_(clock), key_(key), boot_id_(std::move(boot_id)) {
  leaves_.reserve(kMaxLeaves);
}

void ReceiptBatch::Add(ByteView leaf, OnProof on_proof) {
  if (on_proof) waiting_.push_back({leaves_.size(), ToBytes(leaf), std::move(on_proof)});
  leaves_.push_back(crypto::MerkleLeaf(leaf));
  if (leaves_.size() >= kMaxLeaves) Flush();
}

void ReceiptBatch::Flush() {
  if (leaves_.empty()) return;
  crypto::MerkleTree tree(leaves_);
  ReceiptRoot root;
  root.boot_id = boot_id_;
  root.batch = ++batch_;
  root.leaves = leaves_.size();
  Hash256 top = tree.Root();
  root.root = top;
  root.previous = previous_;
  root.time_ms = static_cast<uint64_t>(clock_.NowMs());
  Bytes signed_root;
  AppendReceiptRoot(root, signed_root);
  Result<Bytes> signature = key_.Sign(signed_root);
  previous_ = crypto::Sha256(signed_root);

  std::vector<Waiting> waiting = std::move(waiting_);
  waiting_.clear();
  leaves_.clear();
  for (Waiting& w : waiting) {
    if (!signature) {
      w.on_proof(std::unexpected(signature.error()));
      continue;
    }
    Receipt receipt{std::move(w.leaf), w.index,    tree.Path(w.index),
                    signed_root,       *signature, attestation_};
    w.on_proof(std::move(receipt));
  }
}

}  // namespace nsl::function_runner
