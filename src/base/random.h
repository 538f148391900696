// SPDX-License-Identifier: Apache-2.0
//
// Randomness, handed in. SystemRandom is getrandom(2) and never fails once the kernel is seeded;
// SeededRandom is reproducible and for tests alone.
#pragma once

#include <cstdint>
#include <span>

#include "base/bytes.h"

namespace nsl {

class Random {
 public:
  virtual ~Random() = default;
  virtual void Fill(std::span<uint8_t> out) = 0;

  template <size_t N>
  ByteArray<N> Array() {
    ByteArray<N> out;
    Fill(out);
    return out;
  }
  Bytes Draw(size_t n) {
    Bytes out(n);
    Fill(out);
    return out;
  }
  uint64_t U64();
};

class SystemRandom final : public Random {
 public:
  void Fill(std::span<uint8_t> out) override;
};

// splitmix64; not for keys.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(uint64_t seed) : state_(seed) {}
  void Fill(std::span<uint8_t> out) override;

 private:
  uint64_t state_;
};

}  // namespace nsl
