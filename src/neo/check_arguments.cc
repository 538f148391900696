// SPDX-License-Identifier: Apache-2.0
#include "neo/check_arguments.h"

#include <string>

#include "base/cbor.h"

namespace nsl::neo {
namespace {

using enum ParameterType;

bool IsBytes(ParameterType type) {
  return type == kByteArray || type == kString || type == kHash160 || type == kHash256 ||
         type == kPublicKey || type == kSignature;
}

// Bytes that were sent as such and may stand for a type with this length.
bool HasLength(const ContractParameter& argument, size_t length) {
  const Bytes* raw = std::get_if<Bytes>(&argument.value);
  return argument.type == kByteArray && raw != nullptr && raw->size() == length;
}

bool Fits(ParameterType wanted, const ContractParameter& argument) {
  if (wanted == kAny) return true;
  if (std::holds_alternative<std::monostate>(argument.value)) {
    return wanted != kBoolean && wanted != kInteger;
  }
  if (wanted == argument.type) return true;
  switch (wanted) {
    case kByteArray:
      return IsBytes(argument.type);
    case kString: {
      const Bytes* raw = std::get_if<Bytes>(&argument.value);
      return argument.type == kByteArray && raw != nullptr && IsUtf8(AsText(*raw));
    }
    case kHash160:
      return HasLength(argument, 20);
    case kHash256:
      return HasLength(argument, 32);
    case kPublicKey:
      return HasLength(argument, 33);
    case kSignature:
      return HasLength(argument, 64);
    default:
      return false;
  }
}

std::string Given(const ContractParameter& argument) {
  if (std::holds_alternative<std::monostate>(argument.value)) return "null";
  std::string out(TextOf(argument.type));
  if (const Bytes* raw = std::get_if<Bytes>(&argument.value)) {
    out += " of " + std::to_string(raw->size()) + " bytes";
  }
  return out;
}

std::unexpected<Error> Wrong(std::string_view method, const std::string& what) {
  return Fail(Reason::kChainInvalid, std::string(method.substr(0, 64)) + ": " + what);
}

std::string ParametersOf(const MethodDefinition& method) {
  std::string out = "(";
  for (const ParameterDefinition& p : method.parameters) {
    if (out.size() > 1) out += ", ";
    out += p.name + " " + std::string(TextOf(p.type));
  }
  return out + ")";
}

}  // namespace

Status CheckArguments(const MethodDefinition& method,
                      std::span<const ContractParameter> arguments) {
  if (arguments.size() != method.parameters.size()) {
    return Wrong(method.name, "it takes " + ParametersOf(method) + ", not " +
                                  std::to_string(arguments.size()) + " arguments");
  }
  for (size_t i = 0; i < arguments.size(); ++i) {
    const ParameterDefinition& wanted = method.parameters[i];
    if (Fits(wanted.type, arguments[i])) continue;
    return Wrong(method.name, "argument " + std::to_string(i) + " '" + wanted.name + "' is " +
                                  Given(arguments[i]) + ", the method takes " +
                                  std::string(TextOf(wanted.type)));
  }
  return {};
}

Status CheckArguments(const Manifest& manifest, std::string_view method,
                      std::span<const ContractParameter> arguments) {
  const MethodDefinition* found = manifest.Find(method, arguments.size());
  if (found != nullptr) return CheckArguments(*found, arguments);
  std::string others;
  for (const MethodDefinition& one : manifest.methods) {
    if (one.name != method) continue;
    others += (others.empty() ? "" : " or ") + ParametersOf(one);
  }
  if (others.empty()) return Wrong(method, "the contract " + manifest.name + " has no such method");
  return Wrong(method,
               "it takes " + others + ", not " + std::to_string(arguments.size()) + " arguments");
}

}  // namespace nsl::neo
