// SPDX-License-Identifier: Apache-2.0
//
// ArrayBuffer memory lies outside the engine's heap limit, so it is counted here and refused above
// the function's memory. One thread.
#pragma once

#include <v8-array-buffer.h>

#include <cstdlib>
#include <functional>

namespace nsl::js {

class CountingAllocator final : public v8::ArrayBuffer::Allocator {
 public:
  void* Allocate(size_t length) override { return Take(length, std::calloc(1, Room(length))); }
  void* AllocateUninitialized(size_t length) override { return Allocate(length); }
  void Free(void* data, size_t length) override {
    std::free(data);
    used_ -= length;
  }
  void set_limit(size_t bytes) { limit_ = bytes; }
  void set_on_refused(std::function<void()> f) { on_refused_ = std::move(f); }
  size_t used() const { return used_; }

 private:
  // 0 when the request is over the limit, so that calloc is not even asked.
  size_t Room(size_t length) const {
    return length > limit_ || used_ > limit_ - length ? 0 : length + (length == 0);
  }
  void* Take(size_t length, void* memory) {
    if (Room(length) == 0) {
      std::free(memory);
      memory = nullptr;
    }
    if (memory == nullptr) {
      if (++refused_in_a_row_ >= kTries && on_refused_) on_refused_();
      return nullptr;
    }
    refused_in_a_row_ = 0;
    used_ += length;
    return memory;
  }
  // After a refusal the engine collects garbage and asks again: twice, and once as a last resort.
  static constexpr int kTries = 4;
  int refused_in_a_row_ = 0;
  size_t used_ = 0;
  size_t limit_ = size_t{64} << 20;
  std::function<void()> on_refused_;
};

}  // namespace nsl::js
