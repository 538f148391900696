// SPDX-License-Identifier: Apache-2.0
//
// Strict and foreign reading of any bytes. What strict mode accepts is the one encoding of its
// value: foreign mode accepts it too, and a typed value encodes to something that decodes again.
#include "fuzz_types.h"

namespace {

using nsl::ByteView;
using nsl::CborMode;
using nsl::CborReader;

bool Accepts(ByteView in, CborMode mode) {
  CborReader r(in, {}, mode);
  r.TryTag(18);
  r.Skip();
  bool accepted = r.Finish().has_value();
  NSL_CHECK(accepted == r.ok() && r.offset() <= in.size());
  return accepted;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  ByteView in(data, size);
  if (Accepts(in, CborMode::kStrict)) NSL_CHECK(Accepts(in, CborMode::kForeign));
  auto value = nsl::FromCbor<nsl::FuzzAll>(in);
  if (!value) return 0;
  nsl::Bytes once = nsl::ToCbor(*value);
  auto again = nsl::FromCbor<nsl::FuzzAll>(once);
  NSL_CHECK(again.has_value());
  NSL_CHECK(nsl::ToCbor(*again) == once);
  return 0;
}
