// SPDX-License-Identifier: Apache-2.0
//
// JSON Schema (2020-12) of a described type, inline and without references. Part of codec.h.
#pragma once

#include <limits>
#include <string>

#include "base/codec_names.h"
#include "base/log.h"

namespace nsl::codec {

// A type that contains itself is described so far and then as "any value".
inline constexpr size_t kSchemaDepth = 8;

template <class T>
void WriteSchema(std::string& out, size_t depth);

template <Struct T>
void WriteStructSchema(std::string& out, size_t depth) {
  using W = Wire<T>;
  out += R"({"type":"object","properties":{)";
  [&]<size_t... I>(std::index_sequence<I...>) {
    auto member = [&]<size_t K>(std::integral_constant<size_t, K>) {
      if (K > 0) out.push_back(',');
      out += '"';
      out += W::NameAt(K);
      out += "\":";
      WriteSchema<typename W::template Member<K>>(out, depth + 1);
    };
    (member(std::integral_constant<size_t, I>()), ...);
  }(std::make_index_sequence<W::kCount>());
  out += '}';
  std::string required;
  for (size_t i = 0; i < W::kCount; ++i) {
    if (!W::kRequired[i]) continue;
    required += required.empty() ? "\"" : ",\"";
    required += W::NameAt(i);
    required += '"';
  }
  if (!required.empty()) out += ",\"required\":[" + required + "]";
  out += R"(,"additionalProperties":false})";
}

template <Enum E>
void WriteEnumSchema(std::string& out) {
  out += R"({"type":"string","enum":[)";
  bool first = true;
  for (const Name& text : EnumTable<E>::kTexts) {
    if (!first) out.push_back(',');
    first = false;
    AppendJsonString(out, text.view());
  }
  out += "]}";
}

template <class T>
void WriteSchema(std::string& out, size_t depth) {
  if (depth > kSchemaDepth) {
    out += "{}";
    return;
  }
  if constexpr (std::is_same_v<T, bool>) {
    out += R"({"type":"boolean"})";
  } else if constexpr (std::is_integral_v<T>) {
    out += R"({"type":"integer","minimum":)" + std::to_string(std::numeric_limits<T>::min()) +
           R"(,"maximum":)" + std::to_string(std::numeric_limits<T>::max()) + "}";
  } else if constexpr (std::is_same_v<T, double>) {
    out += R"({"type":"number"})";
  } else if constexpr (HasTextCodec<T>) {
    out += R"({"type":"string","description":)";
    AppendJsonString(out, TextCodec<T>::kShape);
    out += '}';
  } else if constexpr (std::is_same_v<T, std::string>) {
    out += R"({"type":"string"})";
  } else if constexpr (std::is_same_v<T, RawJson>) {
    out += "{}";
  } else if constexpr (std::is_same_v<T, Bytes>) {
    out += R"({"type":"string","contentEncoding":"base64"})";
  } else if constexpr (kByteArraySize<T> != 0) {
    out += R"({"type":"string","pattern":"^[0-9a-f]{)" + std::to_string(2 * kByteArraySize<T>) +
           R"(}$"})";
  } else if constexpr (Enum<T>) {
    WriteEnumSchema<T>(out);
  } else if constexpr (kIsOptional<T>) {
    WriteSchema<typename T::value_type>(out, depth);
  } else if constexpr (kIsVector<T>) {
    out += R"({"type":"array","items":)";
    WriteSchema<typename T::value_type>(out, depth + 1);
    out += '}';
  } else if constexpr (kIsMap<T>) {
    out += R"({"type":"object","additionalProperties":)";
    WriteSchema<typename T::mapped_type>(out, depth + 1);
    out += '}';
  } else {
    static_assert(Struct<T>, "this type has no JSON form: see codec.h");
    WriteStructSchema<T>(out, depth);
  }
}

}  // namespace nsl::codec
