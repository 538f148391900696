// SPDX-License-Identifier: Apache-2.0
#include "base/cbor.h"

#include <algorithm>
#include <cstring>

namespace nsl {
namespace {

constexpr uint8_t kMajorUint = 0;
constexpr uint8_t kMajorNegative = 1;
constexpr uint8_t kMajorBytes = 2;
constexpr uint8_t kMajorText = 3;
constexpr uint8_t kMajorArray = 4;
constexpr uint8_t kMajorMap = 5;
constexpr uint8_t kMajorTag = 6;
constexpr uint8_t kFalse = 0xf4;
constexpr uint8_t kTrue = 0xf5;
constexpr uint8_t kNull = 0xf6;
constexpr uint8_t kBreak = 0xff;
constexpr size_t kMaxKeys = 64;

}  // namespace

namespace {

// Bytes after the first one of a head with this value.
size_t TailOf(uint64_t v) {
  return v < 24 ? 0 : v <= 0xff ? 1 : v <= 0xffff ? 2 : v <= 0xffff'ffff ? 4 : 8;
}

// Head of an item, then what it announces; gives the end of what it wrote.
uint8_t* PutItem(uint8_t* to, uint8_t major, uint64_t v, ByteView content) {
  static constexpr uint8_t kInfo[] = {0, 24, 25, 0, 26, 0, 0, 0, 27};
  size_t tail = TailOf(v);
  to[0] = static_cast<uint8_t>(major | (tail == 0 ? v : kInfo[tail]));
  for (size_t i = 0; i < tail; ++i) to[tail - i] = static_cast<uint8_t>(v >> (8 * i));
  to += 1 + tail;
  if (!content.empty()) std::memcpy(to, content.data(), content.size());
  return to + content.size();
}

// Grown once, because these lie on the hot path.
void AppendItem(Bytes& out, uint8_t major, uint64_t v, ByteView content) {
  size_t at = out.size();
  out.resize(at + 1 + TailOf(v) + content.size());
  PutItem(out.data() + at, major, v, content);
}

}  // namespace

void AppendCborArray(Bytes& out, std::initializer_list<CborField> fields) {
  size_t bytes = 1 + TailOf(fields.size());
  for (const CborField& field : fields) bytes += 1 + TailOf(field.value_) + field.content_.size();
  size_t at = out.size();
  out.resize(at + bytes);
  uint8_t* to = PutItem(out.data() + at, 0x80, fields.size(), {});
  for (const CborField& field : fields)
    to = PutItem(to, field.major_, field.value_, field.content_);
}

void CborWriter::Head(uint8_t major, uint64_t v) { AppendItem(out_, major, v, {}); }

void CborWriter::Int(int64_t v) {
  if (v >= 0) {
    Head(0x00, static_cast<uint64_t>(v));
  } else {
    // -1 - v, which is the complement.
    Head(0x20, ~static_cast<uint64_t>(v));
  }
}

void CborWriter::Bytes(ByteView v) { AppendItem(out_, 0x40, v.size(), v); }

void CborWriter::Text(std::string_view v) { AppendItem(out_, 0x60, v.size(), AsBytes(v)); }

void CborReader::Refuse(const char* what) {
  if (what_ != nullptr) return;
  what_ = what;
  failed_at_ = pos_;
  // Nothing remains, so every later read fails by itself.
  pos_ = in_.size();
}

bool CborReader::Head(Item_& head) {
  size_t left = in_.size() - pos_;
  if (left == 0) {
    Refuse("ends inside an item");
    return false;
  }
  const uint8_t* p = in_.data() + pos_;
  uint8_t info = *p & 31;
  head.major = *p >> 5;
  head.indefinite = false;
  if (info < 24) {
    head.value = info;
    ++pos_;
    return true;
  }
  if (info == 31 && mode_ == CborMode::kForeign &&
      (head.major == kMajorArray || head.major == kMajorMap)) {
    head.value = 0;
    head.indefinite = true;
    ++pos_;
    return true;
  }
  if (info > 27) {
    Refuse(info == 31 ? "indefinite length" : "reserved length");
    return false;
  }
  size_t tail = size_t{1} << (info - 24);
  if (left <= tail) {
    Refuse("ends inside an item");
    return false;
  }
  uint64_t v = 0;
  for (size_t i = 1; i <= tail; ++i) v = v << 8 | p[i];
  bool shortest = tail == 1 ? v >= 24 : (v >> (4 * tail)) != 0;
  if (!shortest) {
    Refuse("not the shortest encoding");
    return false;
  }
  head.value = v;
  pos_ += tail + 1;
  return true;
}

uint64_t CborReader::Uint() {
  size_t start = pos_;
  Item_ head;
  if (!Head(head)) return 0;
  if (head.major != kMajorUint) {
    pos_ = start;
    Refuse("expected an unsigned integer");
    return 0;
  }
  return head.value;
}

int64_t CborReader::Int() {
  size_t start = pos_;
  Item_ head;
  if (!Head(head)) return 0;
  bool number = head.major == kMajorUint || head.major == kMajorNegative;
  if (!number || head.value > static_cast<uint64_t>(INT64_MAX)) {
    pos_ = start;
    Refuse(number ? "integer beyond 64 bits" : "expected an integer");
    return 0;
  }
  return head.major == kMajorUint ? static_cast<int64_t>(head.value)
                                  : -1 - static_cast<int64_t>(head.value);
}

ByteView CborReader::String(uint8_t major, const char* what) {
  size_t start = pos_;
  Item_ head;
  if (!Head(head)) return {};
  if (head.major != major || head.value > in_.size() - pos_) {
    pos_ = start;
    Refuse(head.major != major ? what : "length beyond the end");
    return {};
  }
  ByteView out = in_.subspan(pos_, head.value);
  pos_ += head.value;
  return out;
}

ByteView CborReader::Bytes() { return String(kMajorBytes, "expected a byte string"); }

std::string_view CborReader::Text() {
  size_t start = pos_;
  std::string_view text = AsText(String(kMajorText, "expected a text"));
  if (IsUtf8(text)) return text;
  pos_ = start;
  Refuse("text is not UTF-8");
  return {};
}

size_t CborReader::Count(uint8_t major, size_t bytes_per_item, const char* what) {
  size_t start = pos_;
  Item_ head;
  if (!Head(head)) return 0;
  const char* wrong = nullptr;
  if (head.major != major) {
    wrong = what;
  } else if (head.indefinite) {
    return kIndefinite;
  } else if (head.value > (in_.size() - pos_) / bytes_per_item) {
    wrong = "count beyond the end";
  } else if (head.value > limits_.items) {
    wrong = "too many items";
  } else {
    return head.value;
  }
  pos_ = start;
  Refuse(wrong);
  return 0;
}

size_t CborReader::Array() { return Count(kMajorArray, 1, "expected an array"); }
size_t CborReader::Map() { return Count(kMajorMap, 2, "expected a map"); }

bool CborReader::More(size_t& left) {
  if (!ok()) return false;
  if (left != kIndefinite) {
    if (left == 0) return false;
    --left;
    return true;
  }
  if (pos_ == in_.size()) {
    Refuse("ends inside an indefinite item");
    return false;
  }
  if (in_[pos_] != kBreak) return true;
  ++pos_;
  left = 0;
  return false;
}

bool CborReader::Bool() {
  CborType type = PeekType();
  if (type != CborType::kBool) {
    Refuse(type == CborType::kEnd ? "ends inside an item" : "expected a boolean");
    return false;
  }
  return in_[pos_++] == kTrue;
}

void CborReader::Null() {
  if (!TryNull()) Refuse(AtEnd() ? "ends inside an item" : "expected null");
}

bool CborReader::TryNull() {
  if (pos_ == in_.size() || in_[pos_] != kNull) return false;
  ++pos_;
  return true;
}

bool CborReader::TryTag(uint64_t tag) {
  if (mode_ != CborMode::kForeign || pos_ != 0 || PeekType() != CborType::kTag) return false;
  Item_ head;
  if (!Head(head)) return false;
  if (head.value == tag) return true;
  pos_ = 0;
  return false;
}

CborType CborReader::PeekType() const {
  if (pos_ == in_.size()) return CborType::kEnd;
  uint8_t first = in_[pos_];
  switch (first >> 5) {
    case kMajorUint:
      return CborType::kUint;
    case kMajorNegative:
      return CborType::kNegative;
    case kMajorBytes:
      return CborType::kBytes;
    case kMajorText:
      return CborType::kText;
    case kMajorArray:
      return CborType::kArray;
    case kMajorMap:
      return CborType::kMap;
    case kMajorTag:
      return CborType::kTag;
    default:
      break;
  }
  if (first == kFalse || first == kTrue) return CborType::kBool;
  return first == kNull ? CborType::kNull : CborType::kOther;
}

bool CborReader::Enter() {
  if (depth_ >= limits_.depth) {
    Refuse("too deep");
    return false;
  }
  ++depth_;
  return true;
}

void CborReader::SkipPairs(size_t left) {
  ByteView before;
  while (More(left)) {
    size_t start = pos_;
    Skip();
    if (!ok()) return;
    ByteView key = Since(start);
    if (mode_ == CborMode::kStrict && !before.empty() && !CborKeyLess(before, key)) {
      pos_ = start;
      return Refuse("map keys out of order");
    }
    before = key;
    Skip();
  }
}

void CborReader::Skip() {
  Item_ head;
  switch (PeekType()) {
    case CborType::kUint:
    case CborType::kNegative:
      Head(head);
      return;
    case CborType::kBytes:
      Bytes();
      return;
    case CborType::kText:
      Text();
      return;
    case CborType::kBool:
    case CborType::kNull:
      ++pos_;
      return;
    case CborType::kArray:
      if (!Enter()) return;
      for (size_t left = Array(); More(left);) Skip();
      Leave();
      return;
    case CborType::kMap:
      if (!Enter()) return;
      SkipPairs(Map());
      Leave();
      return;
    case CborType::kEnd:
      return Refuse("ends inside an item");
    case CborType::kTag:
    case CborType::kOther:
      return Refuse("a tag, a float or another simple value");
  }
}

ByteView CborReader::Item() {
  size_t start = pos_;
  Skip();
  return ok() ? Since(start) : ByteView();
}

Status CborReader::Finish() {
  if (ok() && !AtEnd()) Refuse("bytes after the item");
  if (!ok()) return std::unexpected(ToError());
  return {};
}

Error CborReader::ToError() const {
  return Error(Reason::kRequestMalformed, std::string("CBOR: ") + (ok() ? "refused" : what_) +
                                              " at byte " + std::to_string(offset()));
}

bool CborKeySet::Add(ByteView encoded_key) {
  if (keys_.size() >= kMaxKeys) return false;
  for (ByteView key : keys_) {
    if (std::ranges::equal(key, encoded_key)) return false;
  }
  keys_.push_back(encoded_key);
  return true;
}

bool CborKeyLess(ByteView a, ByteView b) {
  size_t n = std::min(a.size(), b.size());
  int order = n == 0 ? 0 : std::memcmp(a.data(), b.data(), n);
  return order != 0 ? order < 0 : a.size() < b.size();
}

bool IsUtf8(std::string_view text) {
  const auto* p = reinterpret_cast<const uint8_t*>(text.data());
  const uint8_t* end = p + text.size();
  while (p < end) {
    if (end - p >= 8) {
      uint64_t word;
      std::memcpy(&word, p, 8);
      if ((word & 0x8080'8080'8080'8080) == 0) {
        p += 8;
        continue;
      }
    }
    uint8_t lead = *p++;
    if (lead < 0x80) continue;
    // Bounds of the second byte rule out overlong forms, surrogates and what is above U+10FFFF.
    uint8_t least = 0x80;
    uint8_t most = 0xbf;
    int tail = 0;
    if (lead >= 0xc2 && lead <= 0xdf) {
      tail = 1;
    } else if ((lead & 0xf0) == 0xe0) {
      tail = 2;
      if (lead == 0xe0) least = 0xa0;
      if (lead == 0xed) most = 0x9f;
    } else if (lead >= 0xf0 && lead <= 0xf4) {
      tail = 3;
      if (lead == 0xf0) least = 0x90;
      if (lead == 0xf4) most = 0x8f;
    } else {
      return false;
    }
    if (end - p < tail || *p < least || *p > most) return false;
    ++p;
    for (int i = 1; i < tail; ++i) {
      if ((*p++ & 0xc0) != 0x80) return false;
    }
  }
  return true;
}

}  // namespace nsl
