// SPDX-License-Identifier: Apache-2.0
//
// Text to script. One instruction per line:
//
//   [label:] MNEMONIC operand ...   ; remark
//
// A label is letters, digits, '_' and '.'; a leading number is a label, too, so the lines of
// disassembler.h are read as they are. Operands:
//   PUSHINT..   a decimal number that fits
//   PUSHDATA..  0x and hexadecimal digits, or "text" with \" \\ \n \t inside
//   jumps       a label, or the byte where they lead; TRY takes two, '-' for a block it lacks
//   SYSCALL     a name, or 0x and eight digits
//   types       a name (ByteString), or 0x and two digits
//   others      decimal numbers
// PUSH takes a number, data or text and becomes the shortest instruction. Mnemonics are upper case.
//
// Guarantee: Assemble(Disassemble(script)) is the script; every error is chain.invalid and names
// the line. Pure; thread-safe.
#pragma once

#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "neo/script_builder.h"

namespace nsl::neo {

// Enough for the disassembly of any contract.
inline constexpr size_t kMaxAssemblyText = size_t{4} << 20;

// At most max_bytes of script; at least one instruction.
Result<Bytes> Assemble(std::string_view text, size_t max_bytes = kMaxScriptBytes);

}  // namespace nsl::neo
