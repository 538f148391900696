// SPDX-License-Identifier: Apache-2.0
#include "crypto/secret.h"

#include <gtest/gtest.h>

#include <ostream>
#include <type_traits>

#include "crypto/kdf.h"
#include "crypto/test_util.h"

namespace nsl::crypto {
namespace {

template <class T>
concept Printable = requires(std::ostream& out, const T& value) { out << value; };

static_assert(!std::is_copy_constructible_v<SecretBytes>);
static_assert(!std::is_copy_assignable_v<SecretBytes>);
static_assert(std::is_nothrow_move_constructible_v<SecretBytes>);
static_assert(!Printable<SecretBytes>);
static_assert(!std::is_convertible_v<SecretBytes, ByteView>);

TEST(SecretBytesTest, DrawsFromTheRandomSourceThatIsGiven) {
  SeededRandom a(5);
  SeededRandom b(5);
  SecretBytes secret = SecretBytes::Draw(a, 48);
  EXPECT_EQ(ToBytes(secret.view()), b.Draw(48));
}

TEST(SecretBytesTest, WipeZeroesTheMemoryBeforeItIsReleased) {
  SecretBytes secret = SecretBytes::CopyOf(Bytes(200, 0xaa));
  const uint8_t* where = secret.data();
  secret.Wipe();
  EXPECT_TRUE(secret.empty());
  // Small secrets lie in a pool that is never unmapped: the slot is still readable.
  for (size_t i = 0; i < 200; ++i) ASSERT_EQ(where[i], 0) << i;
}

TEST(SecretBytesTest, NewOnesAreZeroAlsoAfterReuse) {
  for (int i = 0; i < 1'000; ++i) {
    SecretBytes secret(256);
    for (uint8_t b : secret.view()) ASSERT_EQ(b, 0);
    std::ranges::fill(secret.Writable(), uint8_t{0x55});
  }
}

TEST(SecretBytesTest, MoveLeavesTheSourceEmptyAndSelfMoveKeeps) {
  SecretBytes a = SecretBytes::CopyOf(AsBytes("key"));
  SecretBytes b = std::move(a);
  EXPECT_TRUE(a.empty());  // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(AsText(b.view()), "key");
  SecretBytes& same = b;
  b = std::move(same);
  EXPECT_EQ(AsText(b.view()), "key");
  b = SecretBytes::CopyOf(AsBytes("other"));
  EXPECT_EQ(AsText(b.view()), "other");
}

TEST(SecretBytesTest, DifferentSecretsDoNotShareMemory) {
  std::vector<SecretBytes> many;
  for (uint8_t i = 0; i < 250; ++i) many.push_back(SecretBytes::CopyOf(Bytes(256, i)));
  for (uint8_t i = 0; i < 250; ++i) {
    for (uint8_t b : many[i].view()) ASSERT_EQ(b, i);
  }
}

TEST(SecretBytesTest, HoldsLargeOnes) {
  SecretBytes large = SecretBytes::CopyOf(Bytes(1 << 20, 0x11));
  EXPECT_EQ(large.size(), size_t{1} << 20);
  EXPECT_TRUE(ConstantTimeEqual(large, large.Clone()));
  EXPECT_TRUE(SecretBytes().view().empty());
  EXPECT_TRUE(SecretBytes::CopyOf({}).empty());
}

TEST(KdfTest, HkdfFollowsRfc5869) {
  Bytes ikm(22, 0x0b);
  SecretBytes prk = HkdfExtract(Hex("000102030405060708090a0b0c"), ikm);
  EXPECT_EQ(ToHex(prk.view()), "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5");
  EXPECT_EQ(ToHex(HkdfExpand(prk, Hex("f0f1f2f3f4f5f6f7f8f9"), 42).view()),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
  EXPECT_EQ(ToHex(HkdfSha256(ikm, {}, {}, 42).view()),
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
  SecretBytes longest = HkdfExpand(prk, {}, 255 * 32);
  EXPECT_EQ(ToBytes(longest.view().first(42)), ToBytes(HkdfExpand(prk, {}, 42).view()));
}

TEST(KdfTest, ScryptFollowsRfc7914) {
  auto small = Scrypt({}, {}, {.n = 16, .r = 1, .p = 1}, 64);
  ASSERT_TRUE(small);
  EXPECT_EQ(ToHex(small->view()),
            "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442"
            "fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906");
  auto lanes = Scrypt(AsBytes("password"), AsBytes("NaCl"), {.n = 1024, .r = 8, .p = 16}, 64);
  ASSERT_TRUE(lanes);
  EXPECT_EQ(ToHex(lanes->view()),
            "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"
            "2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640");
}

TEST(KdfTest, ScryptRefusesParametersThatAreNoneOrTooCostly) {
  for (ScryptParams p : {ScryptParams{0, 8, 1}, ScryptParams{1, 8, 1}, ScryptParams{1000, 8, 1},
                         ScryptParams{1024, 0, 1}, ScryptParams{1024, 8, 0},
                         ScryptParams{1024, 8, 65}, ScryptParams{uint64_t{1} << 40, 8, 1},
                         ScryptParams{uint64_t{1} << 63, 8, 1}, ScryptParams{2, 1u << 31, 1}}) {
    auto key = Scrypt(AsBytes("p"), AsBytes("s"), p, 32);
    ASSERT_FALSE(key);
    EXPECT_EQ(key.error().reason, Reason::kRequestInvalid);
  }
}

}  // namespace
}  // namespace nsl::crypto
