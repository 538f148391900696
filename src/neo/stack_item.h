// SPDX-License-Identifier: Apache-2.0
//
// A value a contract gave back, as JSON of the nodes and as StdLib.serialize writes it.
//
// Guarantee: reading refuses an unknown type, a value of another kind and nesting beyond
// kMaxStackItemDepth, and names the place; fields that nodes add are left alone. Binary reading is
// strict: what is read is written to the same bytes. Pure.
#pragma once

#include <boost/json/fwd.hpp>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "neo/integer.h"

namespace nsl::neo {

inline constexpr size_t kMaxStackItemDepth = 30;
inline constexpr size_t kMaxStackItemBytes = 131070;
inline constexpr size_t kMaxStackItems = 2048;

enum class StackItemType : uint8_t {
  kAny = 0x00,
  kPointer = 0x10,
  kBoolean = 0x20,
  kInteger = 0x21,
  kByteString = 0x28,
  kBuffer = 0x30,
  kArray = 0x40,
  kStruct = 0x41,
  kMap = 0x48,
  kInteropInterface = 0x60,
};

std::string_view TextOf(StackItemType type);

struct StackItem {
  // Any is null.
  StackItemType type = StackItemType::kAny;
  bool boolean = false;
  Integer integer;
  // ByteString, Buffer.
  Bytes bytes;
  // Array, Struct, the values of a Map, and what a node without sessions shows of an iterator.
  std::vector<StackItem> items;
  // Map: as many as there are values, in the same order.
  std::vector<StackItem> keys;
  // Pointer.
  int64_t position = 0;
  // InteropInterface: what it is, and the id within the session.
  std::string interface;
  std::string id;
  // More items than are shown.
  bool truncated = false;

  bool operator==(const StackItem&) const;
};

// chain.invalid with the JSON pointer, or with the words of the node when it could not show the
// item.
Result<StackItem> StackItemFromJson(const boost::json::value& json);
boost::json::value ToJson(const StackItem& item);

Result<StackItem> DecodeStackItem(ByteView raw);
// chain.invalid for a pointer or an interop interface, which have no such form.
Result<Bytes> EncodeStackItem(const StackItem& item);

}  // namespace nsl::neo
