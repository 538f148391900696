// SPDX-License-Identifier: Apache-2.0
#include "neo/opcode.h"

#include <array>

namespace nsl::neo {
namespace {

using enum Operand;

constexpr OpcodeRow kRows[] = {
#define NSL_X(code, name, operand) {Opcode::k##name, operand, #name},
    NSL_NEO_OPCODES(NSL_X)
#undef NSL_X
};
static_assert(std::size(kRows) == kOpcodeCount);

constexpr auto kByCode = [] {
  std::array<const OpcodeRow*, 256> out{};
  for (const OpcodeRow& row : kRows) out[static_cast<uint8_t>(row.opcode)] = &row;
  return out;
}();

}  // namespace

const OpcodeRow* FindOpcode(uint8_t code) { return kByCode[code]; }

const OpcodeRow* FindOpcode(std::string_view name) {
  for (const OpcodeRow& row : kRows) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

size_t OperandSize(Operand operand) {
  switch (operand) {
    case kNone:
      return 0;
    case kInt8:
    case kData8:
    case kJump8:
    case kU8:
    case kType:
      return 1;
    case kInt16:
    case kData16:
    case kTry8:
    case kU16:
    case kSlots:
      return 2;
    case kInt32:
    case kData32:
    case kJump32:
    case kSyscall:
      return 4;
    case kInt64:
    case kTry32:
      return 8;
    case kInt128:
      return 16;
    case kInt256:
      return 32;
  }
  return 0;
}

bool HasData(Operand operand) {
  return operand == kData8 || operand == kData16 || operand == kData32;
}

}  // namespace nsl::neo
