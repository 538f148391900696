// SPDX-License-Identifier: Apache-2.0
//
// Builds NeoVM scripts: pushes of values, contract calls, services.
//
// Guarantee: every value is pushed in the shortest form there is (PUSH0..PUSH16 before PUSHINT8),
// as the reference node does it. A script that would exceed kMaxScriptBytes is refused by Take().
// Pure.
#pragma once

#include <span>
#include <string_view>

#include "neo/contract_parameter.h"
#include "neo/integer.h"
#include "neo/interop.h"
#include "neo/opcode.h"
#include "neo/script_hash.h"

namespace nsl::neo {

// A transaction takes no longer script.
inline constexpr size_t kMaxScriptBytes = 65535;

class ScriptBuilder {
 public:
  ScriptBuilder& Op(Opcode opcode, ByteView operand = {});
  ScriptBuilder& PushInteger(const Integer& value);
  ScriptBuilder& PushData(ByteView data);
  ScriptBuilder& PushText(std::string_view text) { return PushData(AsBytes(text)); }
  ScriptBuilder& PushBool(bool value) { return Op(value ? Opcode::kPUSHT : Opcode::kPUSHF); }
  ScriptBuilder& PushNull() { return Op(Opcode::kPUSHNULL); }
  // Any depth the parameter has; arrays and maps become PACK and PACKMAP.
  ScriptBuilder& Push(const ContractParameter& parameter);
  // The arguments as one array, as System.Contract.Call takes them.
  ScriptBuilder& PushArray(std::span<const ContractParameter> items);
  // The same as a struct, which the machine copies where it would share an array.
  ScriptBuilder& PushStruct(std::span<const ContractParameter> items);
  ScriptBuilder& Call(const ScriptHash& contract, std::string_view method,
                      std::span<const ContractParameter> arguments,
                      CallFlags flags = CallFlags::kAll);
  ScriptBuilder& Syscall(std::string_view service);
  // Makes the script fault unless the top of the stack is true.
  ScriptBuilder& Assert() { return Op(Opcode::kASSERT); }

  size_t size() const { return out_.size(); }
  ByteView view() const { return out_; }
  // chain.invalid for a script that is too long for a transaction; the builder is empty then.
  Result<Bytes> Take();

 private:
  void PushReversed(std::span<const ContractParameter> items);
  ScriptBuilder& PushMap(const ContractParameter::Map& map);

  Bytes out_;
};

}  // namespace nsl::neo
