// SPDX-License-Identifier: Apache-2.0
//
// Described values to JSON and back. Part of codec.h.
#pragma once

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/value.hpp>
#include <cmath>
#include <limits>

#include "base/codec_faults.h"
#include "base/codec_names.h"
#include "base/json.h"
#include "base/log.h"

namespace nsl::codec {

template <class T>
void WriteJson(std::string& out, const T& value);
template <class T>
void ReadJson(const boost::json::value& in, T& out, const Path& path, Faults& faults);

template <Struct T>
void WriteJsonStruct(std::string& out, const T& value) {
  using W = Wire<T>;
  out.push_back('{');
  bool first = true;
  auto member = [&](std::string_view name, const auto& m) {
    if constexpr (kIsOptional<std::remove_cvref_t<decltype(m)>>) {
      if (!m) return;
    }
    if (!first) out.push_back(',');
    first = false;
    out.push_back('"');
    out += name;
    out += "\":";
    WriteJson(out, m);
  };
  [&]<size_t... I>(std::index_sequence<I...>) {
    (member(W::NameAt(I), value.*std::get<I>(W::kPointers)), ...);
  }(std::make_index_sequence<W::kCount>());
  out.push_back('}');
}

template <class T>
void WriteJsonMap(std::string& out, const T& value) {
  out.push_back('{');
  bool first = true;
  for (const auto& [key, element] : value) {
    if (!first) out.push_back(',');
    first = false;
    AppendJsonString(out, key);
    out.push_back(':');
    WriteJson(out, element);
  }
  out.push_back('}');
}

template <class T>
void WriteJson(std::string& out, const T& value) {
  if constexpr (std::is_same_v<T, bool>) {
    out += value ? "true" : "false";
  } else if constexpr (std::is_integral_v<T>) {
    out += std::to_string(value);
  } else if constexpr (std::is_same_v<T, double>) {
    AppendJsonNumber(value, out);
  } else if constexpr (HasTextCodec<T>) {
    AppendJsonString(out, TextCodec<T>::ToText(value));
  } else if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, std::string_view>) {
    AppendJsonString(out, value);
  } else if constexpr (std::is_same_v<T, RawJson>) {
    out += value.text.empty() ? std::string_view("null") : std::string_view(value.text);
  } else if constexpr (std::is_same_v<T, Bytes> || std::is_same_v<T, ByteView>) {
    out += '"' + ToBase64(value) + '"';
  } else if constexpr (kByteArraySize<T> != 0) {
    out += '"' + ToHex(value) + '"';
  } else if constexpr (Enum<T>) {
    AppendJsonString(out, EnumText(value));
  } else if constexpr (kIsOptional<T>) {
    if (value) {
      WriteJson(out, *value);
    } else {
      out += "null";
    }
  } else if constexpr (kIsVector<T>) {
    out.push_back('[');
    for (size_t i = 0; i < value.size(); ++i) {
      if (i > 0) out.push_back(',');
      WriteJson<typename T::value_type>(out, value[i]);
    }
    out.push_back(']');
  } else if constexpr (kIsMap<T>) {
    WriteJsonMap(out, value);
  } else {
    static_assert(Struct<T>, "this type has no JSON form: see codec.h");
    WriteJsonStruct(out, value);
  }
}

template <std::integral T>
void ReadJsonInteger(const boost::json::value& in, T& out, const Path& path, Faults& faults) {
  using Limits = std::numeric_limits<T>;
  if (const int64_t* v = in.if_int64()) {
    if (std::in_range<T>(*v)) {
      out = static_cast<T>(*v);
      return;
    }
  } else if (const uint64_t* u = in.if_uint64()) {
    if (std::in_range<T>(*u)) {
      out = static_cast<T>(*u);
      return;
    }
  } else {
    return faults.MustBe(path, "an integer");
  }
  faults.OutOfRange(path, std::to_string(Limits::min()), std::to_string(Limits::max()));
}

inline void ReadJsonDouble(const boost::json::value& in, double& out, const Path& path,
                           Faults& faults) {
  if (const double* v = in.if_double(); v != nullptr && std::isfinite(*v)) {
    out = *v;
  } else if (const int64_t* i = in.if_int64()) {
    out = static_cast<double>(*i);
  } else if (const uint64_t* u = in.if_uint64()) {
    out = static_cast<double>(*u);
  } else {
    faults.MustBe(path, "a finite number");
  }
}

// Upper case is refused: one value has one text.
template <size_t N>
bool ReadLowerHex(std::string_view text, ByteArray<N>& out) {
  if (text.size() != 2 * N) return false;
  for (char c : text) {
    if (c >= 'A' && c <= 'F') return false;
  }
  auto bytes = FromHex(text);
  if (!bytes) return false;
  std::copy(bytes->begin(), bytes->end(), out.begin());
  return true;
}

