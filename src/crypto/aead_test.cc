// SPDX-License-Identifier: Apache-2.0
#include "crypto/aead.h"

#include <gtest/gtest.h>

#include "crypto/test_util.h"

namespace nsl::crypto {
namespace {

const Bytes kKey = Hex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
const AesNonce kNonce = *ToArray<12>(Hex("000102030405060708090a0b"));

TEST(AeadTest, MatchesAnotherImplementation) {
  // Computed with the Python package cryptography.
  EXPECT_EQ(ToHex(AesGcmSeal(kKey, kNonce, AsBytes("context"), AsBytes("attested"))),
            "2676a27eb691a77f11bb240846f42b8abda7bffac4a42d84");
  // NIST GCM test case 13: zero key and nonce, nothing to seal.
  EXPECT_EQ(ToHex(AesGcmSeal(Bytes(32), AesNonce{}, {}, {})), "530f8afbc74536b9a963b4f1c4cb738b");
}

TEST(AeadTest, OpensWhatWasSealed) {
  for (size_t n : {0, 1, 15, 16, 17, 1000, 100'000}) {
    Bytes text(n, 0x5a);
    auto opened =
        AesGcmOpen(kKey, kNonce, AsBytes("a"), AesGcmSeal(kKey, kNonce, AsBytes("a"), text));
    ASSERT_TRUE(opened);
    EXPECT_EQ(*opened, text);
  }
}

TEST(AeadTest, RefusesEveryFlippedBitAndEveryTruncatedPrefix) {
  Bytes sealed = AesGcmSeal(kKey, kNonce, AsBytes("aad"), AsBytes("some text"));
  for (size_t i = 0; i < sealed.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      auto opened = AesGcmOpen(kKey, kNonce, AsBytes("aad"),
                               Flipped(sealed, i, static_cast<uint8_t>(1 << bit)));
      ASSERT_FALSE(opened);
      EXPECT_EQ(opened.error().reason, Reason::kPlatformIntegrity);
    }
  }
  for (size_t n = 0; n < sealed.size(); ++n) {
    EXPECT_FALSE(AesGcmOpen(kKey, kNonce, AsBytes("aad"), ByteView(sealed).first(n))) << n;
  }
}

TEST(AeadTest, RefusesAnotherKeyNonceOrAad) {
  Bytes sealed = AesGcmSeal(kKey, kNonce, AsBytes("aad"), AsBytes("text"));
  EXPECT_FALSE(AesGcmOpen(Flipped(kKey, 31), kNonce, AsBytes("aad"), sealed));
  EXPECT_FALSE(AesGcmOpen(kKey, *ToArray<12>(Flipped(kNonce, 11)), AsBytes("aad"), sealed));
  EXPECT_FALSE(AesGcmOpen(kKey, kNonce, AsBytes("aae"), sealed));
  EXPECT_FALSE(AesGcmOpen(kKey, kNonce, {}, sealed));
}

TEST(AeadTest, ReusableKeyWorksAfterAFailureAndLeavesTheBufferAsItWas) {
  AesGcm key(kKey);
  Bytes out = {1, 2, 3};
  for (uint8_t i = 0; i < 100; ++i) {
    AesNonce nonce{};
    nonce[0] = i;
    Bytes sealed;
    key.Seal(nonce, {}, Bytes(i, i), sealed);
    EXPECT_FALSE(key.Open(nonce, {}, Flipped(sealed, sealed.size() - 1), out));
    EXPECT_EQ(out, (Bytes{1, 2, 3}));
    Bytes opened;
    EXPECT_TRUE(key.Open(nonce, {}, sealed, opened));
    EXPECT_EQ(opened, Bytes(i, i));
    auto secret = key.OpenSecret(nonce, {}, sealed);
    ASSERT_TRUE(secret);
    EXPECT_EQ(ToBytes(secret->view()), opened);
  }
}

}  // namespace
}  // namespace nsl::crypto
