// SPDX-License-Identifier: Apache-2.0
//
// Plain structs to CBOR and JSON and back, through Boost.Describe. One description, two encodings.
//
// A struct is BOOST_DESCRIBE_STRUCT(T, (bases), (members)). Member names are snake_case in C++ and
// camelCase on the wire. Member types: bool, integers (range checked), double (JSON alone), string,
// Bytes (JSON: base64), ByteArray<N> (JSON: lower-case hex), described enums (kFooBar is
// "foo_bar"), vector, optional (absent or null is none; written only when set), map<string, T>,
// described structs, RawJson, types with a TextCodec; in CBOR also ByteView and string_view, which
// borrow from the input. A member that is not optional is required, unless the struct names it in
//   static constexpr std::string_view kDefaulted[] = {"member_name"};
//
// CBOR structs are maps with text keys in deterministic order; unknown keys are passed over. JSON
// refuses unknown names. Errors: request.malformed for what is not CBOR or JSON at all,
// request.invalid with at most 16 field errors (RFC 6901 pointer) for the wrong content.
#pragma once

#include "base/codec_cbor.h"
#include "base/codec_json.h"
#include "base/codec_schema.h"

namespace nsl {

// Appends the encoding of `value`.
template <class T>
void ToCbor(const T& value, Bytes& out) {
  CborWriter writer(out);
  codec::WriteCbor(writer, value);
}

template <class T>
Bytes ToCbor(const T& value) {
  Bytes out;
  ToCbor(value, out);
  return out;
}

template <class T>
Result<T> FromCbor(ByteView in, CborLimits limits = {}) {
  CborReader reader(in, limits);
  Result<T> out(std::in_place);
  codec::Faults faults;
  codec::ReadCbor(reader, *out, codec::Path{}, faults);
  if (!reader.Finish()) return std::unexpected(reader.ToError());
  if (faults.any()) return std::unexpected(std::move(faults).ToError());
  return out;
}

template <class T>
  requires(!std::is_same_v<T, boost::json::value>)
void AppendJson(const T& value, std::string& out) {
  codec::WriteJson(out, value);
}

template <class T>
std::string ToJson(const T& value) {
  std::string out;
  AppendJson(value, out);
  return out;
}

template <class T>
Result<T> FromJsonValue(const boost::json::value& value) {
  Result<T> out(std::in_place);
  codec::Faults faults;
  codec::ReadJson(value, *out, codec::Path{}, faults);
  if (faults.any()) return std::unexpected(std::move(faults).ToError());
  return out;
}

template <class T>
Result<T> FromJson(std::string_view text, JsonLimits limits = {}) {
  unsigned char first[2048];
  boost::json::monotonic_resource memory(first, sizeof first);
  auto value = ParseJson(text, limits, &memory);
  if (!value) return std::unexpected(std::move(value.error()));
  return FromJsonValue<T>(*value);
}

// JSON Schema 2020-12 of T, as OpenAPI 3.1 embeds it.
template <class T>
void AppendJsonSchema(std::string& out) {
  codec::WriteSchema<T>(out, 0);
}

}  // namespace nsl
