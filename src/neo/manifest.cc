// SPDX-License-Identifier: Apache-2.0
#include "neo/manifest.h"

#include <algorithm>
#include <limits>
#include <set>

#include "base/json.h"
#include "neo/json_fields.h"

namespace nsl::neo {
namespace {

namespace json = boost::json;

constexpr size_t kManyItems = 4096;

Result<std::string> NameIn(const json::value& v) {
  const json::string* text = v.if_string();
  if (text == nullptr || text->empty()) return Fail(Reason::kChainInvalid, "a name is expected");
  return std::string(text->data(), text->size());
}

template <class T>
Status AddOnce(std::vector<T>& list, Result<T> item) {
  if (!item) return std::unexpected(item.error());
  if (std::ranges::find(list, *item) != list.end()) {
    return Fail(Reason::kChainInvalid, "it occurs twice");
  }
  list.push_back(std::move(*item));
  return {};
}

std::string Name(JsonFields& f) {
  std::string name = f.Text("name");
  if (name.empty()) f.Refuse("name", "it is empty");
  return name;
}

ParameterType Type(JsonFields& f, std::string_view field, bool may_be_void) {
  auto type = ParameterTypeFromText(f.Text(field));
  if (!type || (*type == ParameterType::kVoid && !may_be_void)) {
    f.Refuse(field, "no such parameter type");
  }
  return type.value_or(ParameterType::kAny);
}

std::vector<ParameterDefinition> Parameters(JsonFields& f) {
  std::vector<ParameterDefinition> out;
  std::set<std::string> names;
  f.List("parameters", kManyItems, [&](const json::value& v, const std::string& at) -> Status {
    JsonFields p(v, at);
    ParameterDefinition one{Name(p), Type(p, "type", false)};
    if (!names.insert(one.name).second) p.Refuse("name", "it occurs twice");
    out.push_back(std::move(one));
    return p.Finish();
  });
  return out;
}

Result<Peer> PeerIn(const json::value& v) {
  NSL_TRY(std::string text, NameIn(v));
  if (text == "*") return Peer{};
  if (text.size() == 66) {
    auto raw = FromHex(text);
    if (raw && ((*raw)[0] == 2 || (*raw)[0] == 3)) return Peer{{}, ToArray<33>(*raw)};
    return Fail(Reason::kChainInvalid, "a group is 66 hexadecimal digits, 02 or 03 first");
  }
  NSL_TRY(ScriptHash hash, ScriptHashFromText(text));
  return Peer{hash, {}};
}

void ReadAbi(const json::value& v, Manifest& out, JsonFields& outer) {
  JsonFields f(v, "/abi");
  std::set<std::pair<std::string, size_t>> methods;
  f.List("methods", kManyItems, [&](const json::value& item, const std::string& at) -> Status {
    JsonFields m(item, at);
    MethodDefinition one{Name(m), Parameters(m), 0, ParameterType::kVoid, false};
    one.offset = static_cast<int32_t>(m.Number("offset", std::numeric_limits<int32_t>::max()));
    one.returns = Type(m, "returntype", true);
    one.safe = m.Bool("safe");
    if (!methods.emplace(one.name, one.parameters.size()).second) {
      m.Refuse("name", "it occurs twice with as many parameters");
    }
    out.methods.push_back(std::move(one));
    return m.Finish();
  });
  std::set<std::string> events;
  f.List("events", kManyItems, [&](const json::value& item, const std::string& at) -> Status {
    JsonFields e(item, at);
    EventDefinition one{Name(e), Parameters(e)};
    if (!events.insert(one.name).second) e.Refuse("name", "it occurs twice");
    out.events.push_back(std::move(one));
    return e.Finish();
  });
  if (Status s = f.Finish(); !s) outer.Refuse("abi", s.error().detail);
}

Status ReadGroup(const json::value& v, const std::string& at, Manifest& out) {
  JsonFields f(v, at);
  ManifestGroup group;
  auto key = FromHex(f.Text("pubkey"));
  if (!key || key->size() != 33 || ((*key)[0] != 2 && (*key)[0] != 3)) {
    f.Refuse("pubkey", "a group is 66 hexadecimal digits, 02 or 03 first");
  }
  auto signature = FromBase64(f.Text("signature"));
  if (!signature || signature->size() != 64) {
    f.Refuse("signature", "base64 of 64 bytes is expected");
  }
  NSL_TRY_VOID(f.Finish());
  group.key = *ToArray<33>(*key);
  group.signature = *ToArray<64>(*signature);
  for (const ManifestGroup& other : out.groups) {
    if (other.key == group.key) return Fail(Reason::kChainInvalid, "the group occurs twice");
  }
  out.groups.push_back(group);
  return {};
}

Status ReadPermission(const json::value& v, const std::string& at, Manifest& out) {
  JsonFields f(v, at);
  Permission one;
  if (const json::value* peer = f.Any("contract")) one.peer = f.Take("contract", PeerIn(*peer));
  const json::value* methods = f.Any("methods");
  if (methods != nullptr && *methods != json::value("*")) {
    one.methods.emplace();
    f.List("methods", kManyItems, [&](const json::value& item, auto&) -> Status {
      return AddOnce(*one.methods, NameIn(item));
    });
  }
  NSL_TRY_VOID(f.Finish());
  for (const Permission& other : out.permissions) {
    if (other.peer == one.peer) return Fail(Reason::kChainInvalid, "the contract occurs twice");
  }
  out.permissions.push_back(std::move(one));
  return {};
}

void ReadTrusts(JsonFields& f, Manifest& out) {
  const json::value* trusts = f.Any("trusts");
  if (trusts == nullptr) return;
  if (*trusts == json::value("*")) {
    out.trusts.reset();
    return;
  }
  f.List("trusts", kManyItems, [&](const json::value& item, auto&) -> Status {
    return AddOnce(*out.trusts, PeerIn(item));
  });
}

}  // namespace

const MethodDefinition* Manifest::Find(std::string_view method, size_t parameters) const {
  for (const MethodDefinition& one : methods) {
    if (one.name == method && one.parameters.size() == parameters) return &one;
  }
  return nullptr;
}

Result<Manifest> ManifestFromJson(const json::value& v) {
  JsonFields f(v, "");
  Manifest out;
  out.name = Name(f);
  f.List("groups", kManyItems, [&](auto& item, auto& at) { return ReadGroup(item, at, out); });
  const json::value* features = f.Any("features");
  if (features != nullptr && (!features->is_object() || !features->get_object().empty())) {
    f.Refuse("features", "an empty object is expected");
  }
  f.List("supportedstandards", kManyItems, [&](const json::value& item, auto&) -> Status {
    return AddOnce(out.standards, NameIn(item));
  });
  if (const json::value* abi = f.Any("abi")) ReadAbi(*abi, out, f);
  f.List("permissions", kManyItems,
         [&](auto& item, auto& at) { return ReadPermission(item, at, out); });
  ReadTrusts(f, out);
  const json::value* extra = f.Any("extra", false);
  if (extra != nullptr && !extra->is_null() && !extra->is_object()) {
    f.Refuse("extra", "an object or null is expected");
  }
  NSL_TRY_VOID(f.Finish());
  if (extra != nullptr) out.extra = *extra;
  return out;
}

Result<Manifest> ParseManifest(std::string_view text) {
  auto value = ParseJson(text, {.bytes = kMaxManifestBytes});
  if (!value) return Fail(Reason::kChainInvalid, "manifest: " + value.error().detail);
  return ManifestFromJson(*value);
}

}  // namespace nsl::neo
