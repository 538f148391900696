// SPDX-License-Identifier: Apache-2.0
//
// An argument of a contract call with its type, as JSON requests and scripts carry it.
//
// Guarantee: reading JSON refuses an unknown type, a value that does not fit the type and nesting
// beyond kMaxParameterDepth, and names the place by its JSON pointer. Pure.
#pragma once

#include <boost/json/fwd.hpp>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "neo/integer.h"
#include "neo/script_hash.h"
#include "neo/uint256.h"

namespace nsl::neo {

inline constexpr size_t kMaxParameterDepth = 10;

enum class ParameterType : uint8_t {
  kAny = 0x00,
  kBoolean = 0x10,
  kInteger = 0x11,
  kByteArray = 0x12,
  kString = 0x13,
  kHash160 = 0x14,
  kHash256 = 0x15,
  kPublicKey = 0x16,
  kSignature = 0x17,
  kArray = 0x20,
  kMap = 0x22,
  kInteropInterface = 0x30,
  kVoid = 0xff,
};

// "Hash160" and so on, as manifests and requests spell it.
std::string_view TextOf(ParameterType type);
std::optional<ParameterType> ParameterTypeFromText(std::string_view text);

struct ContractParameter {
  using List = std::vector<ContractParameter>;
  using Map = std::vector<std::pair<ContractParameter, ContractParameter>>;
  // Nothing is null, whatever the type. Byte strings serve ByteArray, PublicKey and Signature.
  using Value = std::variant<std::monostate, bool, Integer, Bytes, std::string, ScriptHash, Uint256,
                             List, Map>;

  ParameterType type = ParameterType::kAny;
  Value value;

  static ContractParameter Null() { return {}; }
  static ContractParameter Of(bool v) { return {ParameterType::kBoolean, v}; }
  static ContractParameter Of(Integer v) { return {ParameterType::kInteger, v}; }
  static ContractParameter Of(Bytes v) { return {ParameterType::kByteArray, std::move(v)}; }
  static ContractParameter Of(std::string v) { return {ParameterType::kString, std::move(v)}; }
  static ContractParameter Of(const ScriptHash& v) { return {ParameterType::kHash160, v}; }
  static ContractParameter Of(const Uint256& v) { return {ParameterType::kHash256, v}; }
  static ContractParameter Of(List v);
  static ContractParameter Of(Map v);

  bool operator==(const ContractParameter&) const;
};

// chain.invalid with the JSON pointer of what is wrong.
Result<ContractParameter> ParameterFromJson(const boost::json::value& json);
boost::json::value ToJson(const ContractParameter& parameter);

}  // namespace nsl::neo
