// SPDX-License-Identifier: Apache-2.0
//
// The 196 opcodes of the NeoVM (N3) with the kind of operand each one carries.
//
// Guarantee: the table is complete; a byte outside it is no opcode. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace nsl::neo {

// What follows the opcode.
enum class Operand : uint8_t {
  kNone,
  // Signed integers of 1 to 32 bytes.
  kInt8,
  kInt16,
  kInt32,
  kInt64,
  kInt128,
  kInt256,
  // A length of 1, 2 or 4 bytes, then the data.
  kData8,
  kData16,
  kData32,
  // Signed distances from the opcode.
  kJump8,
  kJump32,
  // Two of them: catch, finally.
  kTry8,
  kTry32,
  kU8,
  kU16,
  // Locals, arguments.
  kSlots,
  // A stack item type.
  kType,
  // Id of an interop service.
  kSyscall,
};

// clang-format off
#define NSL_NEO_OPCODES(X) \
  X(0x00, PUSHINT8, kInt8) \
  X(0x01, PUSHINT16, kInt16) \
  X(0x02, PUSHINT32, kInt32) \
  X(0x03, PUSHINT64, kInt64) \
  X(0x04, PUSHINT128, kInt128) \
  X(0x05, PUSHINT256, kInt256) \
  X(0x08, PUSHT, kNone) \
  X(0x09, PUSHF, kNone) \
  X(0x0a, PUSHA, kJump32) \
  X(0x0b, PUSHNULL, kNone) \
  X(0x0c, PUSHDATA1, kData8) \
  X(0x0d, PUSHDATA2, kData16) \
  X(0x0e, PUSHDATA4, kData32) \
  X(0x0f, PUSHM1, kNone) \
  X(0x10, PUSH0, kNone) \
  X(0x11, PUSH1, kNone) \
  X(0x12, PUSH2, kNone) \
  X(0x13, PUSH3, kNone) \
  X(0x14, PUSH4, kNone) \
  X(0x15, PUSH5, kNone) \
  X(0x16, PUSH6, kNone) \
  X(0x17, PUSH7, kNone) \
  X(0x18, PUSH8, kNone) \
  X(0x19, PUSH9, kNone) \
  X(0x1a, PUSH10, kNone) \
  X(0x1b, PUSH11, kNone) \
  X(0x1c, PUSH12, kNone) \
  X(0x1d, PUSH13, kNone) \
  X(0x1e, PUSH14, kNone) \
  X(0x1f, PUSH15, kNone) \
  X(0x20, PUSH16, kNone) \
  X(0x21, NOP, kNone) \
  X(0x22, JMP, kJump8) \
  X(0x23, JMP_L, kJump32) \
  X(0x24, JMPIF, kJump8) \
  X(0x25, JMPIF_L, kJump32) \
  X(0x26, JMPIFNOT, kJump8) \
  X(0x27, JMPIFNOT_L, kJump32) \
  X(0x28, JMPEQ, kJump8) \
  X(0x29, JMPEQ_L, kJump32) \
  X(0x2a, JMPNE, kJump8) \
  X(0x2b, JMPNE_L, kJump32) \
  X(0x2c, JMPGT, kJump8) \
  X(0x2d, JMPGT_L, kJump32) \
  X(0x2e, JMPGE, kJump8) \
  X(0x2f, JMPGE_L, kJump32) \
  X(0x30, JMPLT, kJump8) \
  X(0x31, JMPLT_L, kJump32) \
  X(0x32, JMPLE, kJump8) \
  X(0x33, JMPLE_L, kJump32) \
  X(0x34, CALL, kJump8) \
  X(0x35, CALL_L, kJump32) \
  X(0x36, CALLA, kNone) \
  X(0x37, CALLT, kU16) \
  X(0x38, ABORT, kNone) \
  X(0x39, ASSERT, kNone) \
  X(0x3a, THROW, kNone) \
  X(0x3b, TRY, kTry8) \
  X(0x3c, TRY_L, kTry32) \
  X(0x3d, ENDTRY, kJump8) \
  X(0x3e, ENDTRY_L, kJump32) \
  X(0x3f, ENDFINALLY, kNone) \
  X(0x40, RET, kNone) \
  X(0x41, SYSCALL, kSyscall) \
  X(0x43, DEPTH, kNone) \
  X(0x45, DROP, kNone) \
  X(0x46, NIP, kNone) \
  X(0x48, XDROP, kNone) \
  X(0x49, CLEAR, kNone) \
  X(0x4a, DUP, kNone) \
  X(0x4b, OVER, kNone) \
  X(0x4d, PICK, kNone) \
  X(0x4e, TUCK, kNone) \
  X(0x50, SWAP, kNone) \
  X(0x51, ROT, kNone) \
  X(0x52, ROLL, kNone) \
  X(0x53, REVERSE3, kNone) \
  X(0x54, REVERSE4, kNone) \
  X(0x55, REVERSEN, kNone) \
  X(0x56, INITSSLOT, kU8) \
  X(0x57, INITSLOT, kSlots) \
  X(0x58, LDSFLD0, kNone) \
  X(0x59, LDSFLD1, kNone) \
  X(0x5a, LDSFLD2, kNone) \
  X(0x5b, LDSFLD3, kNone) \
  X(0x5c, LDSFLD4, kNone) \
  X(0x5d, LDSFLD5, kNone) \
  X(0x5e, LDSFLD6, kNone) \
  X(0x5f, LDSFLD, kU8) \
  X(0x60, STSFLD0, kNone) \
  X(0x61, STSFLD1, kNone) \
  X(0x62, STSFLD2, kNone) \
  X(0x63, STSFLD3, kNone) \
  X(0x64, STSFLD4, kNone) \
  X(0x65, STSFLD5, kNone) \
  X(0x66, STSFLD6, kNone) \
  X(0x67, STSFLD, kU8) \
  X(0x68, LDLOC0, kNone) \
  X(0x69, LDLOC1, kNone) \
  X(0x6a, LDLOC2, kNone) \
  X(0x6b, LDLOC3, kNone) \
  X(0x6c, LDLOC4, kNone) \
  X(0x6d, LDLOC5, kNone) \
  X(0x6e, LDLOC6, kNone) \
  X(0x6f, LDLOC, kU8) \
  X(0x70, STLOC0, kNone) \
  X(0x71, STLOC1, kNone) \
  X(0x72, STLOC2, kNone) \
  X(0x73, STLOC3, kNone) \
  X(0x74, STLOC4, kNone) \
  X(0x75, STLOC5, kNone) \
  X(0x76, STLOC6, kNone) \
  X(0x77, STLOC, kU8) \
  X(0x78, LDARG0, kNone) \
  X(0x79, LDARG1, kNone) \
  X(0x7a, LDARG2, kNone) \
  X(0x7b, LDARG3, kNone) \
  X(0x7c, LDARG4, kNone) \
  X(0x7d, LDARG5, kNone) \
  X(0x7e, LDARG6, kNone) \
  X(0x7f, LDARG, kU8) \
  X(0x80, STARG0, kNone) \
  X(0x81, STARG1, kNone) \
  X(0x82, STARG2, kNone) \
  X(0x83, STARG3, kNone) \
  X(0x84, STARG4, kNone) \
  X(0x85, STARG5, kNone) \
  X(0x86, STARG6, kNone) \
  X(0x87, STARG, kU8) \
  X(0x88, NEWBUFFER, kNone) \
  X(0x89, MEMCPY, kNone) \
  X(0x8b, CAT, kNone) \
  X(0x8c, SUBSTR, kNone) \
  X(0x8d, LEFT, kNone) \
  X(0x8e, RIGHT, kNone) \
  X(0x90, INVERT, kNone) \
  X(0x91, AND, kNone) \
  X(0x92, OR, kNone) \
  X(0x93, XOR, kNone) \
  X(0x97, EQUAL, kNone) \
  X(0x98, NOTEQUAL, kNone) \
  X(0x99, SIGN, kNone) \
  X(0x9a, ABS, kNone) \
  X(0x9b, NEGATE, kNone) \
  X(0x9c, INC, kNone) \
  X(0x9d, DEC, kNone) \
  X(0x9e, ADD, kNone) \
  X(0x9f, SUB, kNone) \
  X(0xa0, MUL, kNone) \
  X(0xa1, DIV, kNone) \
  X(0xa2, MOD, kNone) \
  X(0xa3, POW, kNone) \
  X(0xa4, SQRT, kNone) \
  X(0xa5, MODMUL, kNone) \
  X(0xa6, MODPOW, kNone) \
  X(0xa8, SHL, kNone) \
  X(0xa9, SHR, kNone) \
  X(0xaa, NOT, kNone) \
  X(0xab, BOOLAND, kNone) \
  X(0xac, BOOLOR, kNone) \
  X(0xb1, NZ, kNone) \
  X(0xb3, NUMEQUAL, kNone) \
  X(0xb4, NUMNOTEQUAL, kNone) \
  X(0xb5, LT, kNone) \
  X(0xb6, LE, kNone) \
  X(0xb7, GT, kNone) \
  X(0xb8, GE, kNone) \
  X(0xb9, MIN, kNone) \
  X(0xba, MAX, kNone) \
  X(0xbb, WITHIN, kNone) \
  X(0xbe, PACKMAP, kNone) \
  X(0xbf, PACKSTRUCT, kNone) \
  X(0xc0, PACK, kNone) \
  X(0xc1, UNPACK, kNone) \
  X(0xc2, NEWARRAY0, kNone) \
  X(0xc3, NEWARRAY, kNone) \
  X(0xc4, NEWARRAY_T, kType) \
  X(0xc5, NEWSTRUCT0, kNone) \
  X(0xc6, NEWSTRUCT, kNone) \
  X(0xc8, NEWMAP, kNone) \
  X(0xca, SIZE, kNone) \
  X(0xcb, HASKEY, kNone) \
  X(0xcc, KEYS, kNone) \
  X(0xcd, VALUES, kNone) \
  X(0xce, PICKITEM, kNone) \
  X(0xcf, APPEND, kNone) \
  X(0xd0, SETITEM, kNone) \
  X(0xd1, REVERSEITEMS, kNone) \
  X(0xd2, REMOVE, kNone) \
  X(0xd3, CLEARITEMS, kNone) \
  X(0xd4, POPITEM, kNone) \
  X(0xd8, ISNULL, kNone) \
  X(0xd9, ISTYPE, kType) \
  X(0xdb, CONVERT, kType) \
  X(0xe0, ABORTMSG, kNone) \
  X(0xe1, ASSERTMSG, kNone)
// clang-format on

enum class Opcode : uint8_t {
#define NSL_X(code, name, operand) k##name = code,
  NSL_NEO_OPCODES(NSL_X)
#undef NSL_X
};

struct OpcodeRow {
  Opcode opcode;
  Operand operand;
  std::string_view name;
};

// Nothing for a byte that is no opcode.
const OpcodeRow* FindOpcode(uint8_t code);
// By the name of the table, in capitals.
const OpcodeRow* FindOpcode(std::string_view name);
// Bytes of a fixed operand, or of the length that precedes the data.
size_t OperandSize(Operand operand);
bool HasData(Operand operand);

inline constexpr size_t kOpcodeCount = 196;

}  // namespace nsl::neo
