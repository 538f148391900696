// SPDX-License-Identifier: Apache-2.0
#include "neo/fee.h"

#include <algorithm>

#include "neo/disassembler.h"
#include "neo/interop.h"

namespace nsl::neo {
namespace {

constexpr int64_t kCheckSignature = 32768;
constexpr int64_t kPushData = 8;
constexpr size_t kInvocationBytes = 66;
constexpr size_t kMaxKeys = 1024;
constexpr int64_t kMaxRate = 100'000'000;

size_t VarIntBytes(size_t value) { return value < 0xfd ? 1 : value <= 0xffff ? 3 : 5; }

size_t VarBytesSize(size_t value) { return VarIntBytes(value) + value; }

size_t PushBytes(size_t value) { return value <= 16 ? 1 : value <= 127 ? 2 : 3; }

bool IsKey(const Instruction& in) {
  return in.opcode == Opcode::kPUSHDATA1 && in.operand.size() == 33;
}

bool IsService(const Instruction& in, std::string_view name) {
  return in.opcode == Opcode::kSYSCALL && std::ranges::equal(in.operand, InteropIdOf(name));
}

// 0 for anything that pushes no small positive number.
size_t PushedCount(const Instruction& in) {
  auto code = static_cast<size_t>(in.opcode);
  if (in.opcode >= Opcode::kPUSH1 && in.opcode <= Opcode::kPUSH16) return code - 0x10;
  if (in.opcode == Opcode::kPUSHINT8 && in.operand[0] < 0x80) return in.operand[0];
  if (in.opcode == Opcode::kPUSHINT16 && in.operand[1] < 0x80) {
    return in.operand[0] | size_t{in.operand[1]} << 8;
  }
  return 0;
}

}  // namespace

std::optional<WitnessShape> ShapeOfScript(ByteView verification) {
  auto read = ReadScript(verification);
  if (!read) return std::nullopt;
  const std::vector<Instruction>& in = *read;
  if (in.size() == 2 && IsKey(in[0]) && IsService(in[1], "System.Crypto.CheckSig")) {
    return WitnessShape{};
  }
  if (in.size() < 4 || !IsService(in.back(), "System.Crypto.CheckMultisig")) return std::nullopt;
  WitnessShape out{PushedCount(in[0]), PushedCount(in[in.size() - 2])};
  if (out.needed == 0 || out.needed > out.keys || out.keys > kMaxKeys) return std::nullopt;
  if (out.keys != in.size() - 3) return std::nullopt;
  for (size_t i = 1; i <= out.keys; ++i) {
    if (!IsKey(in[i])) return std::nullopt;
  }
  return out;
}

int64_t WitnessCost(const WitnessShape& shape) {
  auto m = static_cast<int64_t>(shape.needed);
  auto n = static_cast<int64_t>(shape.keys);
  if (n == 0) return 2 * kPushData + kCheckSignature;
  return kPushData * (m + n) + 2 + kCheckSignature * n;
}

size_t WitnessBytes(const WitnessShape& shape) {
  size_t invocation = VarBytesSize(kInvocationBytes * shape.needed);
  if (shape.keys == 0) return invocation + VarBytesSize(40);
  size_t verification = PushBytes(shape.needed) + 35 * shape.keys + PushBytes(shape.keys) + 5;
  return invocation + VarBytesSize(verification);
}

Result<int64_t> NetworkFee(size_t size, int64_t cost, const FeeRates& rates) {
  if (rates.per_byte < 0 || rates.per_byte > kMaxRate || rates.exec_factor < 0 ||
      rates.exec_factor > kMaxRate) {
    return Fail(Reason::kChainInvalid, "the fee rates of the network are out of range");
  }
  if (size > kMaxTransactionBytes || cost < 0 || cost > 1'000'000'000) {
    return Fail(Reason::kChainInvalid, "the transaction is too large for a network fee");
  }
  int64_t execution = (cost * rates.exec_factor + 9999) / 10000;
  return static_cast<int64_t>(size) * rates.per_byte + execution;
}

Result<int64_t> NetworkFee(const Transaction& tx, std::span<const WitnessShape> shapes,
                           const FeeRates& rates, int64_t attribute_fees) {
  if (shapes.size() != tx.signers.size()) {
    return Fail(Reason::kChainInvalid, "the network fee needs the shape of each signer");
  }
  size_t size = UnsignedBytes(tx).size() + VarIntBytes(shapes.size());
  int64_t cost = 0;
  for (const WitnessShape& shape : shapes) {
    if (shape.keys > kMaxKeys || shape.needed > kMaxKeys) {
      return Fail(Reason::kChainInvalid, "an account has at most 1024 keys");
    }
    size += WitnessBytes(shape);
    cost += WitnessCost(shape);
  }
  NSL_TRY(int64_t fee, NetworkFee(size, cost, rates));
  if (attribute_fees < 0 || __builtin_add_overflow(fee, attribute_fees, &fee)) {
    return Fail(Reason::kChainInvalid, "the attribute fees are out of range");
  }
  return fee;
}

}  // namespace nsl::neo
