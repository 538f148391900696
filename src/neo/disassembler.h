// SPDX-License-Identifier: Apache-2.0
//
// Reads a NeoVM script instruction by instruction and writes it as text for people and logs.
//
// Guarantee: a script is read to its last byte or refused with the byte where an opcode is unknown
// or an operand is cut off; the instructions laid end to end are the script. Pure.
#pragma once

#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "neo/opcode.h"

namespace nsl::neo {

struct Instruction {
  size_t offset = 0;
  Opcode opcode = Opcode::kNOP;
  // Into the script; of data the bytes without their length.
  ByteView operand;
};

// The views borrow from the script.
Result<std::vector<Instruction>> ReadScript(ByteView script);
// "0005 PUSHINT8 17": offset, name, operand. Jumps say where they lead, services are named.
std::string ToText(const Instruction& instruction);
// One line per instruction.
Result<std::string> Disassemble(ByteView script);

}  // namespace nsl::neo
