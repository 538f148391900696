// SPDX-License-Identifier: Apache-2.0
#include "crypto/aes_ecb.h"

#include <gtest/gtest.h>

#include "crypto/test_util.h"

namespace nsl::crypto {
namespace {

// NIST SP 800-38A, F.1.5 and F.1.6.
const Bytes kKey = Hex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4");
const Bytes kPlain = Hex("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51");
const Bytes kCipher = Hex("f3eed1bdb5d2a03c064b5a7e3db181f8591ccb10d410ed26dc5ba74a31362870");

TEST(Aes256Ecb, AgreesWithSp80038a) {
  EXPECT_EQ(Aes256EcbEncrypt(kKey, kPlain), kCipher);
  EXPECT_EQ(ToBytes(Aes256EcbDecrypt(kKey, kCipher).view()), kPlain);
}

TEST(Aes256Ecb, NothingGivesNothing) {
  EXPECT_TRUE(Aes256EcbEncrypt(kKey, {}).empty());
  EXPECT_TRUE(Aes256EcbDecrypt(kKey, {}).empty());
}

}  // namespace
}  // namespace nsl::crypto
