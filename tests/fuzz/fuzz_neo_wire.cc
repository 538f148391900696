// SPDX-License-Identifier: Apache-2.0
//
// Any bytes as the wire formats of Neo; the first byte selects the parser. What parses is written
// back to the same bytes, and JSON that parses is written to JSON that parses to the same value.
#include <boost/json/value.hpp>

#include "base/json.h"
#include "neo/amount.h"
#include "neo/assembler.h"
#include "neo/block.h"
#include "neo/disassembler.h"
#include "neo/fee.h"
#include "neo/manifest.h"
#include "neo/nef.h"
#include "neo/stack_item.h"
#include "neo/transaction_json.h"

namespace {

using namespace nsl::neo;
using nsl::Bytes;
using nsl::ByteView;

void CheckSame(ByteView in, ByteView out) { NSL_CHECK(nsl::AsText(in) == nsl::AsText(out)); }

template <class Read>
void ThroughReader(ByteView in, Read read) {
  Reader r(in);
  auto value = read(r);
  if (!r.Finish("input")) return;
  Writer w;
  Write(w, value);
  CheckSame(in, w.view());
}

void Transactions(ByteView in) {
  if (auto tx = DecodeTransaction(in)) {
    CheckSame(in, EncodeTransaction(*tx).value());
    NSL_CHECK(SizeOf(*tx) == in.size());
    NSL_CHECK(TransactionFromJson(ToJson(*tx)).value() == *tx);
  }
  if (auto tx = DecodeUnsignedTransaction(in))
    CheckSame(in, EncodeUnsignedTransaction(*tx).value());
}

void Blocks(ByteView in) {
  ThroughReader(in, [](Reader& r) { return ReadHeader(r); });
  if (auto block = DecodeBlock(in)) {
    Writer w;
    Write(w, *block);
    CheckSame(in, w.view());
  }
}

void Signers(ByteView in) {
  ThroughReader(in, [](Reader& r) { return ReadSigner(r); });
  ThroughReader(in, [](Reader& r) { return ReadCondition(r); });
  ThroughReader(in, [](Reader& r) { return ReadAttribute(r); });
  Reader r(in);
  Signer signer = ReadSigner(r);
  if (r.ok()) NSL_CHECK(SignerFromJson(ToJson(signer)).value() == signer);
}

void Scripts(ByteView in) {
  (void)Disassemble(in);
  (void)ShapeOfScript(in);
  auto script = ReadScript(in);
  if (!script) return;
  size_t at = 0;
  for (const Instruction& one : *script) {
    NSL_CHECK(one.offset == at);
    const OpcodeRow* row = FindOpcode(static_cast<uint8_t>(one.opcode));
    size_t length = HasData(row->operand) ? OperandSize(row->operand) : 0;
    at += 1 + length + one.operand.size();
  }
  NSL_CHECK(at == in.size());
  if (!in.empty()) CheckSame(in, Assemble(Disassemble(in).value(), in.size()).value());
}

// Any text as assembly; what is assembled is disassembled to text that gives it again.
void Assembly(ByteView in) {
  auto script = Assemble(nsl::AsText(in));
  if (script) CheckSame(*script, Assemble(Disassemble(*script).value()).value());
}

// Not compared as values: texts of hashes may be written in more than one way.
template <class Read>
void ThroughJson(ByteView in, Read read) {
  auto json = nsl::ParseJson(nsl::AsText(in));
  if (!json) return;
  auto value = read(*json);
  if (!value) return;
  auto again = read(ToJson(*value));
  NSL_CHECK(again && *again == *value);
}

void Numbers(ByteView in) {
  std::string_view text = nsl::AsText(in);
  if (auto gas = GasFromText(text)) NSL_CHECK(GasFromText(GasToText(*gas)) == *gas);
  if (auto number = Integer::FromText(text)) NSL_CHECK(number->ToText() == text);
  if (auto number = Integer::FromBytes(in)) {
    NSL_CHECK(Integer::FromText(number->ToText()) == *number);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  ByteView in(data + 1, size - 1);
  switch (data[0] % 12) {
    case 0:
      Transactions(in);
      break;
    case 1:
      Blocks(in);
      break;
    case 2:
      Signers(in);
      break;
    case 3:
      Scripts(in);
      break;
    case 4:
      if (auto nef = DecodeNef(in)) CheckSame(in, EncodeNef(*nef).value());
      break;
    case 5:
      if (auto item = DecodeStackItem(in)) CheckSame(in, EncodeStackItem(*item).value());
      break;
    case 6:
      ThroughJson(in, [](const auto& v) { return StackItemFromJson(v); });
      break;
    case 7:
      ThroughJson(in, [](const auto& v) { return ParameterFromJson(v); });
      break;
    case 8:
      ThroughJson(in, [](const auto& v) { return ManifestFromJson(v); });
      break;
    case 9:
      ThroughJson(in, [](const auto& v) { return TransactionFromJson(v); });
      break;
    case 10:
      Assembly(in);
      break;
    default:
      Numbers(in);
  }
  return 0;
}
