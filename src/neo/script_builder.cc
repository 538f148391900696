// SPDX-License-Identifier: Apache-2.0
#include "neo/script_builder.h"

#include <bit>

#include "neo/writer.h"

namespace nsl::neo {
namespace {

template <class... Fs>
struct Overloaded : Fs... {
  using Fs::operator()...;
};

}  // namespace

ScriptBuilder& ScriptBuilder::Op(Opcode opcode, ByteView operand) {
  out_.push_back(static_cast<uint8_t>(opcode));
  out_.insert(out_.end(), operand.begin(), operand.end());
  return *this;
}

ScriptBuilder& ScriptBuilder::PushInteger(const Integer& value) {
  if (auto small = value.ToInt64(); small && *small >= -1 && *small <= 16) {
    return Op(static_cast<Opcode>(static_cast<int>(Opcode::kPUSH0) + *small));
  }
  size_t width = std::bit_ceil(value.Shortest().size());
  auto code = static_cast<Opcode>(std::countr_zero(width));
  return Op(code, ByteView(value.bytes()).first(width));
}

ScriptBuilder& ScriptBuilder::PushData(ByteView data) {
  Writer length;
  if (data.size() <= 0xff) {
    Op(Opcode::kPUSHDATA1, length.U8(static_cast<uint8_t>(data.size())).view());
  } else if (data.size() <= 0xffff) {
    Op(Opcode::kPUSHDATA2, length.U16(static_cast<uint16_t>(data.size())).view());
  } else {
    Op(Opcode::kPUSHDATA4, length.U32(static_cast<uint32_t>(data.size())).view());
  }
  out_.insert(out_.end(), data.begin(), data.end());
  return *this;
}

void ScriptBuilder::PushReversed(std::span<const ContractParameter> items) {
  for (size_t i = items.size(); i-- > 0;) Push(items[i]);
  PushInteger(static_cast<int64_t>(items.size()));
}

ScriptBuilder& ScriptBuilder::PushArray(std::span<const ContractParameter> items) {
  if (items.empty()) return Op(Opcode::kNEWARRAY0);
  PushReversed(items);
  return Op(Opcode::kPACK);
}

ScriptBuilder& ScriptBuilder::PushStruct(std::span<const ContractParameter> items) {
  if (items.empty()) return Op(Opcode::kNEWSTRUCT0);
  PushReversed(items);
  return Op(Opcode::kPACKSTRUCT);
}

ScriptBuilder& ScriptBuilder::PushMap(const ContractParameter::Map& map) {
  if (map.empty()) return Op(Opcode::kNEWMAP);
  for (size_t i = map.size(); i-- > 0;) Push(map[i].second).Push(map[i].first);
  PushInteger(static_cast<int64_t>(map.size()));
  return Op(Opcode::kPACKMAP);
}

ScriptBuilder& ScriptBuilder::Push(const ContractParameter& parameter) {
  std::visit(Overloaded{
                 [&](std::monostate) { PushNull(); },
                 [&](bool v) { PushBool(v); },
                 [&](const Integer& v) { PushInteger(v); },
                 [&](const Bytes& v) { PushData(v); },
                 [&](const std::string& v) { PushText(v); },
                 [&](const ScriptHash& v) { PushData(v.bytes); },
                 [&](const Uint256& v) { PushData(v.bytes); },
                 [&](const ContractParameter::List& v) { PushArray(v); },
                 [&](const ContractParameter::Map& v) { PushMap(v); },
             },
             parameter.value);
  return *this;
}

ScriptBuilder& ScriptBuilder::Call(const ScriptHash& contract, std::string_view method,
                                   std::span<const ContractParameter> arguments, CallFlags flags) {
  PushArray(arguments);
  PushInteger(static_cast<int64_t>(flags));
  PushText(method);
  PushData(contract.bytes);
  return Syscall("System.Contract.Call");
}

ScriptBuilder& ScriptBuilder::Syscall(std::string_view service) {
  return Op(Opcode::kSYSCALL, InteropIdOf(service));
}

Result<Bytes> ScriptBuilder::Take() {
  Bytes out = std::move(out_);
  out_.clear();
  if (out.size() > kMaxScriptBytes) {
    return Fail(Reason::kChainInvalid, "the script has " + std::to_string(out.size()) +
                                           " bytes, at most " + std::to_string(kMaxScriptBytes) +
                                           " fit a transaction");
  }
  return out;
}

}  // namespace nsl::neo
