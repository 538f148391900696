// SPDX-License-Identifier: Apache-2.0
#include "neo/stack_item.h"

#include <algorithm>

#include "neo/reader.h"
#include "neo/writer.h"

namespace nsl::neo {
namespace {

using enum StackItemType;

bool IsPrimitive(StackItemType type) {
  return type == kBoolean || type == kInteger || type == kByteString;
}

class Decoder {
 public:
  explicit Decoder(ByteView raw) : r_(raw) {}

  StackItem Item(size_t depth) {
    size_t start = r_.offset();
    StackItem out;
    if (depth > kMaxStackItemDepth) r_.Refuse("item", "nested too deep", start);
    if (++count_ > kMaxStackItems) r_.Refuse("item", "too many items", start);
    out.type = static_cast<StackItemType>(r_.U8("item type"));
    if (!r_.ok()) return out;
    switch (out.type) {
      case kAny:
        break;
      case kBoolean:
        out.boolean = r_.Bool("item boolean");
        break;
      case kInteger:
        out.integer = Number();
        break;
      case kByteString:
      case kBuffer:
        out.bytes = ToBytes(r_.VarBytes("item bytes", kMaxStackItemBytes));
        break;
      case kArray:
      case kStruct:
        for (size_t n = Count(); n > 0 && r_.ok(); --n) out.items.push_back(Item(depth + 1));
        break;
      case kMap:
        for (size_t n = Count(); n > 0 && r_.ok(); --n) Entry(out, depth);
        break;
      default:
        r_.Refuse("item type", "there is no such item", start);
    }
    return out;
  }

  Status Finish() { return r_.Finish("item"); }

 private:
  size_t Count() { return r_.VarInt("item count", kMaxStackItems); }

  Integer Number() {
    size_t start = r_.offset();
    ByteView raw = r_.VarBytes("item integer", 32);
    auto value = Integer::FromBytes(raw);
    if (r_.ok() && value->Shortest().size() != raw.size()) {
      r_.Refuse("item integer", "it is not written in its shortest form", start);
    }
    return value.value_or(Integer());
  }

  void Entry(StackItem& map, size_t depth) {
    size_t start = r_.offset();
    StackItem key = Item(depth + 1);
    if (!IsPrimitive(key.type)) r_.Refuse("item key", "it is no key of a map", start);
    if (std::ranges::find(map.keys, key) != map.keys.end()) {
      r_.Refuse("item key", "it occurs twice", start);
    }
    map.keys.push_back(std::move(key));
    map.items.push_back(Item(depth + 1));
  }

  Reader r_;
  size_t count_ = 0;
};

void Encode(Writer& w, const StackItem& item) {
  w.U8(static_cast<uint8_t>(item.type));
  switch (item.type) {
    case kBoolean:
      w.Bool(item.boolean);
      break;
    case kInteger:
      w.VarBytes(item.integer.Shortest());
      break;
    case kByteString:
    case kBuffer:
      w.VarBytes(item.bytes);
      break;
    case kArray:
    case kStruct:
      w.VarInt(item.items.size());
      for (const StackItem& one : item.items) Encode(w, one);
      break;
    case kMap:
      w.VarInt(item.keys.size());
      for (size_t i = 0; i < std::min(item.keys.size(), item.items.size()); ++i) {
        Encode(w, item.keys[i]);
        Encode(w, item.items[i]);
      }
      break;
    default:
      break;
  }
}

}  // namespace

bool StackItem::operator==(const StackItem&) const = default;

Result<StackItem> DecodeStackItem(ByteView raw) {
  if (raw.size() > kMaxStackItemBytes) {
    return Fail(Reason::kChainInvalid, "item at byte 0: more than 131070 bytes");
  }
  Decoder decoder(raw);
  StackItem out = decoder.Item(1);
  NSL_TRY_VOID(decoder.Finish());
  return out;
}

Result<Bytes> EncodeStackItem(const StackItem& item) {
  Writer w;
  Encode(w, item);
  NSL_TRY(StackItem back, DecodeStackItem(w.view()));
  if (back != item) {
    return Fail(Reason::kChainInvalid, "item: a field is set that its type does not carry");
  }
  return w.Take();
}

}  // namespace nsl::neo