template <class T>
void ReadJsonText(std::string_view text, T& out, const Path& path, Faults& faults) {
  if constexpr (HasTextCodec<T>) {
    if (auto value = TextCodec<T>::FromText(text)) {
      out = *std::move(value);
    } else {
      faults.MustBe(path, TextCodec<T>::kShape);
    }
  } else if constexpr (Enum<T>) {
    if (auto value = EnumFromText<T>(text)) {
      out = *value;
    } else {
      faults.MustBe(path, EnumChoices<T>());
    }
  } else if constexpr (std::is_same_v<T, Bytes>) {
    if (auto bytes = FromBase64(text)) {
      out = *std::move(bytes);
    } else {
      faults.MustBe(path, "base64 with padding (RFC 4648 section 4)");
    }
  } else if constexpr (kByteArraySize<T> != 0) {
    if (!ReadLowerHex(text, out)) {
      faults.MustBe(path, std::to_string(2 * out.size()) + " lower-case hexadecimal characters");
    }
  } else {
    out = text;
  }
}

template <class T>
void ReadJsonVector(const boost::json::value& in, std::vector<T>& out, const Path& path,
                    Faults& faults) {
  const boost::json::array* array = in.if_array();
  if (array == nullptr) return faults.MustBe(path, "an array");
  out.reserve(array->size());
  for (size_t i = 0; i < array->size() && !faults.full(); ++i) {
    T element{};
    ReadJson((*array)[i], element, Path(&path, i), faults);
    out.push_back(std::move(element));
  }
}

template <class T>
void ReadJsonMap(const boost::json::value& in, std::map<std::string, T>& out, const Path& path,
                 Faults& faults) {
  const boost::json::object* object = in.if_object();
  if (object == nullptr) return faults.MustBe(path, "an object");
  for (const auto& entry : *object) {
    if (faults.full()) return;
    std::string_view key(entry.key().data(), entry.key().size());
    ReadJson(entry.value(), out[std::string(key)], Path(&path, key), faults);
  }
}

template <Struct T>
size_t FindMember(std::string_view name) {
  using W = Wire<T>;
  for (size_t i = 0; i < W::kCount; ++i) {
    if (W::NameAt(i) == name) return i;
  }
  return W::kCount;
}

template <Struct T>
std::string_view NearestMember(std::string_view name) {
  std::vector<std::string_view> names;
  for (const Name& n : Wire<T>::kNames) names.push_back(n.view());
  return NearestName(name, names);
}

template <Struct T>
void ReadJsonStruct(const boost::json::value& in, T& out, const Path& path, Faults& faults) {
  using W = Wire<T>;
  const boost::json::object* object = in.if_object();
  if (object == nullptr) return faults.MustBe(path, "an object");
  std::array<bool, W::kCount> seen{};
  for (const auto& entry : *object) {
    if (faults.full()) return;
    std::string_view key(entry.key().data(), entry.key().size());
    size_t found = FindMember<T>(key);
    if (found == W::kCount) {
      faults.Unknown(path, key, NearestMember<T>(key));
      continue;
    }
    if constexpr (W::kCount > 0) seen[found] = true;
    [&]<size_t... I>(std::index_sequence<I...>) {
      ((I == found ? ReadJson(entry.value(), out.*std::get<I>(W::kPointers),
                              Path(&path, W::NameAt(I)), faults)
                   : void()),
       ...);
    }(std::make_index_sequence<W::kCount>());
  }
  for (size_t i = 0; i < W::kCount; ++i) {
    if (!seen[i] && W::kRequired[i]) faults.Missing(path, W::NameAt(i));
  }
}

template <class T>
void ReadJson(const boost::json::value& in, T& out, const Path& path, Faults& faults) {
  static_assert(!std::is_same_v<T, std::string_view> && !std::is_same_v<T, ByteView>,
                "borrowing members are for CBOR alone");
  if constexpr (std::is_same_v<T, bool>) {
    if (!in.is_bool()) return faults.MustBe(path, "true or false");
    out = in.get_bool();
  } else if constexpr (std::is_integral_v<T>) {
    ReadJsonInteger(in, out, path, faults);
  } else if constexpr (std::is_same_v<T, double>) {
    ReadJsonDouble(in, out, path, faults);
  } else if constexpr (std::is_same_v<T, RawJson>) {
    out.text.clear();
    AppendJson(in, out.text);
  } else if constexpr (HasTextCodec<T> || Enum<T> || std::is_same_v<T, std::string> ||
                       std::is_same_v<T, Bytes> || kByteArraySize<T> != 0) {
    const boost::json::string* text = in.if_string();
    if (text == nullptr) return faults.MustBe(path, "a string");
    ReadJsonText(std::string_view(text->data(), text->size()), out, path, faults);
  } else if constexpr (kIsOptional<T>) {
    if (!in.is_null()) ReadJson(in, out.emplace(), path, faults);
  } else if constexpr (kIsVector<T>) {
    ReadJsonVector(in, out, path, faults);
  } else if constexpr (kIsMap<T>) {
    ReadJsonMap(in, out, path, faults);
  } else {
    static_assert(Struct<T>, "this type has no JSON form: see codec.h");
    ReadJsonStruct(in, out, path, faults);
  }
}

}  // namespace nsl::codec
