// SPDX-License-Identifier: Apache-2.0
//
// SecretBytes: the one place for key material.
//
// Guarantee: the bytes lie in pages that are locked against swapping and left out of core dumps,
// they are zeroed when the object ends, moves or shrinks, they are never copied implicitly and have
// no printed form. When the kernel refuses the lock (RLIMIT_MEMLOCK) the secret still works and
// LockFailures() counts it. The object belongs to one thread at a time; different objects are
// independent.
#pragma once

#include <cstdint>
#include <span>

#include "base/bytes.h"
#include "base/random.h"

namespace nsl::crypto {

class SecretBytes {
 public:
  SecretBytes() = default;
  // n zero bytes, to be filled through Writable().
  explicit SecretBytes(size_t n);
  ~SecretBytes() { Wipe(); }
  SecretBytes(SecretBytes&& other) noexcept;
  SecretBytes& operator=(SecretBytes&& other) noexcept;
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;

  static SecretBytes Draw(Random& random, size_t n);
  // The caller wipes the source, when it is its own: WipeMemory().
  static SecretBytes CopyOf(ByteView source);
  SecretBytes Clone() const { return CopyOf(view()); }

  ByteView view() const { return {data_, size_}; }
  // NOLINTNEXTLINE(google-explicit-constructor): a borrowed view for the call, as of any buffer.
  operator ByteView() const& { return view(); }
  operator ByteView() && = delete;
  std::span<uint8_t> Writable() { return {data_, size_}; }
  const uint8_t* data() const { return data_; }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  // Zeroes and releases.
  void Wipe();

  // Pages that could not be locked since the start of the process.
  static uint64_t LockFailures();

 private:
  uint8_t* data_ = nullptr;
  size_t size_ = 0;
};

// Equal content, in a time that does not depend on it.
inline bool ConstantTimeEqual(const SecretBytes& a, const SecretBytes& b) {
  return nsl::ConstantTimeEqual(a.view(), b.view());
}

// Zeroing that the compiler keeps.
void WipeMemory(std::span<uint8_t> memory);

}  // namespace nsl::crypto
