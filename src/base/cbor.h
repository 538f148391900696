// SPDX-License-Identifier: Apache-2.0
//
// Deterministic CBOR (RFC 8949 §4.2.1): an appending writer and a strict zero-copy reader.
//
// Guarantee: the reader never reads outside its input, never allocates, and accepts one encoding
// per value: shortest heads, definite lengths, valid UTF-8, counts that fit the bytes that remain,
// no tags, floats or undefined. The foreign mode is for documents of other makers (attestation): it
// also accepts indefinite arrays and maps and one tag at the start. Failure is sticky: after the
// first fault each read gives an empty value, so a caller checks ok() or Finish() once at the end.
// Views borrow from the input. One thread.
#pragma once

#include <initializer_list>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace nsl {

class CborWriter {
 public:
  // Appends to `out`, which outlives the writer.
  explicit CborWriter(nsl::Bytes& out) : out_(out) {}
  void Uint(uint64_t v) { Head(0x00, v); }
  void Int(int64_t v);
  void Bytes(ByteView v);
  void Text(std::string_view v);
  // Announces n items, or n pairs: the caller writes them next, keys in order of their encoding.
  void Array(size_t n) { Head(0x80, n); }
  void Map(size_t n) { Head(0xa0, n); }
  void Bool(bool v) { out_.push_back(v ? 0xf5 : 0xf4); }
  void Null() { out_.push_back(0xf6); }
  // Bytes that are one encoded item already.
  void Raw(ByteView item) { out_.insert(out_.end(), item.begin(), item.end()); }

 private:
  void Head(uint8_t major, uint64_t v);

  nsl::Bytes& out_;
};

// One item of a short positional array, for AppendCborArray.
class CborField {
 public:
  static CborField Uint(uint64_t v) { return {0x00, v, {}}; }
  static CborField Bytes(ByteView v) { return {0x40, v.size(), v}; }
  static CborField Text(std::string_view v) { return {0x60, v.size(), AsBytes(v)}; }
  static CborField Bool(bool v) { return {0xe0, v ? 21U : 20U, {}}; }

 private:
  CborField(uint8_t major, uint64_t value, ByteView content)
      : content_(content), value_(value), major_(major) {}
  friend void AppendCborArray(nsl::Bytes& out, std::initializer_list<CborField> fields);

  ByteView content_;
  uint64_t value_;
  uint8_t major_;
};

// The same bytes as a CborWriter makes, with one growth of `out`: frames of every call are written
// this way.
void AppendCborArray(nsl::Bytes& out, std::initializer_list<CborField> fields);

enum class CborType : uint8_t {
  kUint,
  kNegative,
  kBytes,
  kText,
  kArray,
  kMap,
  kTag,
  kBool,
  kNull,
  // Floats, undefined, other simple values, break.
  kOther,
  // Nothing is left, or a read has failed.
  kEnd,
};

enum class CborMode : uint8_t { kStrict, kForeign };

struct CborLimits {
  // Arrays and maps inside each other.
  size_t depth = 16;
  // Items of one array, pairs of one map.
  size_t items = size_t{1} << 20;
};

class CborReader {
 public:
  // What Array() and Map() give for an indefinite one (foreign mode alone): use More().
  static constexpr size_t kIndefinite = SIZE_MAX;

  explicit CborReader(ByteView in, CborLimits limits = {}, CborMode mode = CborMode::kStrict)
      : in_(in), limits_(limits), mode_(mode) {}

  uint64_t Uint();
  int64_t Int();
  ByteView Bytes();
  std::string_view Text();
  // Number of items, of pairs. Visit them with: for (size_t n = r.Map(); r.More(n);) …
  size_t Array();
  size_t Map();
  bool More(size_t& left);
  bool Bool();
  void Null();
  // Consumes a null when it is next.
  bool TryNull();
  // Consumes this tag when it is the first thing of a foreign document.
  bool TryTag(uint64_t tag);
  CborType PeekType() const;
  // Passes one whole item and checks it, in strict mode also the order of map keys inside it.
  void Skip();
  // Passes one whole item and gives its bytes.
  ByteView Item();

  // For recursive decoders: false, and failed, when the depth limit is reached.
  bool Enter();
  void Leave() { --depth_; }

  bool AtEnd() const { return pos_ == in_.size(); }
  bool ok() const { return what_ == nullptr; }
  // Of the next byte; after a failure, of the item that failed.
  size_t offset() const { return ok() ? pos_ : failed_at_; }
  // The bytes from an earlier offset() up to here.
  ByteView Since(size_t from) const { return in_.subspan(from, pos_ - from); }
  size_t remaining() const { return in_.size() - pos_; }
  CborMode mode() const { return mode_; }
  // Marks the document as refused at the current place; the first call wins.
  void Refuse(const char* what);
  // request.malformed with what is wrong and the byte offset, also for bytes after the item.
  Status Finish();
  Error ToError() const;

 private:
  struct Item_ {
    uint8_t major;
    uint64_t value;
    bool indefinite;
  };
  bool Head(Item_& head);
  ByteView String(uint8_t major, const char* what);
  size_t Count(uint8_t major, size_t bytes_per_item, const char* what);
  void SkipPairs(size_t n);

  ByteView in_;
  size_t pos_ = 0;
  size_t failed_at_ = 0;
  size_t depth_ = 0;
  const char* what_ = nullptr;
  CborLimits limits_;
  CborMode mode_;
};

// Finds a key that occurs twice in a map of any key order: add each encoded key, from
// CborReader::Since. At most 64 keys.
class CborKeySet {
 public:
  // False for a key that was added before, and for the 65th.
  bool Add(ByteView encoded_key);

 private:
  std::vector<ByteView> keys_;
};

// True when a comes strictly before b in the order of RFC 8949 §4.2.1, for encoded keys.
bool CborKeyLess(ByteView a, ByteView b);

// True for well-formed UTF-8 (RFC 3629).
bool IsUtf8(std::string_view text);

}  // namespace nsl
