// SPDX-License-Identifier: Apache-2.0
#include "storage/blobs.h"

#include <gtest/gtest.h>

#include <fstream>

#include "storage/testing/temp_database.h"

namespace nsl::storage {
namespace {

// Any function of the bytes serves the store; this one needs no other room.
Hash256 TestHash(ByteView data) {
  Hash256 out{};
  uint64_t h = 1469598103934665603ull + data.size();
  for (uint8_t b : data) h = (h ^ b) * 1099511628211ull;
  for (size_t i = 0; i < out.size(); ++i) out[i] = static_cast<uint8_t>((h + i) >> (i % 8 * 8));
  return out;
}

class BlobsTest : public testing::Test {
 protected:
  BlobsTest() {
    std::filesystem::create_directory(t_.folder.File("blobs"));
    blobs_ = std::make_unique<BlobStore>(*t_.database, pool_, t_.env, TestHash,
                                         BlobConfig{.folder = t_.folder.File("blobs"),
                                                    .max_blob_bytes = 50'000,
                                                    .max_inline_bytes = 1000,
                                                    .grace_ms = 1000});
    // The kernel dates files by the real time.
    SystemClock real;
    t_.clock.SetWallMs(real.NowMs());
  }
  Status Put(const Bytes& data) { return RunTask(blobs_->Put(TestHash(data), data)); }
  Result<Bytes> Get(const Bytes& data) { return RunTask(blobs_->Get(TestHash(data))); }
  Status Write(Statement s) {
    auto r = t_.database->WriteBlocking({std::move(s)});
    if (!r) return Fail(r.error());
    return {};
  }
  std::vector<std::string> Files() {
    std::vector<std::string> out;
    for (auto& e : std::filesystem::directory_iterator(t_.folder.File("blobs"))) {
      out.push_back(e.path());
    }
    return out;
  }
  BlobCollected Collect() { return *RunTask(blobs_->Collect()); }

