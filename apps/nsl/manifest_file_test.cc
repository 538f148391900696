// SPDX-License-Identifier: Apache-2.0
#include "manifest_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace nsl::cli {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class FolderTest : public testing::Test {
 protected:
  FolderTest() {
    std::string path = testing::TempDir() + "nsl-folder-XXXXXX";
    folder_ = mkdtemp(path.data());
  }
  ~FolderTest() override { fs::remove_all(folder_); }
  void Write(const std::string& name, const std::string& text) {
    fs::create_directories(fs::path(folder_ + "/" + name).parent_path());
    std::ofstream(folder_ + "/" + name) << text;
  }
  std::string folder_;
};

TEST(Manifest, ReadsEveryKey) {
  auto m = ParseManifest(
      "name = \"price-alert\"\nentry = \"main.js\"\naccess = \"public\"\n"
      "[limits]\nwall_ms = 1000\ncpu_ms = 500\nmemory_mb = 64\nconcurrency = 2\n"
      "[env]\nCITY = \"Zug\"\n",
      "nsl.toml");
  ASSERT_TRUE(m) << m.error().detail;
  EXPECT_EQ(m->name, "price-alert");
  EXPECT_EQ(m->runtime, "javascript");
  EXPECT_EQ(m->entry, "main.js");
  EXPECT_EQ(m->access, "public");
  EXPECT_EQ(m->limits.wall_ms, 1000U);
  EXPECT_EQ(m->limits.cpu_ms, 500U);
  EXPECT_EQ(m->limits.memory_mb, 64U);
  EXPECT_EQ(m->limits.concurrency, 2U);
  EXPECT_EQ(m->env.at("CITY"), "Zug");
}

TEST(Manifest, NamesLineAndNearestKeyOfAnUnknownOne) {
  auto m = ParseManifest("name = \"abc\"\nentri = \"index.js\"\n", "nsl.toml");
  ASSERT_FALSE(m);
  EXPECT_EQ(m.error().exit(), Exit::kUsage);
  EXPECT_THAT(m.error().detail, HasSubstr("nsl.toml:2:"));
  EXPECT_THAT(m.error().detail, HasSubstr("did you mean 'entry'?"));
  auto l = ParseManifest("name = \"abc\"\n[limits]\nwall = 5\n", "nsl.toml");
  ASSERT_FALSE(l);
  EXPECT_THAT(l.error().detail, HasSubstr("nsl.toml:3: unknown key 'limits.wall'"));
}

TEST(Manifest, RefusesWhatThisReleaseDoesNotHave) {
  auto m = ParseManifest("name = \"abc\"\nsecrets = [\"A\"]\n", "nsl.toml");
  ASSERT_FALSE(m);
  EXPECT_THAT(m.error().detail, HasSubstr("'secrets' is not in this release"));
}

TEST(Manifest, RefusesWrongTypesAndRanges) {
  EXPECT_FALSE(ParseManifest("name = 5\n", "t"));
  EXPECT_FALSE(ParseManifest("entry = \"index.js\"\n", "t"));
  EXPECT_FALSE(ParseManifest("name = \"abc\"\nlimits = 3\n", "t"));
  EXPECT_FALSE(ParseManifest("name = \"abc\"\n[env]\nX = 3\n", "t"));
  for (const char* value : {"9", "900001", "-1", "\"5\"", "1.5"}) {
    auto m = ParseManifest("name = \"abc\"\n[limits]\nwall_ms = " + std::string(value), "t");
    ASSERT_FALSE(m) << value;
    EXPECT_THAT(m.error().detail, HasSubstr("t:3: 'limits.wall_ms' is a whole number from 10"));
  }
}

TEST(Manifest, NamesLineAndColumnOfBrokenToml) {
  auto m = ParseManifest("name = \"abc\"\nentry = \n", "nsl.toml");
  ASSERT_FALSE(m);
  EXPECT_THAT(m.error().detail, HasSubstr("nsl.toml:2:"));
}

TEST_F(FolderTest, CollectsSourceAndLeavesTheRest) {
  Write("nsl.toml", "name = \"abc\"\n");
  Write("index.js", "export const handler = () => 1;\n");
  Write("lib/a.js", "export default 1;\n");
  Write("README.md", "x");
  Write(".env", "SECRET=1");
  Write(".git/config", "x");
  Write("node_modules/a/index.js", "x");
  auto folder = ReadFunctionFolder(folder_);
  ASSERT_TRUE(folder) << folder.error().detail;
  ASSERT_EQ(folder->files.size(), 2U);
  EXPECT_EQ(folder->files[0].path, "index.js");
  EXPECT_EQ(folder->files[1].path, "lib/a.js");
}

TEST_F(FolderTest, HashDependsOnContentAndManifestAlone) {
  Write("nsl.toml", "name = \"abc\"\n");
  Write("index.js", "1");
  std::string before = CodeHashText(*ReadFunctionFolder(folder_));
  Write("README.md", "changed");
  Write("nsl.toml", "# a comment\nname = \"abc\"\n");
  EXPECT_EQ(CodeHashText(*ReadFunctionFolder(folder_)), before);
  Write("index.js", "2");
  EXPECT_NE(CodeHashText(*ReadFunctionFolder(folder_)), before);
}

TEST_F(FolderTest, RefusesSymbolicLinks) {
  Write("nsl.toml", "name = \"abc\"\n");
  Write("index.js", "1");
  fs::create_symlink("/etc/hostname", folder_ + "/leak.js");
  auto folder = ReadFunctionFolder(folder_);
  ASSERT_FALSE(folder);
  EXPECT_THAT(folder.error().detail, HasSubstr("symbolic link"));
}

TEST_F(FolderTest, NamesTheFieldThatThePlatformWouldRefuse) {
  Write("nsl.toml", "name = \"abc\"\nentry = \"main.js\"\n");
  Write("index.js", "1");
  auto folder = ReadFunctionFolder(folder_);
  ASSERT_FALSE(folder);
  EXPECT_EQ(folder.error().exit(), Exit::kUsage);
  ASSERT_EQ(folder.error().fields.size(), 1U);
  EXPECT_EQ(folder.error().fields[0].pointer, "/manifest/entry");
}

}  // namespace
}  // namespace nsl::cli
