// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <boost/json/value.hpp>
#include <limits>

#include "neo/json_fields.h"
#include "neo/stack_item.h"

namespace nsl::neo {
namespace {

namespace json = boost::json;
using enum StackItemType;

constexpr size_t kManyItems = 100'000;
constexpr std::pair<StackItemType, std::string_view> kTypes[] = {
    {kAny, "Any"},
    {kPointer, "Pointer"},
    {kBoolean, "Boolean"},
    {kInteger, "Integer"},
    {kByteString, "ByteString"},
    {kBuffer, "Buffer"},
    {kArray, "Array"},
    {kStruct, "Struct"},
    {kMap, "Map"},
    {kInteropInterface, "InteropInterface"},
};

json::value Text(std::string_view text) { return json::string(text.data(), text.size()); }

Result<StackItem> Read(const json::value& v, const std::string& at, size_t depth);

void ReadItems(JsonFields& f, std::string_view name, StackItem& out, size_t depth) {
  f.List(name, kManyItems, [&](const json::value& v, const std::string& at) -> Status {
    NSL_TRY(StackItem one, Read(v, at, depth + 1));
    out.items.push_back(std::move(one));
    return {};
  });
}

void ReadEntries(JsonFields& f, StackItem& out, size_t depth) {
  f.List("value", kManyItems, [&](const json::value& v, const std::string& at) -> Status {
    JsonFields entry(v, at);
    const json::value* key = entry.Any("key");
    const json::value* value = entry.Any("value");
    NSL_TRY_VOID(entry.status());
    NSL_TRY(StackItem k, Read(*key, at + "/key", depth + 1));
    NSL_TRY(StackItem x, Read(*value, at + "/value", depth + 1));
    out.keys.push_back(std::move(k));
    out.items.push_back(std::move(x));
    return {};
  });
}

void ReadInterop(JsonFields& f, StackItem& out, size_t depth) {
  if (f.Any("interface", false) != nullptr) out.interface = f.Text("interface");
  if (f.Any("id", false) != nullptr) out.id = f.Text("id");
  if (f.Any("truncated", false) != nullptr) out.truncated = f.Bool("truncated");
  if (f.Any("iterator", false) != nullptr) ReadItems(f, "iterator", out, depth);
}

void ReadValue(JsonFields& f, StackItem& out, size_t depth) {
  switch (out.type) {
    case kAny:
      break;
    case kPointer:
      out.position = f.Number("value", std::numeric_limits<int64_t>::max());
      break;
    case kBoolean:
      out.boolean = f.Bool("value");
      break;
    case kInteger:
      out.integer = f.Take("value", Integer::FromText(f.Text("value")));
      break;
    case kByteString:
    case kBuffer: {
      auto raw = FromBase64(f.Text("value"));
      if (!raw) f.Refuse("value", "the bytes are not base64");
      if (raw) out.bytes = std::move(*raw);
      break;
    }
    case kArray:
    case kStruct:
      ReadItems(f, "value", out, depth);
      break;
    case kMap:
      ReadEntries(f, out, depth);
      break;
    case kInteropInterface:
      ReadInterop(f, out, depth);
      break;
  }
}

Result<StackItem> Read(const json::value& v, const std::string& at, size_t depth) {
  if (const json::string* words = v.if_string()) {
    std::string_view said(words->data(), std::min(words->size(), size_t{200}));
    return Fail(Reason::kChainInvalid, (at.empty() ? "/" : at) + ": the node says '" +
                                           std::string(said) + "' instead of an item");
  }
  JsonFields f(v, at);
  if (depth > kMaxStackItemDepth) f.Refuse("", "the items are nested too deep");
  std::string type = f.Text("type");
  const auto* found =
      std::ranges::find(kTypes, type, &std::pair<StackItemType, std::string_view>::second);
  if (found == std::end(kTypes)) f.Refuse("type", "there is no such item");
  NSL_TRY_VOID(f.status());
  StackItem out;
  out.type = found->first;
  ReadValue(f, out, depth);
  NSL_TRY_VOID(f.status());
  return out;
}

json::array ItemsJson(const StackItem& item) {
  json::array out;
  for (size_t i = 0; i < item.items.size(); ++i) {
    json::value one = ToJson(item.items[i]);
    if (i < item.keys.size()) one = json::object{{"key", ToJson(item.keys[i])}, {"value", one}};
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace

std::string_view TextOf(StackItemType type) {
  const auto* found =
      std::ranges::find(kTypes, type, &std::pair<StackItemType, std::string_view>::first);
  return found == std::end(kTypes) ? "?" : found->second;
}

Result<StackItem> StackItemFromJson(const json::value& v) { return Read(v, "", 1); }

json::value ToJson(const StackItem& item) {
  json::object out{{"type", Text(TextOf(item.type))}};
  if (item.type == kPointer) out["value"] = item.position;
  if (item.type == kBoolean) out["value"] = item.boolean;
  if (item.type == kInteger) out["value"] = Text(item.integer.ToText());
  if (item.type == kByteString || item.type == kBuffer) out["value"] = Text(ToBase64(item.bytes));
  if (item.type == kArray || item.type == kStruct || item.type == kMap) {
    out["value"] = ItemsJson(item);
  }
  if (item.type == kInteropInterface) {
    if (!item.interface.empty()) out["interface"] = Text(item.interface);
    if (!item.id.empty()) out["id"] = Text(item.id);
    if (item.interface.empty()) {
      out["iterator"] = ItemsJson(item);
      out["truncated"] = item.truncated;
    }
  }
  return out;
}

}  // namespace nsl::neo
