// SPDX-License-Identifier: Apache-2.0
#include "crypto/secret.h"

#include <openssl/crypto.h>
#include <sys/mman.h>

#include <atomic>
#include <cstring>
#include <mutex>
#include <utility>
#include <vector>

#include "base/result.h"

namespace nsl::crypto {
namespace {

constexpr size_t kSlot = 256;
constexpr size_t kChunk = size_t{64} << 10;

std::atomic<uint64_t> lock_failures{0};

uint8_t* MapLocked(size_t n) {
  void* p = mmap(nullptr, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  NSL_CHECK(p != MAP_FAILED);
  if (mlock(p, n) != 0) lock_failures.fetch_add(1, std::memory_order_relaxed);
  // Best effort: an old kernel without the advice still gets a working secret.
  (void)madvise(p, n, MADV_DONTDUMP);
  return static_cast<uint8_t*>(p);
}

size_t WholePages(size_t n) { return (n + 4095) / 4096 * 4096; }

// Small secrets share locked chunks that are never given back: mlock works on pages and does not
// nest, so a page may be unlocked only when no secret is left on it.
class SlotPool {
 public:
  uint8_t* Take() {
    std::lock_guard lock(mutex_);
    if (free_.empty()) {
      uint8_t* chunk = MapLocked(kChunk);
      for (size_t at = 0; at < kChunk; at += kSlot) free_.push_back(chunk + at);
    }
    uint8_t* slot = free_.back();
    free_.pop_back();
    return slot;
  }
  void Give(uint8_t* slot) {
    std::lock_guard lock(mutex_);
    free_.push_back(slot);
  }

 private:
  std::mutex mutex_;
  std::vector<uint8_t*> free_;
};

// An allocator, as malloc is one: it must outlive every secret, also those of static objects.
SlotPool& Pool() {
  static SlotPool* const pool = new SlotPool;
  return *pool;
}

}  // namespace

void WipeMemory(std::span<uint8_t> memory) { OPENSSL_cleanse(memory.data(), memory.size()); }

SecretBytes::SecretBytes(size_t n) : size_(n) {
  if (n == 0) return;
  // Slots come back zeroed from Wipe().
  data_ = n <= kSlot ? Pool().Take() : MapLocked(WholePages(n));
}

SecretBytes::SecretBytes(SecretBytes&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

SecretBytes& SecretBytes::operator=(SecretBytes&& other) noexcept {
  if (this == &other) return *this;
  Wipe();
  data_ = std::exchange(other.data_, nullptr);
  size_ = std::exchange(other.size_, 0);
  return *this;
}

SecretBytes SecretBytes::Draw(Random& random, size_t n) {
  SecretBytes out(n);
  random.Fill(out.Writable());
  return out;
}

SecretBytes SecretBytes::CopyOf(ByteView source) {
  SecretBytes out(source.size());
  if (!source.empty()) std::memcpy(out.data_, source.data(), source.size());
  return out;
}

void SecretBytes::Wipe() {
  if (data_ == nullptr) return;
  OPENSSL_cleanse(data_, size_);
  if (size_ <= kSlot) {
    Pool().Give(data_);
  } else {
    munmap(data_, WholePages(size_));
  }
  data_ = nullptr;
  size_ = 0;
}

uint64_t SecretBytes::LockFailures() { return lock_failures.load(std::memory_order_relaxed); }

}  // namespace nsl::crypto
