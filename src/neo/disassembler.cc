// SPDX-License-Identifier: Apache-2.0
#include "neo/disassembler.h"

#include <algorithm>
#include <cstdio>

#include "neo/integer.h"
#include "neo/interop.h"
#include "neo/reader.h"

namespace nsl::neo {
namespace {

int64_t SignedOf(ByteView raw) {
  auto value = Integer::FromBytes(raw);
  return value ? value->ToInt64().value_or(0) : 0;
}

std::string Target(size_t offset, ByteView distance) {
  return std::to_string(static_cast<int64_t>(offset) + SignedOf(distance));
}

std::string Service(ByteView raw) {
  InteropId id{};
  std::copy_n(raw.begin(), std::min(raw.size(), id.size()), id.begin());
  auto name = InteropNameOf(id);
  return name ? std::string(*name) : "0x" + ToHex(raw);
}

std::string OperandText(const Instruction& in, Operand kind) {
  ByteView raw = in.operand;
  switch (kind) {
    case Operand::kNone:
      return "";
    case Operand::kInt8:
    case Operand::kInt16:
    case Operand::kInt32:
    case Operand::kInt64:
    case Operand::kInt128:
    case Operand::kInt256: {
      auto value = Integer::FromBytes(raw);
      return value ? value->ToText() : ToHex(raw);
    }
    case Operand::kJump8:
    case Operand::kJump32:
      return Target(in.offset, raw);
    case Operand::kTry8:
    case Operand::kTry32: {
      size_t half = raw.size() / 2;
      return Target(in.offset, raw.first(half)) + " " + Target(in.offset, raw.subspan(half));
    }
    case Operand::kU8:
      return std::to_string(raw[0]);
    case Operand::kU16:
      return std::to_string(raw[0] | raw[1] << 8);
    case Operand::kSlots:
      return std::to_string(raw[0]) + " " + std::to_string(raw[1]);
    case Operand::kSyscall:
      return Service(raw);
    case Operand::kType:
    case Operand::kData8:
    case Operand::kData16:
    case Operand::kData32:
      return "0x" + ToHex(raw);
  }
  return "";
}

}  // namespace

Result<std::vector<Instruction>> ReadScript(ByteView script) {
  std::vector<Instruction> out;
  Reader r(script);
  while (r.ok() && r.left() > 0) {
    size_t start = r.offset();
    uint8_t code = r.U8("opcode");
    const OpcodeRow* row = FindOpcode(code);
    if (row == nullptr) {
      r.Refuse("opcode", "0x" + ToHex(ByteView(&code, 1)) + " is no opcode", start);
      break;
    }
    ByteView operand = r.Raw(row->name, OperandSize(row->operand));
    if (HasData(row->operand)) {
      size_t length = 0;
      for (size_t i = 0; i < operand.size(); ++i) length |= size_t{operand[i]} << (8 * i);
      operand = r.Raw(row->name, length);
    }
    out.push_back({start, row->opcode, operand});
  }
  NSL_TRY_VOID(r.Check());
  return out;
}

std::string ToText(const Instruction& in) {
  const OpcodeRow* row = FindOpcode(static_cast<uint8_t>(in.opcode));
  char offset[24];
  std::snprintf(offset, sizeof offset, "%04zu ", in.offset);
  if (row == nullptr) return offset + std::string("?");
  std::string operand = OperandText(in, row->operand);
  std::string out = offset + std::string(row->name);
  return operand.empty() ? out : out + " " + operand;
}

Result<std::string> Disassemble(ByteView script) {
  NSL_TRY(std::vector<Instruction> instructions, ReadScript(script));
  std::string out;
  for (const Instruction& in : instructions) out += ToText(in) + "\n";
  return out;
}

}  // namespace nsl::neo
