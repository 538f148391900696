// SPDX-License-Identifier: Apache-2.0
#include "base/random.h"

#include <sys/random.h>

#include <cerrno>
#include <cstring>

#include "base/result.h"

namespace nsl {

uint64_t Random::U64() {
  auto bytes = Array<8>();
  uint64_t v;
  std::memcpy(&v, bytes.data(), sizeof v);
  return v;
}

void SystemRandom::Fill(std::span<uint8_t> out) {
  size_t done = 0;
  while (done < out.size()) {
    ssize_t n = getrandom(out.data() + done, out.size() - done, 0);
    if (n < 0 && errno == EINTR) continue;
    NSL_CHECK(n > 0);
    done += static_cast<size_t>(n);
  }
}

void SeededRandom::Fill(std::span<uint8_t> out) {
  for (size_t i = 0; i < out.size();) {
    uint64_t z = (state_ += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    z ^= z >> 31;
    for (int k = 0; k < 8 && i < out.size(); ++k, ++i) out[i] = static_cast<uint8_t>(z >> (8 * k));
  }
}

}  // namespace nsl
