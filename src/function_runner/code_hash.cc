// SPDX-License-Identifier: Apache-2.0
// Requirements §8: SHA-256 of the deterministic CBOR ["nsl/code/1", manifest, [[path,
// SHA-256(file)], … by path]]. The same function serves `nsl hash`, the runner and the receipt.
#include <algorithm>

#include "base/cbor.h"
#include "base/codec.h"
#include "crypto/hash.h"
#include "function_runner/api.h"

namespace nsl::function_runner {

Hash256 CodeHash(const Manifest& manifest, const std::vector<SourceFile>& files) {
  std::vector<const SourceFile*> sorted;
  sorted.reserve(files.size());
  for (const SourceFile& f : files) sorted.push_back(&f);
  std::sort(sorted.begin(), sorted.end(),
            [](const SourceFile* a, const SourceFile* b) { return a->path < b->path; });
  Bytes out;
  CborWriter w(out);
  w.Array(3);
  w.Text("nsl/code/1");
  ToCbor(manifest, out);
  w.Array(sorted.size());
  for (const SourceFile* f : sorted) {
    Hash256 hash = crypto::Sha256(f->content);
    w.Array(2);
    w.Text(f->path);
    w.Bytes(hash);
  }
  return crypto::Sha256(out);
}

}  // namespace nsl::function_runner
