// SPDX-License-Identifier: Apache-2.0
//
// Described values to deterministic CBOR and back. Part of codec.h.
#pragma once

#include <algorithm>
#include <limits>

#include "base/cbor.h"
#include "base/codec_faults.h"
#include "base/codec_names.h"
#include "base/json.h"

namespace nsl::codec {

template <class T>
void WriteCbor(CborWriter& w, const T& value);
template <class T>
void ReadCbor(CborReader& r, T& out, const Path& path, Faults& faults);

template <class T>
bool IsSet(const T& member) {
  if constexpr (kIsOptional<T>) return member.has_value();
  return true;
}

template <Struct T>
void WriteCborStruct(CborWriter& w, const T& value) {
  using W = Wire<T>;
  [&]<size_t... I>(std::index_sequence<I...>) {
    w.Map((size_t{0} + ... + (IsSet(value.*std::get<I>(W::kPointers)) ? 1 : 0)));
    auto member = [&](std::string_view name, const auto& m) {
      if (!IsSet(m)) return;
      w.Text(name);
      WriteCbor(w, m);
    };
    (member(W::NameAt(W::kOrder[I]), value.*std::get<W::kOrder[I]>(W::kPointers)), ...);
  }(std::make_index_sequence<W::kCount>());
}

template <class T>
void WriteCborMap(CborWriter& w, const std::map<std::string, T>& value) {
  std::vector<const std::pair<const std::string, T>*> entries;
  entries.reserve(value.size());
  for (const auto& entry : value) entries.push_back(&entry);
  std::ranges::sort(entries, [](auto* a, auto* b) { return KeyBefore(a->first, b->first); });
  w.Map(entries.size());
  for (const auto* entry : entries) {
    w.Text(entry->first);
    WriteCbor(w, entry->second);
  }
}

template <class T>
void WriteCbor(CborWriter& w, const T& value) {
  if constexpr (std::is_same_v<T, bool>) {
    w.Bool(value);
  } else if constexpr (std::is_integral_v<T>) {
    if constexpr (std::is_signed_v<T>) {
      w.Int(value);
    } else {
      w.Uint(value);
    }
  } else if constexpr (HasTextCodec<T>) {
    w.Text(TextCodec<T>::ToText(value));
  } else if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, std::string_view>) {
    w.Text(value);
  } else if constexpr (std::is_same_v<T, RawJson>) {
    w.Text(value.text);
  } else if constexpr (std::is_same_v<T, Bytes> || std::is_same_v<T, ByteView> ||
                       kByteArraySize<T> != 0) {
    w.Bytes(value);
  } else if constexpr (Enum<T>) {
    w.Text(EnumText(value));
  } else if constexpr (kIsOptional<T>) {
    if (value) {
      WriteCbor(w, *value);
    } else {
      w.Null();
    }
  } else if constexpr (kIsVector<T>) {
    w.Array(value.size());
    for (const auto& element : value) WriteCbor(w, element);
  } else if constexpr (kIsMap<T>) {
    WriteCborMap(w, value);
  } else {
    static_assert(Struct<T>, "this type has no CBOR form: see codec.h");
    WriteCborStruct(w, value);
  }
}

// Refuses the item and passes it, so that the rest is still read.
inline void Mismatch(CborReader& r, const Path& path, std::string_view what, Faults& faults) {
  faults.MustBe(path, what);
  r.Skip();
}

template <std::integral T>
void ReadCborInteger(CborReader& r, T& out, const Path& path, Faults& faults) {
  using Limits = std::numeric_limits<T>;
  switch (r.PeekType()) {
    case CborType::kUint: {
      uint64_t v = r.Uint();
      if (v <= static_cast<uint64_t>(Limits::max())) {
        out = static_cast<T>(v);
        return;
      }
      break;
    }
    case CborType::kNegative: {
      int64_t v = r.Int();
      if (std::is_signed_v<T> && v >= static_cast<int64_t>(Limits::min())) {
        out = static_cast<T>(v);
        return;
      }
      break;
    }
    default:
      return Mismatch(r, path, "an integer", faults);
  }
  faults.OutOfRange(path, std::to_string(Limits::min()), std::to_string(Limits::max()));
}

template <class T>
void ReadCborText(std::string_view text, T& out, const Path& path, Faults& faults) {
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
  } else if constexpr (std::is_same_v<T, RawJson>) {
    // It may be written into a JSON document as it stands.
    if (CheckJson(text, {.bytes = SIZE_MAX})) {
      out.text = text;
    } else {
      faults.MustBe(path, "JSON");
    }
  } else {
    out = text;
  }
}

template <class T>
void ReadCborBytes(ByteView bytes, T& out, const Path& path, Faults& faults) {
  if constexpr (kByteArraySize<T> != 0) {
    if (bytes.size() == out.size()) {
      std::copy(bytes.begin(), bytes.end(), out.begin());
    } else {
      faults.MustBe(path, std::to_string(out.size()) + " bytes");
    }
  } else if constexpr (std::is_same_v<T, ByteView>) {
    out = bytes;
  } else {
    out.assign(bytes.begin(), bytes.end());
  }
}

