// SPDX-License-Identifier: Apache-2.0
#include "account/client/nonce_window.h"

#include <gtest/gtest.h>

namespace nsl::account {
namespace {

constexpr UnixMillis kNow = 1'800'000'000'000;

NonceWindow::Nonce Nonce(uint32_t n) {
  NonceWindow::Nonce out{};
  for (size_t i = 0; i < 4; ++i) out[i] = static_cast<uint8_t>(n >> (8 * i));
  return out;
}

TEST(NonceWindow, TakesEachNonceOncePerKeyAndTime) {
  NonceWindow window;
  EXPECT_TRUE(window.Take("a", kNow, Nonce(1), kNow));
  EXPECT_FALSE(window.Take("a", kNow, Nonce(1), kNow));
  EXPECT_FALSE(window.Take("a", kNow, Nonce(1), kNow + 299'000));
  EXPECT_TRUE(window.Take("a", kNow, Nonce(2), kNow));
  EXPECT_TRUE(window.Take("b", kNow, Nonce(1), kNow));
}

TEST(NonceWindow, WhatIsForgottenStaysRefusedAlsoWhenTheClockGoesBack) {
  NonceWindow window;
  ASSERT_TRUE(window.Take("a", kNow, Nonce(1), kNow));
  UnixMillis later = kNow + NonceWindow::kKeptMs + 60'000;
  ASSERT_TRUE(window.Take("b", later, Nonce(1), later));
  // "a" was swept; a host that sets the clock back gains nothing.
  EXPECT_EQ(window.size(), 1u);
  EXPECT_EQ(window.keys(), 1u);
  auto again = window.Take("a", kNow, Nonce(1), kNow);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().reason, Reason::kAuthInvalid);
}

TEST(NonceWindow, AKeyBeyondItsShareLosesItsOldestAndNeverReplaysThem) {
  NonceWindow window({.per_key = 4});
  for (uint32_t i = 0; i < 10; ++i) EXPECT_TRUE(window.Take("a", kNow + i, Nonce(i), kNow));
  EXPECT_EQ(window.size(), 4u);
  for (uint32_t i = 0; i < 10; ++i) EXPECT_FALSE(window.Take("a", kNow + i, Nonce(i), kNow)) << i;
  // A new nonce at a time that was dropped is refused too: it cannot be told from an old one.
  EXPECT_FALSE(window.Take("a", kNow + 2, Nonce(99), kNow));
  EXPECT_TRUE(window.Take("a", kNow + 11, Nonce(99), kNow));
  EXPECT_TRUE(window.Take("b", kNow, Nonce(0), kNow));
}

TEST(NonceWindow, MemoryIsBoundedAndOthersGoOn) {
  NonceWindow window({.per_key = 100, .per_key_when_full = 2, .total = 150, .keys = 5});
  for (uint32_t i = 0; i < 300; ++i) {
    EXPECT_TRUE(window.Take(i % 2 == 0 ? "a" : "b", kNow + i, Nonce(i), kNow));
  }
  EXPECT_LE(window.size(), 160u);
  EXPECT_TRUE(window.Take("c", kNow, Nonce(1), kNow));
  EXPECT_FALSE(window.Take("c", kNow, Nonce(1), kNow));
  ASSERT_TRUE(window.Take("d", kNow, Nonce(1), kNow));
  ASSERT_TRUE(window.Take("e", kNow, Nonce(1), kNow));
  auto sixth = window.Take("f", kNow, Nonce(1), kNow);
  ASSERT_FALSE(sixth);
  EXPECT_EQ(sixth.error().reason, Reason::kQuotaBusy);
}

}  // namespace
}  // namespace nsl::account
