// SPDX-License-Identifier: Apache-2.0
//
// InputBuffer: flat memory between a stream and a parser. Bytes are read in at the end and consumed
// from the start; untouched memory costs nothing.
//
// Views into it are valid until the next Prepare(). It gives memory above its first size back when
// it is empty. The bound is the caller's: it asks only for what its limits allow.
#pragma once

#include <cstring>
#include <memory>
#include <span>

#include "base/bytes.h"

namespace nsl::net {

class InputBuffer {
 public:
  explicit InputBuffer(size_t first_size = 4096) : first_size_(first_size) {}

  ByteView view() const { return {data_.get() + begin_, end_ - begin_}; }
  size_t size() const { return end_ - begin_; }
  bool empty() const { return begin_ == end_; }

  // Memory for reading into, at least `least` bytes.
  std::span<uint8_t> Prepare(size_t least) {
    if (empty()) begin_ = end_ = 0;
    if (capacity_ - end_ < least) MakeRoom(least);
    return {data_.get() + end_, capacity_ - end_};
  }
  void Commit(size_t n) { end_ += n; }
  void Consume(size_t n) {
    begin_ += n;
    if (empty()) begin_ = end_ = 0;
  }
  // Gives back what a large message needed. Views end.
  void Shrink() {
    if (empty() && capacity_ > kKeep) {
      data_.reset();
      capacity_ = begin_ = end_ = 0;
    }
  }

 private:
  static constexpr size_t kKeep = 64 * 1024;

  void MakeRoom(size_t least) {
    size_t used = size();
    if (data_ && capacity_ - used >= least && used <= capacity_ / 2) {
      std::memmove(data_.get(), data_.get() + begin_, used);
    } else {
      size_t capacity = capacity_ == 0 ? first_size_ : capacity_;
      while (capacity - used < least) capacity *= 2;
      auto grown = std::make_unique_for_overwrite<uint8_t[]>(capacity);
      if (used != 0) std::memcpy(grown.get(), data_.get() + begin_, used);
      data_ = std::move(grown);
      capacity_ = capacity;
    }
    begin_ = 0;
    end_ = used;
  }

  size_t first_size_;
  std::unique_ptr<uint8_t[]> data_;
  size_t capacity_ = 0;
  size_t begin_ = 0;
  size_t end_ = 0;
};

// Output that waits: appended at the end, written from the start.
class OutputBuffer {
 public:
  Bytes& bytes() { return bytes_; }
  size_t waiting() const { return bytes_.size() - sent_; }
  ByteView view() const { return ByteView(bytes_).subspan(sent_); }
  void Sent(size_t n) {
    sent_ += n;
    if (sent_ == bytes_.size()) {
      bytes_.clear();
      sent_ = 0;
      if (bytes_.capacity() > kKeep) Bytes().swap(bytes_);
    } else if (sent_ > kKeep && sent_ > bytes_.size() / 2) {
      bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<ptrdiff_t>(sent_));
      sent_ = 0;
    }
  }
  void Clear() {
    Bytes().swap(bytes_);
    sent_ = 0;
  }

 private:
  static constexpr size_t kKeep = 256 * 1024;
  Bytes bytes_;
  size_t sent_ = 0;
};

}  // namespace nsl::net
