// SPDX-License-Identifier: Apache-2.0
#include "function_runner/supervisor/credential_hashes.h"

#include <gtest/gtest.h>

namespace nsl::function_runner {
namespace {

// More credentials than places, in an order that makes them push each other out again and again.
TEST(CredentialHashes, EveryCredentialHasItsOwnHashWhateverStoodInItsPlace) {
  CredentialHashes hashes;
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 1'000; ++i) {
      std::string credential = "nsl_key_" + std::to_string(i % (round == 1 ? 7 : 1'000));
      EXPECT_EQ(hashes.HashOf(credential), crypto::Sha256(AsBytes(credential)));
      EXPECT_EQ(hashes.HashOf(credential), crypto::Sha256(AsBytes(credential)));
    }
  }
}

TEST(CredentialHashes, NoCredentialIsACredentialToo) {
  CredentialHashes hashes;
  EXPECT_EQ(hashes.HashOf(""), crypto::Sha256({}));
  EXPECT_EQ(hashes.HashOf("a"), crypto::Sha256(AsBytes(std::string_view("a"))));
  EXPECT_EQ(hashes.HashOf(""), crypto::Sha256({}));
}

}  // namespace
}  // namespace nsl::function_runner
