// SPDX-License-Identifier: Apache-2.0
#include "enclave/merkle_map.h"

#include <gtest/gtest.h>

#include <map>

#include "base/random.h"

namespace nsl::enclave {
namespace {

// Few keys, so that buckets hold several and removals meet what is there.
Hash256 KeyOf(uint64_t n) {
  Hash256 key{};
  key[0] = static_cast<uint8_t>(n % 3);
  key[31] = static_cast<uint8_t>(n % 40);
  return key;
}

TEST(MerkleMap, EqualContentGivesEqualRootsWhateverTheHistory) {
  SeededRandom random(5);
  MerkleMap changed;
  std::map<Hash256, Hash256> model;
  Hash256 empty = changed.Root();
  for (int i = 0; i < 2000; ++i) {
    Hash256 key = KeyOf(random.U64());
    if (random.U64() % 3 == 0) {
      auto before = changed.Erase(key);
      EXPECT_EQ(before.has_value(), model.erase(key) == 1);
    } else {
      Hash256 leaf = random.Array<32>();
      changed.Set(key, leaf);
      model[key] = leaf;
    }
    if (i % 97 == 0) {
      MerkleMap fresh;
      for (const auto& [k, v] : model) fresh.Set(k, v);
      ASSERT_EQ(fresh.Root(), changed.Root()) << i;
      ASSERT_EQ(changed.size(), model.size());
    }
  }
  for (const auto& [k, v] : model) changed.Erase(k);
  EXPECT_EQ(changed.Root(), empty);
}

TEST(MerkleMap, EveryDifferenceChangesTheRoot) {
  SeededRandom random(6);
  MerkleMap map;
  for (uint64_t i = 0; i < 50; ++i) map.Set(random.Array<32>(), random.Array<32>());
  Hash256 key = random.Array<32>();
  Hash256 leaf = random.Array<32>();
  Hash256 without = map.Root();
  map.Set(key, leaf);
  Hash256 with = map.Root();
  EXPECT_NE(with, without);
  leaf[17] ^= 4;
  auto before = map.Set(key, leaf);
  ASSERT_TRUE(before);
  EXPECT_NE(map.Root(), with);
  map.Set(key, *before);
  EXPECT_EQ(map.Root(), with);
  map.Erase(key);
  EXPECT_EQ(map.Root(), without);
}

}  // namespace
}  // namespace nsl::enclave