  TempDatabase t_{{BlobStore::Migrations()}};
  BlockingPool pool_{"test", 1, 100};
  std::unique_ptr<BlobStore> blobs_;
  Bytes small_ = Bytes(500, 1);
  Bytes large_ = Bytes(20'000, 2);
};

TEST_F(BlobsTest, SmallOnesAreRowsAndLargeOnesFiles) {
  ASSERT_TRUE(Put(small_));
  EXPECT_TRUE(Files().empty());
  ASSERT_TRUE(Put(large_));
  EXPECT_EQ(Files().size(), 1u);
  EXPECT_EQ(*Get(small_), small_);
  EXPECT_EQ(*Get(large_), large_);
  ASSERT_TRUE(Put(Bytes()));
  EXPECT_EQ(*Get(Bytes()), Bytes());
  EXPECT_EQ(RunTask(blobs_->Stat(TestHash(large_)))->size, 20'000);
}

TEST_F(BlobsTest, SecondPutWritesNoSecondFile) {
  ASSERT_TRUE(Put(large_));
  ASSERT_TRUE(Put(large_));
  EXPECT_EQ(Files().size(), 1u);
}

TEST_F(BlobsTest, TwoPutsAtOnceKeepOneFile) {
  asio::io_context io(1);
  int done = 0;
  for (int i = 0; i < 4; ++i) {
    asio::co_spawn(io.get_executor(), blobs_->Put(TestHash(large_), large_),
                   [&](std::exception_ptr, Status s) { done += s.has_value(); });
  }
  io.run();
  EXPECT_EQ(done, 4);
  EXPECT_EQ(Files().size(), 1u);
  EXPECT_EQ(*Get(large_), large_);
}

TEST_F(BlobsTest, WrongHashAndOversizeAreRefused) {
  auto wrong = RunTask(blobs_->Put(TestHash(small_), large_));
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().reason, Reason::kRequestInvalid);
  ASSERT_TRUE(Put(small_));
  // Also for a blob that exists: a hash alone proves nothing.
  EXPECT_FALSE(RunTask(blobs_->Put(TestHash(small_), large_)));
  auto big = Put(Bytes(50'001));
  ASSERT_FALSE(big);
  EXPECT_EQ(big.error().reason, Reason::kRequestTooLarge);
}

TEST_F(BlobsTest, AlteredBytesAreFound) {
  ASSERT_TRUE(Put(large_));
  std::fstream file(Files()[0], std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(777);
  file.put('X');
  file.close();
  auto altered = Get(large_);
  ASSERT_FALSE(altered);
  EXPECT_EQ(altered.error().reason, Reason::kPlatformIntegrity);
  std::filesystem::resize_file(Files()[0], 10);
  EXPECT_EQ(Get(large_).error().reason, Reason::kPlatformIntegrity);
  std::filesystem::remove(Files()[0]);
  EXPECT_EQ(Get(large_).error().reason, Reason::kPlatformIntegrity);
  ASSERT_TRUE(Put(small_));
  ASSERT_TRUE(Write(Statement("UPDATE blobs SET data = ? WHERE file IS NULL", {Bytes(500, 9)})));
  EXPECT_EQ(Get(small_).error().reason, Reason::kPlatformIntegrity);
}

TEST_F(BlobsTest, RowCannotNameAFileElsewhere) {
  ASSERT_TRUE(Put(large_));
  ASSERT_TRUE(Write(Statement("UPDATE blobs SET file = '../nsl.db'")));
  EXPECT_EQ(Get(large_).error().reason, Reason::kPlatformIntegrity);
}

TEST_F(BlobsTest, MissingIsNotFound) {
  auto missing = Get(small_);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().reason, Reason::kNotFound);
  auto ref = Write(BlobStore::AddRef("o", TestHash(small_)));
  ASSERT_FALSE(ref);
  EXPECT_EQ(ref.error().reason, Reason::kNotFound);
}

TEST_F(BlobsTest, LivesWhileReferencedAndThroughTheGraceTime) {
  ASSERT_TRUE(Put(small_));
  ASSERT_TRUE(Put(large_));
  EXPECT_EQ(Collect().blobs, 0u);
  ASSERT_TRUE(Write(BlobStore::AddRef("one", TestHash(large_))));
  ASSERT_TRUE(Write(BlobStore::AddRef("one", TestHash(large_))));
  ASSERT_TRUE(Write(BlobStore::AddRef("two", TestHash(large_))));
  EXPECT_EQ(RunTask(blobs_->Stat(TestHash(large_)))->references, 2);
  t_.clock.AdvanceMs(5000);
  EXPECT_EQ(Collect().blobs, 1u);
  EXPECT_FALSE(Get(small_));
  ASSERT_TRUE(Write(BlobStore::DropRef("one", TestHash(large_))));
  EXPECT_EQ(Collect().blobs, 0u);
  ASSERT_TRUE(Write(BlobStore::DropRef("two", TestHash(large_))));
  BlobCollected last = Collect();
  EXPECT_EQ(last.blobs, 1u);
  EXPECT_EQ(last.files, 1u);
  EXPECT_TRUE(Files().empty());
}

TEST_F(BlobsTest, PutAgainRenewsTheGraceTime) {
  ASSERT_TRUE(Put(large_));
  t_.clock.AdvanceMs(5000);
  ASSERT_TRUE(Put(large_));
  EXPECT_EQ(Collect().blobs, 0u);
  EXPECT_TRUE(Get(large_));
}

TEST_F(BlobsTest, StrayFilesGoAfterTheGraceTimeAndStrangersStay) {
  ASSERT_TRUE(Put(large_));
  ASSERT_TRUE(Write(BlobStore::AddRef("o", TestHash(large_))));
  std::string stray = t_.folder.File("blobs/" + std::string(64, 'a') + "-0123456789abcdef");
  std::string stranger = t_.folder.File("blobs/README");
  std::ofstream(stray) << "x";
  std::ofstream(stranger) << "x";
  EXPECT_EQ(Collect().files, 0u);
  t_.clock.AdvanceMs(5000);
  EXPECT_EQ(Collect().files, 1u);
  EXPECT_FALSE(std::filesystem::exists(stray));
  EXPECT_TRUE(std::filesystem::exists(stranger));
  EXPECT_EQ(*Get(large_), large_);
}

}  // namespace
}  // namespace nsl::storage
