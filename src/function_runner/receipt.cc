// SPDX-License-Identifier: Apache-2.0
#include "function_runner/receipt.h"

#include "base/cbor.h"

namespace nsl::function_runner {
namespace {

constexpr uint64_t kLeafFields = 25;
constexpr uint64_t kRootFields = 7;
constexpr uint64_t kTransactionFields = 3;
constexpr size_t kMostTransactions = 100;

std::unexpected<Error> NotAn(const char* what) {
  return Fail(Reason::kReceiptInvalid, std::string("not a ") + what);
}

}  // namespace

Bytes EncodeReceiptTransactions(const std::vector<ReceiptTransaction>& list) {
  Bytes out;
  if (list.empty()) return out;
  CborWriter w(out);
  w.Array(list.size());
  for (const ReceiptTransaction& one : list) {
    w.Array(kTransactionFields);
    w.Text(one.id);
    w.Text(one.wallet_id);
    w.Text(one.hash);
  }
  return out;
}

Result<std::vector<ReceiptTransaction>> ParseReceiptTransactions(ByteView encoded) {
  std::vector<ReceiptTransaction> list;
  if (encoded.empty()) return list;
  CborReader r(encoded);
  bool shape = true;
  for (size_t n = r.Array(); r.More(n);) {
    shape = r.Array() == kTransactionFields && shape;
    ReceiptTransaction one;
    one.id = r.Text();
    one.wallet_id = r.Text();
    one.hash = r.Text();
    shape = list.size() < kMostTransactions && shape;
    if (shape) list.push_back(std::move(one));
  }
  if (!r.Finish() || !shape || list.empty()) return NotAn("list of transactions");
  return list;
}

void AppendReceiptLeaf(const ReceiptLeaf& leaf, Bytes& out) {
  using F = CborField;
  AppendCborArray(
      out,
      {F::Text(kReceiptTag),           F::Text(leaf.run_id),         F::Text(leaf.origin),
       F::Text(leaf.evidence),         F::Text(leaf.project_id),     F::Text(leaf.function_id),
       F::Text(leaf.version_id),       F::Bytes(leaf.code_hash),     F::Text(leaf.principal_id),
       F::Bytes(leaf.credential_hash), F::Bytes(leaf.input_hash),    F::Bytes(leaf.output_hash),
       F::Text(leaf.reason),           F::Text(leaf.authorised_by),  F::Bytes(leaf.transactions),
       F::Uint(leaf.cpu_us),           F::Uint(leaf.wall_us),        F::Uint(leaf.input_bytes),
       F::Uint(leaf.output_bytes),     F::Uint(leaf.host_calls),     F::Uint(leaf.peak_memory_kb),
       F::Uint(leaf.chain_height),     F::Uint(leaf.route_sequence), F::Uint(leaf.run_sequence),
       F::Uint(leaf.started_ms)});
}

Result<ReceiptLeaf> ParseReceiptLeaf(ByteView encoded) {
  CborReader r(encoded);
  ReceiptLeaf leaf;
  bool shape = r.Array() == kLeafFields;
  shape = r.Text() == kReceiptTag && shape;
  leaf.run_id = r.Text();
  leaf.origin = r.Text();
  leaf.evidence = r.Text();
  leaf.project_id = r.Text();
  leaf.function_id = r.Text();
  leaf.version_id = r.Text();
  leaf.code_hash = r.Bytes();
  leaf.principal_id = r.Text();
  leaf.credential_hash = r.Bytes();
  leaf.input_hash = r.Bytes();
  leaf.output_hash = r.Bytes();
  leaf.reason = r.Text();
  leaf.authorised_by = r.Text();
  leaf.transactions = r.Bytes();
  for (uint64_t* n : {&leaf.cpu_us, &leaf.wall_us, &leaf.input_bytes, &leaf.output_bytes,
                      &leaf.host_calls, &leaf.peak_memory_kb, &leaf.chain_height,
                      &leaf.route_sequence, &leaf.run_sequence, &leaf.started_ms}) {
    *n = r.Uint();
  }
  if (!r.Finish() || !shape) return NotAn("receipt leaf");
  return leaf;
}

void AppendReceiptRoot(const ReceiptRoot& root, Bytes& out) {
  CborWriter w(out);
  w.Array(kRootFields);
  w.Text(kReceiptRootTag);
  w.Bytes(root.boot_id);
  w.Uint(root.batch);
  w.Uint(root.leaves);
  w.Bytes(root.root);
  w.Bytes(root.previous);
  w.Uint(root.time_ms);
}

Result<ReceiptRoot> ParseReceiptRoot(ByteView encoded) {
  CborReader r(encoded);
  ReceiptRoot root;
  bool shape = r.Array() == kRootFields;
  shape = r.Text() == kReceiptRootTag && shape;
  root.boot_id = r.Bytes();
  root.batch = r.Uint();
  root.leaves = r.Uint();
  root.root = r.Bytes();
  root.previous = r.Bytes();
  root.time_ms = r.Uint();
  if (!r.Finish() || !shape) return NotAn("receipt root");
  return root;
}

}  // namespace nsl::function_runner