template <class T>
void ReadCborVector(CborReader& r, std::vector<T>& out, const Path& path, Faults& faults) {
  if (r.PeekType() != CborType::kArray) return Mismatch(r, path, "an array", faults);
  if (!r.Enter()) return;
  size_t left = r.Array();
  // A count is a claim: memory for it is taken only as elements come.
  if (r.ok()) out.reserve(std::min<size_t>(left, 256));
  for (size_t i = 0; r.More(left); ++i) {
    if (faults.full()) {
      r.Skip();
      continue;
    }
    T element{};
    ReadCbor(r, element, Path(&path, i), faults);
    out.push_back(std::move(element));
  }
  r.Leave();
}

template <class T>
void ReadCborMap(CborReader& r, std::map<std::string, T>& out, const Path& path, Faults& faults) {
  if (r.PeekType() != CborType::kMap) return Mismatch(r, path, "a map", faults);
  if (!r.Enter()) return;
  std::string_view before;
  size_t left = r.Map();
  for (bool first = true; r.More(left); first = false) {
    std::string_view key = r.Text();
    if (!first && !KeyBefore(before, key)) r.Refuse("map keys out of order");
    before = key;
    if (!r.ok()) break;
    T element{};
    ReadCbor(r, element, Path(&path, key), faults);
    out.emplace_hint(out.end(), key, std::move(element));
  }
  r.Leave();
}

// The keys come in the order of Wire<T>::kOrder, so one pass over both is enough.
template <Struct T>
class CborStructReader {
 public:
  CborStructReader(CborReader& r, T& out, const Path& path, Faults& faults)
      : r_(r), out_(out), path_(path), faults_(faults) {}

  void Read() {
    if (r_.PeekType() != CborType::kMap) return Mismatch(r_, path_, "a map", faults_);
    if (!r_.Enter()) return;
    left_ = r_.Map();
    Next();
    [this]<size_t... I>(std::index_sequence<I...>) {
      (this->template Take<W::kOrder[I]>(), ...);
    }(std::make_index_sequence<W::kCount>());
    while (have_) SkipUnknown();
    r_.Leave();
  }

 private:
  using W = Wire<T>;

  void Next() {
    have_ = r_.More(left_);
    if (!have_) return;
    std::string_view key = r_.Text();
    if (!first_ && !KeyBefore(key_, key)) r_.Refuse("map keys out of order");
    first_ = false;
    key_ = key;
    have_ = r_.ok();
  }

  void SkipUnknown() {
    r_.Skip();
    Next();
  }

  template <size_t I>
  void Take() {
    constexpr std::string_view name = W::kNames[I].view();
    while (have_ && KeyBefore(key_, name)) SkipUnknown();
    if (have_ && key_ == name) {
      ReadCbor(r_, out_.*std::get<I>(W::kPointers), Path(&path_, name), faults_);
      Next();
    } else if (W::kRequired[I] && r_.ok()) {
      faults_.Missing(path_, name);
    }
  }

  CborReader& r_;
  T& out_;
  const Path& path_;
  Faults& faults_;
  size_t left_ = 0;
  std::string_view key_;
  bool have_ = false;
  bool first_ = true;
};

template <class T>
void ReadCbor(CborReader& r, T& out, const Path& path, Faults& faults) {
  if constexpr (std::is_same_v<T, bool>) {
    if (r.PeekType() != CborType::kBool) return Mismatch(r, path, "a boolean", faults);
    out = r.Bool();
  } else if constexpr (std::is_integral_v<T>) {
    ReadCborInteger(r, out, path, faults);
  } else if constexpr (HasTextCodec<T> || Enum<T> || std::is_same_v<T, RawJson> ||
                       std::is_same_v<T, std::string> || std::is_same_v<T, std::string_view>) {
    if (r.PeekType() != CborType::kText) return Mismatch(r, path, "a text", faults);
    std::string_view text = r.Text();
    if (r.ok()) ReadCborText(text, out, path, faults);
  } else if constexpr (std::is_same_v<T, Bytes> || std::is_same_v<T, ByteView> ||
                       kByteArraySize<T> != 0) {
    if (r.PeekType() != CborType::kBytes) return Mismatch(r, path, "a byte string", faults);
    ByteView bytes = r.Bytes();
    if (r.ok()) ReadCborBytes(bytes, out, path, faults);
  } else if constexpr (kIsOptional<T>) {
    if (r.TryNull()) return;
    ReadCbor(r, out.emplace(), path, faults);
  } else if constexpr (kIsVector<T>) {
    ReadCborVector(r, out, path, faults);
  } else if constexpr (kIsMap<T>) {
    ReadCborMap(r, out, path, faults);
  } else {
    static_assert(Struct<T>, "this type has no CBOR form: see codec.h");
    CborStructReader<T>(r, out, path, faults).Read();
  }
}

}  // namespace nsl::codec
