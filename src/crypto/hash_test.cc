// SPDX-License-Identifier: Apache-2.0
#include "crypto/hash.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "crypto/test_util.h"

namespace nsl::crypto {
namespace {

TEST(HashTest, DigestsOfAbc) {
  ByteView abc = AsBytes("abc");
  EXPECT_EQ(ToHex(Sha256(abc)), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(ToHex(Sha384(abc)),
            "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
            "8086072ba1e7cc2358baeca134c825a7");
  EXPECT_EQ(ToHex(Sha512(abc)),
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
            "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
  EXPECT_EQ(ToHex(Ripemd160(abc)), "8eb208f7e05d987a9b044a8e98c6b087f15a0bfc");
  EXPECT_EQ(ToHex(Sha256(ByteView())),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(HashTest, Hash160AndHash256AreTheCompositions) {
  ByteView data = AsBytes("neo");
  EXPECT_EQ(Hash160(data), Ripemd160(Sha256(data)));
  EXPECT_EQ(Hash256(data), Sha256(Sha256(data)));
}

TEST(HashTest, IncrementalEqualsOneShotAtEverySplitAndStartsAnew) {
  Bytes data(300);
  for (size_t i = 0; i < data.size(); ++i) data[i] = static_cast<uint8_t>(i);
  Sha256Digest sha256;
  Sha384Digest sha384;
  Sha512Digest sha512;
  Ripemd160Digest ripemd;
  for (size_t cut = 0; cut <= data.size(); cut += 13) {
    ByteView a = ByteView(data).first(cut);
    ByteView b = ByteView(data).subspan(cut);
    EXPECT_EQ(sha256.Update(a).Update(b).Finish(), Sha256(data));
    EXPECT_EQ(sha384.Update(a).Update(b).Finish(), Sha384(data));
    EXPECT_EQ(sha512.Update(a).Update(b).Finish(), Sha512(data));
    EXPECT_EQ(ripemd.Update(a).Update(b).Finish(), Ripemd160(data));
    EXPECT_EQ(Sha256({a, b}), Sha256(data));
  }
}

TEST(HashTest, HmacFollowsRfc4231AndRfc2202) {
  struct {
    Bytes key;
    std::string_view data;
    const char* sha1;
    const char* sha256;
    const char* sha512;
  } cases[] = {{Bytes(20, 0x0b), "Hi There", "b617318655057264e28bc0b6fb378c8ef146be00",
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
                "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde"
                "daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854"},
               {ToBytes(std::string_view("Jefe")), "what do ya want for nothing?",
                "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
                "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
                "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737"},
               {Bytes(131, 0xaa), "Test Using Larger Than Block-Size Key - Hash Key First",
                "90d0dace1c1bdc957339307803160335bde6df2b",
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
                "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f352"
                "6b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598"}};
  for (const auto& c : cases) {
    EXPECT_EQ(ToHex(HmacSha1(c.key, AsBytes(c.data))), c.sha1);
    EXPECT_EQ(ToHex(HmacSha256(c.key, AsBytes(c.data))), c.sha256);
    EXPECT_EQ(ToHex(HmacSha512(c.key, AsBytes(c.data))), c.sha512);
  }
}

TEST(HashTest, HmacWithAnEmptyKeyDoesNotUseTheKeyOfBefore) {
  auto empty = HmacSha256({}, AsBytes("x"));
  HmacSha256(AsBytes("secret"), AsBytes("y"));
  EXPECT_EQ(HmacSha256({}, AsBytes("x")), empty);
  EXPECT_NE(HmacSha256(AsBytes("secret"), AsBytes("x")), empty);
}

TEST(HashTest, ThreadsDoNotDisturbEachOther) {
  auto work = [](uint8_t seed, bool* good) {
    Bytes data(64, seed);
    auto want = Sha256(data);
    *good = true;
    for (int i = 0; i < 2'000; ++i) *good = *good && Sha256Fast(data) == want;
  };
  bool good[4] = {};
  std::vector<std::thread> threads;
  for (uint8_t i = 0; i < 4; ++i) threads.emplace_back(work, i, &good[i]);
  for (std::thread& t : threads) t.join();
  for (bool g : good) EXPECT_TRUE(g);
}

// The bound only catches the return of an implicit fetch (three times slower) many times over.
TEST(HashTest, FastDigestReportsItsTime) {
  Bytes data(49, 7);
  constexpr int kRounds = 50'000;
  auto start = std::chrono::steady_clock::now();
  uint8_t all = 0;
  for (int i = 0; i < kRounds; ++i) {
    data[0] = static_cast<uint8_t>(i);
    all = static_cast<uint8_t>(all ^ Sha256Fast(data)[0]);
  }
  auto took = std::chrono::steady_clock::now() - start;
  double ns = std::chrono::duration<double, std::nano>(took).count() / kRounds;
  RecordProperty("ns_per_digest", std::to_string(ns));
  RecordProperty("checksum", all);
  EXPECT_LT(ns, 50'000);
}

}  // namespace
}  // namespace nsl::crypto
