// SPDX-License-Identifier: Apache-2.0
#include "neo/nef.h"

#include <algorithm>

#include "base/cbor.h"
#include "crypto/hash.h"
#include "neo/reader.h"
#include "neo/writer.h"

namespace nsl::neo {
namespace {

constexpr uint32_t kMagic = 0x3346454e;
constexpr size_t kCompilerBytes = 64;
constexpr size_t kMaxSourceBytes = 256;
constexpr size_t kMaxMethodBytes = 32;
constexpr uint8_t kAllCallFlags = 0x0f;

uint32_t Checksum(ByteView body) {
  ByteArray<32> digest = crypto::Hash256(body);
  return Reader(digest).U32("checksum");
}

void WriteBody(Writer& w, const Nef& nef) {
  Bytes compiler = ToBytes(std::string_view(nef.compiler));
  compiler.resize(kCompilerBytes);
  w.U32(kMagic).Raw(compiler).VarBytes(AsBytes(nef.source)).U8(0);
  w.VarInt(nef.tokens.size());
  for (const MethodToken& token : nef.tokens) {
    w.Raw(token.contract.bytes).VarBytes(AsBytes(token.method)).U16(token.parameters);
    w.Bool(token.returns).U8(token.call_flags);
  }
  w.U16(0).VarBytes(nef.script);
}

std::string ReadCompiler(Reader& r) {
  size_t start = r.offset();
  ByteView raw = r.Raw("nef compiler", kCompilerBytes);
  auto end = std::ranges::find(raw, 0);
  if (std::any_of(end, raw.end(), [](uint8_t b) { return b != 0; })) {
    r.Refuse("nef compiler", "the padding is not zero", start);
  }
  std::string out(raw.begin(), end);
  if (!IsUtf8(out)) r.Refuse("nef compiler", "the text is not UTF-8", start);
  return out;
}

MethodToken ReadToken(Reader& r) {
  MethodToken out;
  out.contract.bytes = r.Array<20>("token contract");
  size_t start = r.offset();
  out.method = r.VarText("token method", kMaxMethodBytes);
  if (out.method.starts_with('_')) r.Refuse("token method", "it starts with _", start);
  out.parameters = r.U16("token parameters");
  out.returns = r.Bool("token returns");
  start = r.offset();
  out.call_flags = r.U8("token call flags");
  if ((out.call_flags & ~kAllCallFlags) != 0) {
    r.Refuse("token call flags", "an unknown flag is set", start);
  }
  return out;
}

}  // namespace

Result<Nef> DecodeNef(ByteView raw) {
  if (raw.size() > kMaxNefBytes) {
    return Fail(Reason::kChainInvalid, "nef at byte 0: " + std::to_string(raw.size()) +
                                           " bytes are more than " + std::to_string(kMaxNefBytes));
  }
  Reader r(raw);
  Nef out;
  if (r.U32("nef magic") != kMagic) r.Refuse("nef magic", "it is not NEF3", 0);
  out.compiler = ReadCompiler(r);
  out.source = r.VarText("nef source", kMaxSourceBytes);
  size_t start = r.offset();
  if (r.U8("nef reserved byte") != 0) r.Refuse("nef reserved byte", "it is not zero", start);
  size_t count = r.VarInt("nef tokens", kMaxNefTokens);
  for (size_t i = 0; i < count && r.ok(); ++i) out.tokens.push_back(ReadToken(r));
  start = r.offset();
  if (r.U16("nef reserved bytes") != 0) r.Refuse("nef reserved bytes", "they are not zero", start);
  start = r.offset();
  out.script = ToBytes(r.VarBytes("nef script", kMaxNefBytes));
  if (out.script.empty()) r.Refuse("nef script", "it is empty", start);
  uint32_t expected = Checksum(r.Since(0));
  start = r.offset();
  if (r.U32("nef checksum") != expected) r.Refuse("nef checksum", "it is wrong", start);
  NSL_TRY_VOID(r.Finish("nef"));
  return out;
}

Result<Bytes> EncodeNef(const Nef& nef) {
  if (nef.compiler.size() > kCompilerBytes) {
    return Fail(Reason::kChainInvalid, "nef compiler at byte 4: more than 64 bytes");
  }
  Writer w;
  WriteBody(w, nef);
  w.U32(Checksum(w.view()));
  NSL_TRY(Nef back, DecodeNef(w.view()));
  if (back != nef) return Fail(Reason::kChainInvalid, "nef compiler at byte 4: it ends in a zero");
  return w.Take();
}

uint32_t ChecksumOf(const Nef& nef) {
  Writer w;
  WriteBody(w, nef);
  return Checksum(w.view());
}

}  // namespace nsl::neo
