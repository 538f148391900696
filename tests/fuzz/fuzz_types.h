// SPDX-License-Identifier: Apache-2.0
//
// A described type with every kind of member that both formats carry.
#pragma once

#include "base/codec.h"

namespace nsl {

enum class FuzzKind { kNone, kSomeKind };
BOOST_DESCRIBE_ENUM(FuzzKind, kNone, kSomeKind)

struct FuzzInner {
  std::string name;
  int16_t small_number = 0;
};
BOOST_DESCRIBE_STRUCT(FuzzInner, (), (name, small_number))

struct FuzzAll {
  static constexpr std::string_view kDefaulted[] = {"on", "count", "tag", "raw"};

  bool on = false;
  uint32_t count = 0;
  int64_t offset = 0;
  std::string text;
  Bytes body;
  ByteArray<4> tag{};
  FuzzKind kind = FuzzKind::kNone;
  RawJson raw{"null"};
  std::vector<FuzzInner> list;
  std::optional<FuzzInner> maybe;
  std::map<std::string, uint8_t> map;
};
BOOST_DESCRIBE_STRUCT(FuzzAll, (),
                      (on, count, offset, text, body, tag, kind, raw, list, maybe, map))

}  // namespace nsl
