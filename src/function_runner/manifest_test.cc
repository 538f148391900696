// SPDX-License-Identifier: Apache-2.0
#include "function_runner/manifest.h"

#include <gtest/gtest.h>

namespace nsl::function_runner {
namespace {

Manifest Good() {
  Manifest m;
  m.name = "neo-balance";
  m.runtime = "javascript";
  m.entry = "index.js";
  return m;
}

std::vector<SourceFile> Files(std::initializer_list<const char*> paths) {
  std::vector<SourceFile> files;
  for (const char* path : paths) files.push_back({path, Bytes{1}});
  return files;
}

std::string PointerOf(const Status& status) {
  return status || status.error().fields.empty() ? std::string() : status.error().fields[0].pointer;
}

TEST(CheckManifest, AcceptsAPlainDeploy) {
  EXPECT_TRUE(CheckManifest(Good(), Files({"index.js", "lib/a.js"})).has_value());
}

TEST(CheckManifest, NamesTheFieldAndTheLimit) {
  Manifest m = Good();
  m.limits.wall_ms = 900'001;
  Status status = CheckManifest(m, Files({"index.js"}));
  ASSERT_FALSE(status.has_value());
  EXPECT_EQ(PointerOf(status), "/manifest/limits/wallMs");
  EXPECT_NE(status.error().fields[0].detail.find("900000"), std::string::npos);
}

TEST(CheckManifest, RefusesEachWrongField) {
  Manifest m = Good();
  m.name = "No";
  EXPECT_EQ(PointerOf(CheckManifest(m, Files({"index.js"}))), "/manifest/name");
  m = Good();
  m.runtime = "cobol";
  EXPECT_EQ(PointerOf(CheckManifest(m, Files({"index.js"}))), "/manifest/runtime");
  m = Good();
  m.entry = "missing.js";
  EXPECT_EQ(PointerOf(CheckManifest(m, Files({"index.js"}))), "/manifest/entry");
  m = Good();
  m.env["1X"] = "v";
  EXPECT_EQ(PointerOf(CheckManifest(m, Files({"index.js"}))), "/manifest/env/1X");
  EXPECT_EQ(PointerOf(CheckManifest(Good(), Files({"index.js", "index.js"}))), "/files/1/path");
}

TEST(IsSafePath, RefusesWhatLeavesTheBundle) {
  for (const char* bad :
       {"", "/etc/passwd", "../x", "a/../../x", "a//b", "./a", "a/", "a\\b", "a\nb"}) {
    EXPECT_FALSE(IsSafePath(bad)) << bad;
  }
  EXPECT_FALSE(IsSafePath(std::string_view("a\0b", 3)));
  EXPECT_FALSE(IsSafePath(std::string(256, 'a')));
  EXPECT_TRUE(IsSafePath("a/b-c_d.e/f..js"));
}

TEST(CodeHash, DoesNotDependOnTheOrderOfFiles) {
  auto forward = Files({"a.js", "index.js"});
  auto backward = Files({"index.js", "a.js"});
  EXPECT_EQ(CodeHash(Good(), forward), CodeHash(Good(), backward));
  backward[0].content = Bytes{2};
  EXPECT_NE(CodeHash(Good(), forward), CodeHash(Good(), backward));
  Manifest other = Good();
  other.limits.cpu_ms += 1;
  EXPECT_NE(CodeHash(Good(), forward), CodeHash(other, forward));
}

}  // namespace
}  // namespace nsl::function_runner
