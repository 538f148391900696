// SPDX-License-Identifier: Apache-2.0
#include "neo/contract_parameter.h"

#include <boost/json/value.hpp>

#include "neo/json_fields.h"

namespace nsl::neo {
namespace {

namespace json = boost::json;
using enum ParameterType;

constexpr std::pair<ParameterType, std::string_view> kTypes[] = {
    {kAny, "Any"},
    {kBoolean, "Boolean"},
    {kInteger, "Integer"},
    {kByteArray, "ByteArray"},
    {kString, "String"},
    {kHash160, "Hash160"},
    {kHash256, "Hash256"},
    {kPublicKey, "PublicKey"},
    {kSignature, "Signature"},
    {kArray, "Array"},
    {kMap, "Map"},
    {kInteropInterface, "InteropInterface"},
    {kVoid, "Void"},
};

Result<Integer> ReadInteger(const json::value& v) {
  if (const int64_t* number = v.if_int64()) return Integer(*number);
  if (const uint64_t* number = v.if_uint64()) return Integer::FromUnsigned(*number);
  if (const json::string* text = v.if_string())
    return Integer::FromText({text->data(), text->size()});
  return Fail(Reason::kChainInvalid, "a whole number or its decimal text is expected");
}

// A value that JSON writes as text.
Result<ContractParameter::Value> ReadText(ParameterType type, std::string_view text) {
  if (type == kString) return std::string(text);
  if (type == kHash160) return ParseAccount(text);
  if (type == kHash256) return Uint256FromText(text);
  if (type == kByteArray || type == kSignature) {
    auto raw = FromBase64(text);
    if (!raw) return Fail(Reason::kChainInvalid, "the bytes are not base64");
    if (type == kSignature && raw->size() != 64) {
      return Fail(Reason::kChainInvalid, "a signature has 64 bytes");
    }
    return std::move(*raw);
  }
  if (type == kPublicKey) {
    auto raw = FromHex(text);
    if (!raw || raw->size() != 33 || ((*raw)[0] != 2 && (*raw)[0] != 3)) {
      return Fail(Reason::kChainInvalid, "a public key is 66 hexadecimal digits, 02 or 03 first");
    }
    return std::move(*raw);
  }
  return Fail(Reason::kChainInvalid,
              "a parameter of type " + std::string(TextOf(type)) + " takes no such value");
}

Result<ContractParameter> Read(const json::value& v, const std::string& at, size_t depth);

Result<ContractParameter::Value> ReadContainer(JsonFields& f, ParameterType type, size_t depth) {
  if (type == kArray) {
    ContractParameter::List list;
    f.List("value", 2048, [&](const json::value& item, const std::string& at) -> Status {
      NSL_TRY(ContractParameter one, Read(item, at, depth + 1));
      list.push_back(std::move(one));
      return {};
    });
    return list;
  }
  ContractParameter::Map map;
  f.List("value", 1024, [&](const json::value& item, const std::string& at) -> Status {
    JsonFields pair(item, at);
    const json::value* key = pair.Any("key");
    const json::value* value = pair.Any("value");
    NSL_TRY_VOID(pair.Finish());
    NSL_TRY(ContractParameter k, Read(*key, at + "/key", depth + 1));
    NSL_TRY(ContractParameter v, Read(*value, at + "/value", depth + 1));
    map.emplace_back(std::move(k), std::move(v));
    return {};
  });
  return map;
}

Result<ContractParameter> Read(const json::value& v, const std::string& at, size_t depth) {
  JsonFields f(v, at);
  if (depth > kMaxParameterDepth) f.Refuse("", "the parameters are nested too deep");
  auto type = ParameterTypeFromText(f.Text("type"));
  if (!type) f.Refuse("type", "no such parameter type");
  if (!f.ok()) return std::unexpected(f.status().error());
  ContractParameter out{*type, {}};
  const json::value* value = f.Any("value", false);
  if (value == nullptr || value->is_null()) {
    // Null, whatever the type.
  } else if (*type == kBoolean) {
    out.value = f.Bool("value");
  } else if (*type == kInteger) {
    out.value = f.Take("value", ReadInteger(*value));
  } else if (*type == kArray || *type == kMap) {
    out.value = f.Take("value", ReadContainer(f, *type, depth));
  } else if (const json::string* text = value->if_string()) {
    out.value = f.Take("value", ReadText(*type, {text->data(), text->size()}));
  } else {
    f.Refuse("value", "a text is expected");
  }
  NSL_TRY_VOID(f.Finish());
  return out;
}

json::value ValueJson(const ContractParameter& p) {
  if (const bool* b = std::get_if<bool>(&p.value)) return *b;
  if (const Integer* i = std::get_if<Integer>(&p.value)) return json::value(i->ToText());
  if (const Bytes* raw = std::get_if<Bytes>(&p.value)) {
    return json::value(p.type == kPublicKey ? ToHex(*raw) : ToBase64(*raw));
  }
  if (const std::string* text = std::get_if<std::string>(&p.value)) return json::value(*text);
  if (const ScriptHash* hash = std::get_if<ScriptHash>(&p.value)) return json::value(ToText(*hash));
  if (const Uint256* hash = std::get_if<Uint256>(&p.value)) return json::value(ToText(*hash));
  json::array out;
  if (const auto* list = std::get_if<ContractParameter::List>(&p.value)) {
    for (const ContractParameter& item : *list) out.push_back(ToJson(item));
  } else if (const auto* map = std::get_if<ContractParameter::Map>(&p.value)) {
    for (const auto& [key, value] : *map) {
      out.push_back(json::object{{"key", ToJson(key)}, {"value", ToJson(value)}});
    }
  }
  return out;
}

}  // namespace

ContractParameter ContractParameter::Of(List v) { return {kArray, std::move(v)}; }
ContractParameter ContractParameter::Of(Map v) { return {kMap, std::move(v)}; }
bool ContractParameter::operator==(const ContractParameter&) const = default;

std::string_view TextOf(ParameterType type) {
  for (const auto& [value, text] : kTypes) {
    if (value == type) return text;
  }
  return "?";
}

std::optional<ParameterType> ParameterTypeFromText(std::string_view text) {
  for (const auto& [value, name] : kTypes) {
    if (name == text) return value;
  }
  return std::nullopt;
}

Result<ContractParameter> ParameterFromJson(const json::value& v) { return Read(v, "", 1); }

json::value ToJson(const ContractParameter& p) {
  std::string_view type = TextOf(p.type);
  json::object out{{"type", json::string_view(type.data(), type.size())}};
  if (!std::holds_alternative<std::monostate>(p.value)) out["value"] = ValueJson(p);
  return out;
}

}  // namespace nsl::neo
