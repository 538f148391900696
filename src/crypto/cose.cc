// SPDX-License-Identifier: Apache-2.0
#include "crypto/cose.h"

namespace nsl::crypto {
namespace {

constexpr uint64_t kTagSign1 = 18;
constexpr int64_t kHeaderAlgorithm = 1;
constexpr CborLimits kLimits{.depth = 8, .items = 1'024};

std::unexpected<Error> NotCose(std::string_view what) {
  return Fail(Reason::kAttestFormat, "COSE_Sign1: " + std::string(what));
}

// RFC 9052 §4.4: the exact bytes that were received, under the context.
Bytes SigStructure(std::string_view context, ByteView protected_header, ByteView external_aad,
                   ByteView payload) {
  Bytes out;
  out.reserve(payload.size() + protected_header.size() + external_aad.size() + 48);
  CborWriter w(out);
  w.Array(4);
  w.Text(context);
  w.Bytes(protected_header);
  w.Bytes(external_aad);
  w.Bytes(payload);
  return out;
}

template <class Key>
Result<Bytes> Sign(const Key& key, CoseAlgorithm algorithm, ByteView payload,
                   std::string_view context, ByteView external_aad) {
  Bytes header;
  CborWriter h(header);
  h.Map(1);
  h.Int(kHeaderAlgorithm);
  h.Int(static_cast<int64_t>(algorithm));
  NSL_TRY(Bytes signature, key.Sign(SigStructure(context, header, external_aad, payload)));
  Bytes out;
  CborWriter w(out);
  w.Array(4);
  w.Bytes(header);
  w.Map(0);
  w.Bytes(payload);
  w.Bytes(signature);
  return out;
}

template <class Key>
bool Verify(const CoseSign1& message, CoseAlgorithm algorithm, const Key& key,
            std::string_view context, ByteView external_aad) {
  return message.algorithm == algorithm &&
         key.Verify(SigStructure(context, message.protected_header, external_aad, message.payload),
                    message.signature);
}

// Exactly {1: -7} or {1: -35}: anything more, "crit" above all, would go unchecked.
bool ParseHeader(ByteView header, CoseAlgorithm& algorithm) {
  CborReader r(header, kLimits, CborMode::kForeign);
  int64_t value = 0;
  size_t entries = 0;
  for (size_t left = r.Map(); r.More(left); ++entries) {
    if (r.Int() != kHeaderAlgorithm) return false;
    value = r.Int();
  }
  bool known = value == static_cast<int64_t>(CoseAlgorithm::kEs256) ||
               value == static_cast<int64_t>(CoseAlgorithm::kEs384);
  if (!r.Finish() || entries != 1 || !known) return false;
  algorithm = static_cast<CoseAlgorithm>(value);
  return true;
}

}  // namespace

Result<Bytes> SignCose(const P256PrivateKey& key, ByteView payload, std::string_view context,
                       ByteView external_aad) {
  return Sign(key, CoseAlgorithm::kEs256, payload, context, external_aad);
}

Result<Bytes> SignCose(const P384PrivateKey& key, ByteView payload, std::string_view context,
                       ByteView external_aad) {
  return Sign(key, CoseAlgorithm::kEs384, payload, context, external_aad);
}

Result<CoseSign1> ParseCose(ByteView message) {
  CborReader r(message, kLimits, CborMode::kForeign);
  CoseSign1 out;
  r.TryTag(kTagSign1);
  size_t left = r.Array();
  // Each More() counts an item of a definite array and looks for the end of an indefinite one.
  if (!r.More(left)) return NotCose("not an array of four");
  out.protected_header = r.Bytes();
  if (!r.More(left) || r.PeekType() != CborType::kMap) return NotCose("no unprotected header");
  r.Skip();
  if (!r.More(left)) return NotCose("no payload");
  out.payload = r.Bytes();
  if (!r.More(left)) return NotCose("no signature");
  out.signature = r.Bytes();
  if (r.More(left)) return NotCose("more than four items");
  if (auto end = r.Finish(); !end) return NotCose(end.error().detail);
  if (!ParseHeader(out.protected_header, out.algorithm)) {
    return NotCose("the protected header is not exactly ES256 or ES384");
  }
  size_t want = out.algorithm == CoseAlgorithm::kEs256 ? 64 : 96;
  if (out.signature.size() != want) {
    return NotCose("the signature has not " + std::to_string(want) + " bytes");
  }
  return out;
}

bool VerifyCose(const CoseSign1& message, const P256PublicKey& key, std::string_view context,
                ByteView external_aad) {
  return Verify(message, CoseAlgorithm::kEs256, key, context, external_aad);
}

bool VerifyCose(const CoseSign1& message, const P384PublicKey& key, std::string_view context,
                ByteView external_aad) {
  return Verify(message, CoseAlgorithm::kEs384, key, context, external_aad);
}

}  // namespace nsl::crypto
