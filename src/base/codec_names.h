// SPDX-License-Identifier: Apache-2.0
//
// Names on the wire and the member table of a described struct, all computed while compiling.
// Part of codec.h; EnumText and EnumFromText are for everybody.
#pragma once

#include <array>
#include <boost/describe.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <vector>

#include "base/bytes.h"

namespace nsl {

// Any JSON value, kept as text (spaces and the spelling of numbers are not kept).
struct RawJson {
  std::string text;
  friend bool operator==(const RawJson&, const RawJson&) = default;
};

// Specialise for a value type that travels as text in both formats:
//   static std::string ToText(const T&);
//   static std::optional<T> FromText(std::string_view);
//   static constexpr std::string_view kShape = "a decimal number";
template <class T>
struct TextCodec;

namespace codec {

template <class T>
concept HasTextCodec = requires { TextCodec<T>::kShape; };
template <class T>
concept Enum = std::is_enum_v<T> && boost::describe::has_describe_enumerators<T>::value;
template <class T>
concept Struct = !std::is_enum_v<T> && boost::describe::has_describe_members<T>::value;

template <class T>
inline constexpr bool kIsOptional = false;
template <class T>
inline constexpr bool kIsOptional<std::optional<T>> = true;
template <class T>
inline constexpr bool kIsVector = false;
template <class T>
inline constexpr bool kIsVector<std::vector<T>> = !std::is_same_v<T, uint8_t>;
template <class T>
inline constexpr bool kIsMap = false;
template <class T>
inline constexpr bool kIsMap<std::map<std::string, T>> = true;
template <class T>
inline constexpr size_t kByteArraySize = 0;
template <size_t N>
inline constexpr size_t kByteArraySize<ByteArray<N>> = N;

// A short string made while compiling.
struct Name {
  char text[56]{};
  size_t size = 0;
  constexpr void Push(char c) { text[size++] = c; }
  constexpr std::string_view view() const { return {text, size}; }
};

// max_run_ms -> maxRunMs
constexpr Name CamelCase(std::string_view member) {
  Name out;
  bool upper = false;
  for (char c : member) {
    if (c == '_') {
      upper = out.size > 0;
      continue;
    }
    out.Push(upper && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c);
    upper = false;
  }
  return out;
}

// kFooBar -> foo_bar
constexpr Name SnakeCase(std::string_view enumerator) {
  Name out;
  if (enumerator.size() > 1 && enumerator[0] == 'k') enumerator.remove_prefix(1);
  for (char c : enumerator) {
    bool upper = c >= 'A' && c <= 'Z';
    if (upper && out.size > 0) out.Push('_');
    out.Push(upper ? static_cast<char>(c - 'A' + 'a') : c);
  }
  return out;
}

// Deterministic order of text keys (RFC 8949 §4.2.1): the shorter first, then bytewise.
constexpr bool KeyBefore(std::string_view a, std::string_view b) {
  return a.size() != b.size() ? a.size() < b.size() : a < b;
}

template <class T>
constexpr bool IsDefaulted([[maybe_unused]] std::string_view member) {
  if constexpr (requires { T::kDefaulted; }) {
    for (std::string_view name : T::kDefaulted) {
      if (name == member) return true;
    }
  }
  return false;
}

template <class T, class List>
struct WireOf;

template <class T, template <class...> class List, class... D>
struct WireOf<T, List<D...>> {
  static constexpr size_t kCount = sizeof...(D);
  static constexpr std::array<Name, kCount> kNames{CamelCase(D::name)...};
  static constexpr std::tuple kPointers{D::pointer...};

  static constexpr std::string_view NameAt(size_t i) { return kNames[i].view(); }
  template <size_t I>
  using Member = std::remove_cvref_t<decltype(std::declval<T&>().*std::get<I>(kPointers))>;
  // Neither optional nor defaulted.
  static constexpr std::array<bool, kCount> kRequired{
      (!kIsOptional<std::remove_cvref_t<decltype(std::declval<T&>().*D::pointer)>> &&
       !IsDefaulted<T>(D::name))...};

  static constexpr std::array<size_t, kCount> Sorted() {
    std::array<size_t, kCount> order{};
    for (size_t i = 0; i < kCount; ++i) order[i] = i;
    for (size_t i = 1; i < kCount; ++i) {
      for (size_t k = i; k > 0 && KeyBefore(NameAt(order[k]), NameAt(order[k - 1])); --k) {
        std::swap(order[k], order[k - 1]);
      }
    }
    return order;
  }
  // Member indexes in the order of their CBOR keys.
  static constexpr std::array<size_t, kCount> kOrder = Sorted();

  static constexpr bool DefaultsExist() {
    if constexpr (requires { T::kDefaulted; }) {
      for (std::string_view name : T::kDefaulted) {
        if (!((name == std::string_view(D::name)) || ...)) return false;
      }
    }
    return true;
  }
  static_assert(DefaultsExist(), "kDefaulted names something that is no described member");
};

template <Struct T>
using Wire = WireOf<T, boost::describe::describe_members<T, boost::describe::mod_public |
                                                                boost::describe::mod_inherited>>;

template <class E, class List>
struct EnumOf;

template <class E, template <class...> class List, class... D>
struct EnumOf<E, List<D...>> {
  static constexpr std::array<E, sizeof...(D)> kValues{D::value...};
  static constexpr std::array<Name, sizeof...(D)> kTexts{SnakeCase(D::name)...};
};

template <Enum E>
using EnumTable = EnumOf<E, boost::describe::describe_enumerators<E>>;

// "a, b or c", for messages.
template <Enum E>
std::string EnumChoices() {
  std::string out;
  constexpr size_t count = EnumTable<E>::kTexts.size();
  for (size_t i = 0; i < count; ++i) {
    if (i > 0) out += i + 1 == count ? " or " : ", ";
    out += EnumTable<E>::kTexts[i].view();
  }
  return out;
}

}  // namespace codec

// The text of a described enumerator on the wire; empty for a value that has none.
template <codec::Enum E>
constexpr std::string_view EnumText(E value) {
  using Table = codec::EnumTable<E>;
  for (size_t i = 0; i < Table::kValues.size(); ++i) {
    if (Table::kValues[i] == value) return Table::kTexts[i].view();
  }
  return {};
}

template <codec::Enum E>
constexpr std::optional<E> EnumFromText(std::string_view text) {
  using Table = codec::EnumTable<E>;
  for (size_t i = 0; i < Table::kValues.size(); ++i) {
    if (Table::kTexts[i].view() == text) return Table::kValues[i];
  }
  return std::nullopt;
}

}  // namespace nsl
